import { registryAbi } from '../chain/generated/abi.ts';
import { readNode } from '../chain/read-node.ts';
import type { Provider } from './context.ts';
import { StakeShortError } from './errors.ts';

/**
 * Checks that the stake covers `rent` (token units per epoch) on top of what is promised on the chain and in open offers.
 * @throws StakeShortError
 */
export async function requireStake(provider: Provider, rent: bigint): Promise<void> {
  const { chain, id } = provider;
  const node = await readNode(chain, id);
  const stakeEpochs = await chain.read({ address: chain.deployment.registry, abi: registryAbi, functionName: 'stakeEpochs' });
  const need = rent * BigInt(stakeEpochs);
  const free = node.stake - node.queued - node.required;
  if (free < need) throw new StakeShortError(free > 0n ? free : 0n, need);
}
