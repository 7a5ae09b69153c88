import type { History } from './history.ts';
import type { Tenure } from './tenures.ts';

/** What one tenure gave and may give. Token units; `gross` is what the creator pays, without the fee it is the provider's. */
export interface TenureAmounts {
  /** Epochs: over, proven of these, and ahead. The running epoch is ahead. */
  readonly elapsed: number;
  readonly proven: number;
  readonly ahead: number;
  readonly earned: bigint;
  readonly fees: bigint;
  /** Of epochs that were not proven: not the provider's, and the creator's again. */
  readonly missed: bigint;
  readonly missedGross: bigint;
  readonly potential: bigint;
  readonly aheadGross: bigint;
}

/** Of the epochs [from, to) alone, where a range is given. */
export function amountsOf({ moment, proven: proofs }: Pick<History, 'moment' | 'proven'>, tenure: Tenure, range?: { readonly from: number; readonly to: number }): TenureAmounts {
  const from = Math.max(tenure.from, range?.from ?? tenure.from);
  const to = Math.max(from, Math.min(tenure.to, range?.to ?? tenure.to));
  const now = Math.min(Math.max(moment.epoch, from), to);
  const elapsed = now - from;
  const proven = proofs.count(tenure.provider, from, now);
  const ahead = to - now;
  const net = tenure.rent - tenure.fee;
  return {
    elapsed, proven, ahead,
    earned: BigInt(proven) * net,
    fees: BigInt(proven) * tenure.fee,
    missed: BigInt(elapsed - proven) * net,
    missedGross: BigInt(elapsed - proven) * tenure.rent,
    potential: BigInt(ahead) * net,
    aheadGross: BigInt(ahead) * tenure.rent,
  };
}

export function sum(values: Iterable<bigint>): bigint {
  let total = 0n;
  for (const value of values) total += value;
  return total;
}
