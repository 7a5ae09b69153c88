import type { Address } from 'viem';
import { registryAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** The node that `operator` runs, if any. */
export async function nodeIdOf(chain: Chain, operator: Address): Promise<number | undefined> {
  const id = await chain.read({ address: chain.deployment.registry, abi: registryAbi, functionName: 'idOf', args: [operator] });
  return id === 0 ? undefined : id;
}
