/** What people type into fields, and what is wrong with it in one sentence. */
import { parseUnits } from 'viem';
import { TOKEN_DECIMALS } from './format.ts';

export type Parsed<T> = { readonly value: T; readonly problem?: undefined } | { readonly value?: undefined; readonly problem: string };

/** Decimals of a token or coin into its smallest unit. Commas group thousands. */
export function parseAmount(text: string, options: { readonly decimals?: number; readonly min?: bigint; readonly max?: bigint; readonly what?: string; readonly tooMuch?: string } = {}): Parsed<bigint> {
  const { decimals = TOKEN_DECIMALS, min = 0n, max, what = 'The amount' } = options;
  const plain = text.trim().replaceAll(/[,\s_]/g, '');
  if (plain === '') return { problem: `${what} is missing.` };
  if (!/^\d{1,30}(\.\d*)?$|^\.\d+$/.test(plain)) return { problem: `${what} must be a number such as 12.5.` };
  const fraction = plain.split('.')[1] ?? '';
  if (fraction.length > decimals) return { problem: `${what} has more than ${decimals} digits after the point.` };
  const value = parseUnits(plain.startsWith('.') ? `0${plain}` : plain, decimals);
  if (value < min || (min === 0n && value === 0n)) return { problem: `${what} is too small.` };
  if (max !== undefined && value > max) return { problem: options.tooMuch ?? `${what} is too large.` };
  return { value };
}

export function parseWhole(text: string, options: { readonly min: number; readonly max: number; readonly what?: string }): Parsed<number> {
  const { min, max, what = 'It' } = options;
  const plain = text.trim();
  if (plain === '') return { problem: `${what} is missing.` };
  if (!/^\d{1,15}$/.test(plain)) return { problem: `${what} must be a whole number.` };
  const value = Number(plain);
  if (value < min || value > max) return { problem: `${what} must be ${min.toLocaleString('en')} to ${max.toLocaleString('en')}.` };
  return { value };
}

const UNITS: ReadonlyMap<string, number> = new Map([['b', 1], ['kib', 2 ** 10], ['kb', 1e3], ['mib', 2 ** 20], ['mb', 1e6], ['gib', 2 ** 30], ['gb', 1e9], ['tib', 2 ** 40], ['tb', 1e12]]);

/** "1.5 GiB", "500 MB"; a bare number counts in `unit`. */
export function parseBytes(text: string, options: { readonly unit?: string; readonly what?: string } = {}): Parsed<number> {
  const { unit = 'GiB', what = 'The size' } = options;
  const match = /^(\d{1,15}(?:\.\d{1,6})?)\s*([a-z]*)$/i.exec(text.trim().replaceAll(',', ''));
  const factor = UNITS.get((match?.[2] === '' ? unit : match?.[2] ?? '').toLowerCase());
  if (match === null || factor === undefined) return { problem: `${what} must be a number and a unit, such as 10 GiB.` };
  const value = Math.round(Number(match[1]) * factor);
  if (value < 1) return { problem: `${what} is too small.` };
  return Number.isSafeInteger(value) ? { value } : { problem: `${what} is too large.` };
}
