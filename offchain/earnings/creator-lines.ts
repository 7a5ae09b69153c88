/** A creator's statement line by line: by epoch, period or agreement. Pure. All amounts are token units. */
import { isAddressEqual } from 'viem';
import type { Address } from 'viem';
import { amountsOf } from './amounts.ts';
import { stretches } from './group.ts';
import type { Grouping } from './group.ts';
import type { History } from './history.ts';

export interface CreatorLine {
  /** The epoch, period or agreement. */
  readonly key: number;
  /** Slot-epochs: over, and proven. */
  readonly elapsed: number;
  readonly proven: number;
  /** When it was paid, by this address; what came back, when it did. */
  readonly paid: bigint;
  readonly refunded: bigint;
  /** Rent of proven epochs, and the fee in it. */
  readonly used: bigint;
  readonly fees: bigint;
  /** Rent of epochs that nobody proved, and of those ahead. */
  readonly missed: bigint;
  readonly ahead: bigint;
}

type Mutable = { -readonly [K in keyof CreatorLine]: CreatorLine[K] };

/** In the order of the keys. `refunded` has compensation in it; rent of vacancies is in `refunded` alone. */
export function creatorLinesOf({ history, creator, by }: { readonly history: History; readonly creator: Address; readonly by: Grouping }): CreatorLine[] {
  const { book, moment, terms } = history;
  const lines = new Map<number, Mutable>();
  const at = (key: number): Mutable => {
    const known = lines.get(key) ?? { key, elapsed: 0, proven: 0, paid: 0n, refunded: 0n, used: 0n, fees: 0n, missed: 0n, ahead: 0n };
    lines.set(key, known);
    return known;
  };
  for (const tenure of book.tenures) {
    for (const { key, from, to } of stretches(moment.clock, tenure, by)) {
      const { elapsed, proven, earned, fees, missedGross, aheadGross } = amountsOf(history, tenure, { from, to });
      const one = at(key);
      one.elapsed += elapsed;
      one.proven += proven;
      one.used += earned + fees;
      one.fees += fees;
      one.missed += missedGross;
      one.ahead += aheadGross;
    }
  }
  for (const fact of terms) {
    const key = by === 'agreement' ? fact.agreement : by === 'epoch' ? fact.epoch : Math.floor(fact.epoch / moment.clock.epochsPerPeriod);
    if (fact.kind === 'opened' || fact.kind === 'grown' || (fact.kind === 'extended' && isAddressEqual(fact.payer, creator))) at(key).paid += fact.paid;
    if (fact.kind === 'refunded') at(key).refunded += fact.amount;
  }
  return [...lines.values()].sort((a, b) => a.key - b.key);
}
