/** Which scheme suits how many others, and how much space it takes. Pure. */
import { geometry } from '../codec/geometry.ts';
import { TakesMoreThanGivesError } from './errors.ts';

export interface Scheme {
  readonly k: number;
  readonly m: number;
}

export interface Choice {
  readonly scheme: Scheme;
  /** Too few others: this node's own provider has to take a slot. Its copy counts as none, for it lies on the disk of the original. */
  readonly needsOwn: boolean;
}

export const FULL_COPIES: Scheme = { k: 1, m: 2 };
const TWO_COPIES: Scheme = { k: 1, m: 1 };

/**
 * What may be tried with `others` providers of other owners, the safest first. Empty: alone, for an agreement has at least two operators.
 * Three others: each has a copy. Two: both have one, and the third slot is our own, which a newcomer takes over. One: it and we ourselves.
 */
export function choicesFor(options: { readonly others: number; readonly wanted?: Scheme | undefined }): Choice[] {
  const { others, wanted } = options;
  const choices: Choice[] = [];
  const offer = (scheme: Scheme): void => {
    const slots = scheme.k + scheme.m;
    if (others >= slots) choices.push({ scheme, needsOwn: false });
    else if (scheme.k === 1 && others + 1 === slots) choices.push({ scheme, needsOwn: true });
  };
  if (wanted !== undefined && others >= wanted.k + wanted.m) choices.push({ scheme: wanted, needsOwn: false });
  offer(FULL_COPIES);
  offer(TWO_COPIES);
  // In the fewer regions of a small network two copies elsewhere may be possible only with us.
  if (others >= 2) choices.push({ scheme: TWO_COPIES, needsOwn: true });
  return choices.filter((one, i) => choices.findIndex(({ scheme, needsOwn }) => isSame(scheme, one.scheme) && needsOwn === one.needsOwn) === i);
}

/** More losses survived, or the scheme that was asked for. */
export function isBetter(a: Scheme, b: Scheme, wanted?: Scheme | undefined): boolean {
  return rankOf(a, wanted) > rankOf(b, wanted);
}

function rankOf(scheme: Scheme, wanted: Scheme | undefined): number {
  return wanted !== undefined && isSame(scheme, wanted) ? Infinity : scheme.m;
}

export function isSame(a: Scheme, b: Scheme): boolean {
  return a.k === b.k && a.m === b.m;
}

/** Batches beyond the data: catalogs, and what changes before older versions are collected. */
const SPARE_BATCHES = 4;
const SPARE_PERCENT = 10;

/** Batches of space for so much data. What compresses or repeats takes less; what is not known beforehand is not counted on. */
export function quotaFor(options: { readonly dataBytes: bigint; readonly scheme: Scheme; readonly batchLog2: number }): number {
  const payload = BigInt(geometry({ ...options.scheme, batchLog2: options.batchLog2 }).payloadSize);
  const data = Number((options.dataBytes + payload - 1n) / payload);
  return data + Math.max(SPARE_BATCHES, Math.ceil((data * SPARE_PERCENT) / 100));
}

export interface Space extends Scheme {
  readonly batchLog2: number;
  readonly quota: number;
}

/** Fragment bytes that all slots of an agreement reserve together. */
export function reservedBytes(space: Space): bigint {
  return BigInt(space.quota) * BigInt(geometry(space).fragmentSize) * BigInt(space.k + space.m);
}

/** @throws TakesMoreThanGivesError */
export function requireGiven(options: { readonly space: Space; readonly dataBytes: bigint; readonly takenBytes: bigint; readonly giveBytes: bigint }): void {
  const { space, dataBytes, takenBytes, giveBytes } = options;
  const needBytes = reservedBytes(space);
  if (takenBytes + needBytes <= giveBytes) return;
  throw new TakesMoreThanGivesError({ dataBytes, k: space.k, m: space.m, needBytes, takenBytes, giveBytes });
}
