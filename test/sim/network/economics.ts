/** What one provider expects from dropping a share of what it is paid for, computed exactly; the simulation must agree with it. */
import type { TierRules } from '../../../offchain/chain/devnet-parameters.ts';

/** contracts/libraries/Draws.sol: SAMPLES */
export const SAMPLES = 5;

export interface Cheating {
  /** Share of its leaves that the provider dropped. */
  readonly dropped: number;
  readonly rules: Pick<TierRules, 'missAllowance' | 'penaltyEpochs'>;
  readonly epochsPerPeriod: number;
  /** What keeping the bytes costs, as a share of the rent. */
  readonly storageShare: number;
  /** Share of epochs that it misses for other reasons. */
  readonly missedAnyway?: number;
}

/** All of one period, as shares of that period's rent. */
export interface Expectation {
  readonly caughtPerEpoch: number;
  readonly lostPay: number;
  readonly penalties: number;
  readonly savedStorage: number;
  /** savedStorage - lostPay - penalties, against the same provider keeping everything. */
  readonly gain: number;
  /** Cheating pays only where keeping the bytes costs more than this share of the rent. */
  readonly breakEvenStorageShare: number;
}

export function expectCheating(options: Cheating): Expectation {
  const { dropped, rules, epochsPerPeriod, storageShare, missedAnyway = 0 } = options;
  const caughtPerEpoch = 1 - (1 - dropped) ** SAMPLES;
  const penaltyAt = (missOdds: number) => (expectedExcess(epochsPerPeriod, missOdds, rules.missAllowance) * rules.penaltyEpochs) / epochsPerPeriod;
  const missOdds = 1 - (1 - caughtPerEpoch) * (1 - missedAnyway);
  const lostPay = missOdds - missedAnyway;
  const penalties = penaltyAt(missOdds) - penaltyAt(missedAnyway);
  const savedStorage = dropped * storageShare;
  return { caughtPerEpoch, lostPay, penalties, savedStorage, gain: savedStorage - lostPay - penalties, breakEvenStorageShare: (lostPay + penalties) / dropped };
}

/** E[max(0, X - allowance)] for X of the binomial distribution. */
function expectedExcess(trials: number, odds: number, allowance: number): number {
  if (odds <= 0) return 0;
  if (odds >= 1) return Math.max(0, trials - allowance);
  let term = (1 - odds) ** trials;
  let total = 0;
  for (let x = 1; x <= trials; x += 1) {
    term *= ((trials - x + 1) / x) * (odds / (1 - odds));
    total += Math.max(0, x - allowance) * term;
  }
  return total;
}
