import { zeroAddress } from 'viem';
import { ChainError } from './chain-errors.ts';
import { lensAbi } from './generated/abi.ts';
import { toNodeState } from './node-state.ts';
import type { NodeState } from './node-state.ts';
import type { Chain } from './types.ts';

/** Throws NO_SUCH_NODE. */
export async function readNode(chain: Chain, id: number): Promise<NodeState> {
  const view = await chain.read({ address: chain.deployment.lens, abi: lensAbi, functionName: 'node', args: [id] });
  if (view.operator === zeroAddress) throw new ChainError('NO_SUCH_NODE', `There is no node ${id}.`, { details: { id } });
  return toNodeState(view);
}

/** In the order of `ids`. */
export async function readNodes(chain: Chain, ids: readonly number[]): Promise<NodeState[]> {
  return Promise.all(ids.map((id) => readNode(chain, id)));
}
