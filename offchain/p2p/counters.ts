/** How often peers were refused, by reason: for metrics and for tests. */
import type { RefusalReason } from './errors.ts';

export interface Counters {
  count(reason: RefusalReason): void;
  readonly refused: Readonly<Partial<Record<RefusalReason, number>>>;
}

export function createCounters(): Counters {
  const refused: Partial<Record<RefusalReason, number>> = {};
  return {
    refused,
    count(reason) {
      refused[reason] = (refused[reason] ?? 0) + 1;
    },
  };
}
