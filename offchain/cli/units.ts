import { formatUnits, getAddress, isAddress, parseUnits } from 'viem';
import type { Address } from 'viem';
import { MAX_BATCH_LOG2, MIN_BATCH_LOG2 } from '../codec/geometry.ts';
import { presetFor } from '../codec/presets.ts';
import { UsageError } from './errors.ts';
import { parseCount } from './parse-count.ts';

export { parseCount };

/** What people type and read, and what the code computes with. */

export const TOKEN_DECIMALS = 18;

const SIZE_UNITS: Readonly<Record<string, bigint>> = {
  '': 1n,
  b: 1n,
  kib: 1n << 10n,
  mib: 1n << 20n,
  gib: 1n << 30n,
  tib: 1n << 40n,
  kb: 10n ** 3n,
  mb: 10n ** 6n,
  gb: 10n ** 9n,
  tb: 10n ** 12n,
};

/** "10GiB", "1.5 MiB", "4096" to bytes, rounded down. */
export function parseSize(text: string): bigint {
  const match = /^([0-9]{1,15})(?:\.([0-9]{1,6}))?\s*([a-z]*)$/i.exec(text.trim());
  const name = (match?.[3] ?? '').toLowerCase();
  const unit = Object.hasOwn(SIZE_UNITS, name) ? SIZE_UNITS[name] : undefined;
  if (match === null || unit === undefined) throw new UsageError(`"${text}" is no size.`, 'Write for example 10GiB, 512MiB or 1TB.');
  const fraction = match[2] ?? '';
  return BigInt(match[1] ?? '0') * unit + (fraction === '' ? 0n : (BigInt(fraction) * unit) / 10n ** BigInt(fraction.length));
}

/** A batch is a power of two: "8MiB" is 23. */
export function parseBatchLog2(text: string): number {
  const bytes = parseSize(text);
  const log2 = bytes.toString(2).length - 1;
  if (bytes !== 1n << BigInt(log2) || log2 < MIN_BATCH_LOG2 || log2 > MAX_BATCH_LOG2) {
    throw new UsageError(`A batch of ${text} is not possible.`, 'Take a power of two from 64KiB to 256MiB, for example 8MiB.');
  }
  return log2;
}

/** "10+6" to {k: 10, m: 6}. */
export function parseScheme(text: string): { k: number; m: number } {
  const match = /^([0-9]{1,2})\+([0-9]{1,2})$/.exec(text.trim());
  const [k, m] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)];
  if (k < 1 || m < 1 || k + m > 64) throw new UsageError(`"${text}" is no scheme.`, 'Write data+parity slots, at least 1 each and at most 64 together, for example 10+6.');
  return { k, m };
}

/** The recommended scheme for a number of suppliers. */
export function schemeForSuppliers(text: string): { k: number; m: number } {
  const suppliers = parseCount(text, { what: 'a number of suppliers', max: 64 });
  try {
    const { k, m } = presetFor(suppliers);
    return { k, m };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UsageError(`There is no recommended scheme for ${suppliers} suppliers (${why}).`, 'Name the scheme instead, for example --scheme 10+6.');
  }
}

export function parseAddress(text: string): Address {
  if (!isAddress(text, { strict: false })) throw new UsageError(`"${text}" is no address.`, 'Write 0x and 40 hexadecimal digits.');
  return getAddress(text);
}

/** "1.5" to units of a currency with 18 decimals. */
export function parseAmount(text: string): bigint {
  if (!/^[0-9]{1,30}(\.[0-9]{1,18})?$/.test(text.trim())) throw new UsageError(`"${text}" is no amount.`, 'Write for example 2 or 0.25.');
  return parseUnits(text.trim(), TOKEN_DECIMALS);
}

/** Exact, without trailing zeros. */
export function formatAmount(units: bigint): string {
  return formatUnits(units, TOKEN_DECIMALS);
}

const SHOWN_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

export function formatBytes(bytes: number | bigint): string {
  let value = Number(bytes);
  let unit = 0;
  while (value >= 1024 && unit < SHOWN_UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${SHOWN_UNITS[unit]}`;
}

export function formatSeconds(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${String(Math.floor(seconds % 60)).padStart(2, '0')}s`;
  return `${Math.floor(seconds / 3600)}h${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')}m`;
}
