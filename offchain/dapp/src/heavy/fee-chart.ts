/** A heavy node's settlements as a series. Pure; the numbers are those of holdfast/earnings. */
import type { HeavyAccount } from '../../../earnings/heavy-statement.ts';
import { sharesOf } from '../../../earnings/heavy-statement.ts';
import type { ChartData } from '../charts/chart-data.ts';
import { formatAmount } from '../ui/format.ts';

export interface FeesOfEpoch {
  readonly epoch: number;
  readonly footprint: bigint;
  readonly asParent: bigint;
}

/** By the epoch of the settlement, oldest first. */
export function feesByEpoch({ facts, statement }: Pick<HeavyAccount, 'facts' | 'statement'>): FeesOfEpoch[] {
  const epochs = new Map<number, FeesOfEpoch>();
  for (const fact of facts) {
    if (fact.kind !== 'settled') continue;
    const before = epochs.get(fact.epoch) ?? { epoch: fact.epoch, footprint: 0n, asParent: 0n };
    const { footprint, asParent } = sharesOf(fact, statement.node);
    epochs.set(fact.epoch, { epoch: fact.epoch, footprint: before.footprint + footprint, asParent: before.asParent + asParent });
  }
  return [...epochs.values()].sort((a, b) => a.epoch - b.epoch);
}

export function feeChart(rows: readonly FeesOfEpoch[]): ChartData {
  const series = (name: string, of: (row: FeesOfEpoch) => bigint) => ({ name, values: rows.map((row) => Number(of(row)) / 1e18), texts: rows.map((row) => `${formatAmount(of(row), { digits: 18 })} HOLD`) });
  return {
    title: 'Fees, by the epoch in which they were settled', axis: 'Epoch', labels: rows.map(({ epoch }) => String(epoch)),
    format: (value) => formatAmount(BigInt(Math.round(value * 1e18)), { digits: 3 }),
    series: [series('for its matches', ({ footprint }) => footprint), series('as a parent', ({ asParent }) => asParent)],
  };
}
