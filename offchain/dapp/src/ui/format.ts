/** Numbers as people read them. Amounts are cut, never rounded up: nobody is told of more than there is. */
import { formatUnits } from 'viem';

export const TOKEN_DECIMALS = 18;
export const TOKEN_UNIT = 'HOLD';

/** "1,234.5678": at most `digits` after the point, and for small amounts as many as it takes to show two that are not zero. */
export function formatAmount(units: bigint, options: { readonly decimals?: number; readonly digits?: number } = {}): string {
  const { decimals = TOKEN_DECIMALS, digits = 4 } = options;
  const sign = units < 0n ? '−' : '';
  const [whole = '0', fraction = ''] = formatUnits(units < 0n ? -units : units, decimals).split('.');
  const zeros = /^0*/.exec(fraction)?.[0].length ?? 0;
  const shown = whole === '0' && zeros >= digits - 1 ? fraction.slice(0, zeros + 2) : fraction.slice(0, digits);
  const rest = shown.replace(/0+$/, '');
  return `${sign}${grouped(whole)}${rest === '' ? '' : `.${rest}`}`;
}

function grouped(whole: string): string {
  return whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',');
}

export function formatCount(value: number | bigint): string {
  return value.toLocaleString('en');
}

const SIZES = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** "1.5 GiB". Powers of 1024. */
export function formatBytes(bytes: number | bigint): string {
  let value = Number(bytes);
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < SIZES.length - 1) [value, unit] = [value / 1024, unit + 1];
  if (unit === 0) return value === 1 ? '1 byte' : `${value} bytes`;
  const text = value >= 100 ? value.toFixed(0) : value.toFixed(1).replace(/\.0$/, '');
  return `${text} ${SIZES[unit]}`;
}

/** "4.2 MiB/s" */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** "97.3 %" of hundredths of a percent. Never 100 unless it is. */
/** Of all that was promised. The contracts cut each provider's share, so the last hundredth of a percent says nothing. */
export function formatProven(bps: number): string {
  return formatBps(bps >= 9_999 ? 10_000 : bps);
}

export function formatBps(bps: number): string {
  const percent = Math.floor(bps / 10) / 10;
  return `${percent === 100 || percent === 0 ? percent.toFixed(0) : percent.toFixed(1)} %`;
}

export function formatPercent(share: number): string {
  return formatBps(Math.floor(share * 10_000));
}

const STEPS: readonly [name: string, seconds: number][] = [['year', 31_557_600], ['month', 2_629_800], ['week', 604_800], ['day', 86_400], ['hour', 3_600], ['minute', 60], ['second', 1]];

/** "3 days", "2 hours and 5 minutes". */
export function formatDuration(seconds: number, options: { readonly parts?: 1 | 2 } = {}): string {
  const { parts = 1 } = options;
  const total = Math.max(0, Math.round(seconds));
  const first = STEPS.findIndex(([, length]) => total >= length);
  if (first < 0) return '0 seconds';
  const [name, length] = STEPS[first] as [string, number];
  const count = Math.floor(total / length);
  const next = STEPS[first + 1];
  const rest = next === undefined ? 0 : Math.floor((total - count * length) / next[1]);
  const head = plural(count, name);
  return parts === 1 || rest === 0 || next === undefined ? head : `${head} and ${plural(rest, next[0])}`;
}

export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : nouns}`;
}

/** "in 3 days", "2 minutes ago", "now". */
export function formatRelative(seconds: number, nowSeconds: number): string {
  const away = seconds - nowSeconds;
  if (Math.abs(away) < 1) return 'now';
  return away > 0 ? `in ${formatDuration(away)}` : `${formatDuration(-away)} ago`;
}

/** "21 Nov 2026, 16:25" in the visitor's time zone. */
export function formatTime(seconds: number, options: { readonly withSeconds?: boolean } = {}): string {
  return new Date(seconds * 1000).toLocaleString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', ...(options.withSeconds === true ? { second: '2-digit' } : {}) });
}

export function formatDay(seconds: number): string {
  return new Date(seconds * 1000).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
}

/** "0x1234…abcd" */
export function shortHex(hex: string, keep = 4): string {
  return hex.length <= 2 * keep + 4 ? hex : `${hex.slice(0, 2 + keep)}…${hex.slice(-keep)}`;
}
