/** The network as of now, from the chain. */
import { lensAbi } from '../../../chain/generated/abi.ts';
import type { Chain } from '../../../chain/types.ts';

export interface NetworkFacts {
  readonly agreements: number;
  readonly nodes: number;
  readonly challenges: number;
  readonly provenBps: number;
  readonly neededBps: number;
  readonly healthEpochs: number;
  readonly isRepairOnly: boolean;
  readonly isSeeded: boolean;
}

export async function readNetworkFacts(chain: Chain): Promise<NetworkFacts> {
  const { agreements, nodes, challenges, provenBps, isRepairOnly, seed, parameters } = await chain.read({ address: chain.deployment.lens, abi: lensAbi, functionName: 'network' });
  return { agreements, nodes, challenges: Number(challenges), provenBps: Number(provenBps), isRepairOnly, isSeeded: BigInt(seed) !== 0n, neededBps: parameters.healthBps, healthEpochs: parameters.healthEpochs };
}
