import { zeroAddress } from 'viem';
import { ChainError } from './chain-errors.ts';
import { lensAbi } from './generated/abi.ts';
import { toNodeState } from './node-state.ts';
import type { NodeState } from './node-state.ts';
import type { Chain } from './types.ts';

export type { NodeState } from './node-state.ts';

/** Throws NO_SUCH_NODE. */
export async function readNode(chain: Chain, id: number): Promise<NodeState> {
  const view = await chain.read({ address: chain.deployment.lens, abi: lensAbi, functionName: 'node', args: [id] });
  if (view.operator === zeroAddress) throw new ChainError('NO_SUCH_NODE', `There is no node ${id}.`, { details: { id } });
  return toNodeState(view);
}
