/** A provider's statement as charts and tables. Pure; every number comes from the lines of holdfast/earnings. */
import type { Line } from '../../../earnings/group.ts';
import type { ProviderStatement } from '../../../earnings/provider-statement.ts';
import type { ChartData } from '../charts/chart-data.ts';
import type { Share } from '../charts/donut.tsx';
import { formatAmount } from '../ui/format.ts';

const exact = (units: bigint): string => `${formatAmount(units, { digits: 18 })} HOLD`;
const said = (units: bigint): string => `${formatAmount(units)} HOLD`;
const drawn = (units: bigint): number => Number(units) / 1e18;
const short = (value: number): string => formatAmount(BigInt(Math.round(value * 1e18)), { digits: 3 });

/** `by`: what a line's key is. What belongs to no line is left to the table. */
export function earningsChart(lines: readonly Line[], by: 'epoch' | 'period' | 'agreement'): ChartData {
  const keyed = lines.filter(({ key }) => key !== null);
  const series = (name: string, of: (line: Line) => bigint) => ({ name, values: keyed.map((line) => drawn(of(line))), texts: keyed.map((line) => exact(of(line))) });
  return {
    title: `Earned, missed, lost and ahead, by ${by}`,
    axis: by === 'epoch' ? 'Epoch' : by === 'period' ? 'Period' : 'Agreement',
    labels: keyed.map(({ key }) => String(key)),
    format: short,
    series: [series('earned', ({ earned, other }) => earned + other), series('pay of missed epochs', ({ missed }) => missed), series('slashed', ({ slashed }) => slashed), series('still ahead', ({ potential }) => potential)],
  };
}

/** At most `count` lines around now: what lies ahead takes a quarter of them, where so much lies behind. By agreement there is no now: the newest. */
export function linesAround(lines: readonly Line[], { now, by, count }: { readonly now: number; readonly by: 'epoch' | 'period' | 'agreement'; readonly count: number }): Line[] {
  const ahead = by === 'agreement' ? 0 : lines.filter(({ key }) => key !== null && key > now).length;
  const shownAhead = Math.min(ahead, Math.max(Math.floor(count / 4), count - (lines.length - ahead)));
  const end = lines.length - ahead + shownAhead;
  return lines.slice(Math.max(0, end - count), end);
}

/** Where the earnings are by now. */
export function whereShares({ unsettled, owed, paid }: Pick<ProviderStatement, 'unsettled' | 'owed' | 'paid'>): Share[] {
  return [
    { name: 'Paid out', value: drawn(paid), text: said(paid) },
    { name: 'In the market, to withdraw', value: drawn(owed), text: said(owed) },
    { name: 'Proven, not settled yet', value: drawn(unsettled), text: said(unsettled) },
  ];
}

export const LINE_COLUMNS = ['key', 'elapsed', 'proven', 'earned', 'missed', 'potential', 'other', 'slashed'] as const;
