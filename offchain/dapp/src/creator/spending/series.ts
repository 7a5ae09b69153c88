/** A creator's money as a chart: one bar for each stretch of time. Pure. */
import type { CreatorLine } from '../../../../earnings/creator-lines.ts';

export interface Stretch {
  /** First epoch. */
  readonly epoch: number;
  readonly used: bigint;
  readonly ahead: bigint;
  readonly missed: bigint;
  readonly paid: bigint;
  readonly refunded: bigint;
}

/** Lines by epoch, put together so that there are at most `bars`. */
export function stretchesOf(lines: readonly CreatorLine[], bars: number): Stretch[] {
  const [first, last] = [lines[0], lines.at(-1)];
  if (first === undefined || last === undefined) return [];
  const width = Math.max(1, Math.ceil((last.key - first.key + 1) / bars));
  const found = new Map<number, Stretch>();
  for (const line of lines) {
    const epoch = first.key + Math.floor((line.key - first.key) / width) * width;
    const known = found.get(epoch) ?? { epoch, used: 0n, ahead: 0n, missed: 0n, paid: 0n, refunded: 0n };
    found.set(epoch, {
      epoch,
      used: known.used + line.used,
      ahead: known.ahead + line.ahead,
      missed: known.missed + line.missed,
      paid: known.paid + line.paid,
      refunded: known.refunded + line.refunded,
    });
  }
  return [...found.values()].sort((a, b) => a.epoch - b.epoch);
}

/** For drawing only: a chart needs no last digit. */
export function toNumber(units: bigint): number {
  return Number(units / 10n ** 9n) / 1e9;
}

const DAY_SECONDS = 86_400;
const QUARTER_SECONDS = 900;

/** Labels that fit below bars: times of a day where all lies within two, with seconds where all lies within a quarter of an hour; else days. Unix seconds, oldest first. */
export function shortTimes(seconds: readonly number[]): string[] {
  const length = (seconds.at(-1) ?? 0) - (seconds[0] ?? 0);
  const style: Intl.DateTimeFormatOptions = length >= 2 * DAY_SECONDS ? { day: 'numeric', month: 'short' } : { hour: '2-digit', minute: '2-digit', ...(length < QUARTER_SECONDS ? { second: '2-digit' } : {}) };
  return seconds.map((one) => new Date(one * 1000).toLocaleString('en-GB', style));
}
