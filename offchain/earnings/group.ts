/** A provider's statement line by line: by epoch, period or agreement. Pure. All amounts are token units. */
import type { Clock } from '../chain/epoch.ts';
import { amountsOf } from './amounts.ts';
import type { NodeFact } from './facts.ts';
import { periodOfEpoch } from './history.ts';
import type { History } from './history.ts';
import type { Tenure } from './tenures.ts';

export const GROUPINGS = ['epoch', 'period', 'agreement'] as const;
export type Grouping = (typeof GROUPINGS)[number];

export interface Line {
  /** The epoch, period or agreement; null: what belongs to no agreement (misses of all slots, bonds, rewards, reads). */
  readonly key: number | null;
  /** Slot-epochs: over, and proven. */
  readonly elapsed: number;
  readonly proven: number;
  readonly earned: bigint;
  readonly missed: bigint;
  readonly potential: bigint;
  /** Premiums, bonds, rewards, reads. */
  readonly other: bigint;
  readonly slashed: bigint;
}

type Mutable = { -readonly [K in keyof Line]: Line[K] };

/** In the order of the keys, what belongs to no agreement last. The sums of the lines are those of the statement. */
export function linesOf({ history, facts, node, by }: { readonly history: History; readonly facts: readonly NodeFact[]; readonly node: number; readonly by: Grouping }): Line[] {
  const { moment, book } = history;
  const { clock } = moment;
  const lines = new Map<number | null, Mutable>();
  const line = (key: number | null): Mutable => {
    const known = lines.get(key) ?? { key, elapsed: 0, proven: 0, earned: 0n, missed: 0n, potential: 0n, other: 0n, slashed: 0n };
    lines.set(key, known);
    return known;
  };
  const at = (epoch: number, agreement: number | null): Mutable => line(by === 'agreement' ? agreement : by === 'epoch' ? epoch : periodOfEpoch(clock, epoch).period);

  for (const tenure of book.tenures) {
    if (tenure.provider !== node) continue;
    for (const { key, from, to } of stretches(clock, tenure, by)) {
      const { elapsed, proven, earned, missed, potential } = amountsOf(history, tenure, { from, to });
      const one = line(key);
      one.elapsed += elapsed;
      one.proven += proven;
      one.earned += earned;
      one.missed += missed;
      one.potential += potential;
    }
  }
  for (const { provider, epoch, agreement, amount } of book.premiums) if (provider === node) at(epoch, agreement).other += amount;
  for (const { provider, epoch, agreement, slashed } of book.losses) if (provider === node) at(epoch, agreement).slashed += slashed;
  for (const fact of facts) {
    if (fact.kind === 'bondWon' || fact.kind === 'rewarded' || fact.kind === 'readsPaid') at(fact.epoch, null).other += fact.amount;
    // Misses belong to the period in which they happened, not to that of their report.
    if (fact.kind === 'missesReported') (by === 'period' ? line(fact.period) : at(fact.epoch, null)).slashed += fact.slashed;
  }
  return [...lines.values()].sort((a, b) => (a.key ?? Infinity) - (b.key ?? Infinity));
}

/** A tenure in the parts that belong to one line each. */
export function* stretches(clock: Clock, tenure: Tenure, by: Grouping): Generator<{ readonly key: number; readonly from: number; readonly to: number }> {
  if (by === 'agreement') return yield { key: tenure.agreement, from: tenure.from, to: tenure.to };
  for (let from = tenure.from; from < tenure.to; ) {
    const { period, to: end } = periodOfEpoch(clock, from);
    const to = by === 'epoch' ? from + 1 : Math.min(tenure.to, end);
    yield { key: by === 'epoch' ? from : period, from, to };
    from = to;
  }
}
