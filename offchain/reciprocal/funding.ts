/** What a reciprocal node needs to begin with, and what of it does not come back. Pure. */
import { type ReciprocalConfig, giveBytesOf } from './config.ts';

const GIB = 2n ** 30n;

/** All amounts are token units, for a node that gives all it offers and takes as much. */
export interface Needs {
  /** Stands behind the given space; taken out when the node leaves. */
  readonly stake: bigint;
  /** Rent that is paid before it is earned; refunded, or earned back, when the node leaves. */
  readonly float: bigint;
  /** What is paid in one period, and earned before fees. */
  readonly perPeriod: bigint;
  /** The heavy nodes' share of that, at `feeBps`: what equal give and take costs. */
  readonly feePerPeriod: bigint;
}

/** Hundredths of a percent, where the heavy nodes say nothing else. */
export const USUAL_FEE_BPS = 150;

export function needs(
  config: Pick<ReciprocalConfig, 'diskBytes' | 'givePercent' | 'pricePerGibEpoch' | 'periodsAhead'>,
  network: { readonly stakeEpochs: number; readonly epochsPerPeriod: number; readonly feeBps?: number },
): Needs {
  const { stakeEpochs, epochsPerPeriod, feeBps = USUAL_FEE_BPS } = network;
  const perEpoch = (giveBytesOf(config) * config.pricePerGibEpoch + GIB - 1n) / GIB;
  const perPeriod = perEpoch * BigInt(epochsPerPeriod);
  return {
    stake: perEpoch * BigInt(stakeEpochs),
    // The rest of the running period comes on top of the whole ones.
    float: perPeriod * BigInt(config.periodsAhead + 1),
    perPeriod,
    feePerPeriod: (perPeriod * BigInt(feeBps)) / 10_000n,
  };
}
