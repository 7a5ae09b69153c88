/** A provider's epochs, one by one: what it promised in each, whether it proved it, what that was worth. */
import { id, sum, type History } from './history.ts';
import { cutOf, runsIn, type Tenure, type Turns } from './turns.ts';

export interface Duty {
  readonly provider: string;
  readonly tenures: readonly Tenure[];
  /** Epochs with a proof, in order. */
  readonly proven: readonly number[];
  /** Where its promises changed, ended or were proven, up to now, in order: behind each of them the index knows what was missed. */
  readonly cuts: readonly number[];
  /** Epochs before this one are accounted for. */
  readonly accounted: number;
  rentIn(epoch: number): bigint;
  feeIn(epoch: number): bigint;
  /** An epoch that is accounted for, in which there was rent, and no proof. */
  isMissed(epoch: number): boolean;
  proofsBefore(epoch: number): number;
}

export function reckonDuties(history: History, turns: Turns): Map<string, Duty> {
  const providers = history.of('Registry.Registered').filter(({ args }) => Number(args['tier']) !== HEAVY);
  return new Map(providers.map((line) => [id(line, 'id'), dutyOf(history, turns, id(line, 'id'), line.epoch)]));
}

const HEAVY = 4;

function dutyOf(history: History, turns: Turns, provider: string, registered: number): Duty {
  const tenures = turns.tenures.filter((one) => one.provider === provider);
  const proven = history.of('Market.Proved').filter((line) => id(line, 'provider') === provider).map(({ epoch }) => epoch);
  const changes = tenures.flatMap((one) => [one.startEpoch, cutOf(one) ?? turns.endOf(one.agreement)]);
  const cuts = [...new Set([registered, ...proven, ...changes])].filter((epoch) => epoch <= history.epoch).sort((a, b) => a - b);
  const accounted = cuts.at(-1) as number;
  const rentIn = (epoch: number): bigint => sum(tenures, (one) => (runsIn(turns, one, epoch) ? one.rent : 0n));
  return {
    provider, tenures, proven, cuts, accounted, rentIn,
    feeIn: (epoch) => sum(tenures, (one) => (runsIn(turns, one, epoch) ? one.fee : 0n)),
    isMissed: (epoch) => epoch >= registered && epoch < accounted && rentIn(epoch) > 0n && !proven.includes(epoch),
    proofsBefore: (epoch) => proven.filter((one) => one < epoch).length,
  };
}

/** After fees. */
export function payIn(duty: Duty, epoch: number): bigint {
  return duty.rentIn(epoch) - duty.feeIn(epoch);
}

export function earnedIn(duty: Duty, epochs: readonly number[]): bigint {
  return sum(epochs.filter((epoch) => duty.proven.includes(epoch)), (epoch) => payIn(duty, epoch));
}

export function missedIn(duty: Duty, epochs: readonly number[]): { readonly missed: number; readonly missedPay: bigint } {
  const missed = epochs.filter((epoch) => duty.isMissed(epoch));
  return { missed: missed.length, missedPay: sum(missed, (epoch) => payIn(duty, epoch)) };
}

/** [from, to) */
export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}
