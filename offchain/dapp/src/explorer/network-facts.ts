/** The network as of now, from the chain. */
import { geometry } from '../../../codec/geometry.ts';
import { lensAbi } from '../../../chain/generated/abi.ts';
import type { Chain } from '../../../chain/types.ts';
import { readAgreementPage } from './agreement-view.ts';
import { priceOf } from './epochs.ts';

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

/** What the newest agreement pays for a GiB of data and an epoch, in token units; null where nothing was ever rented, or all of it has ended. */
export async function readNewestPrice(chain: Chain): Promise<bigint | null> {
  const [newest] = (await readAgreementPage(chain, { page: 0, size: 1 })).views;
  if (newest === undefined || newest.rent === 0n) return null;
  return priceOf({ openedRent: newest.rent, openedBytes: BigInt(newest.quota) * BigInt(geometry(newest).payloadSize) }) ?? null;
}
