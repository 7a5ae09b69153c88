import { HoldfastError } from '../wire/errors.ts';
import { checkScheme } from './geometry.ts';
import { addMultiple, inverse, invertMatrix, multiply } from './kernels/field.ts';
import { multiplyMatrix } from './kernels/matrix.ts';

export class ErasureError extends HoldfastError {
  constructor(code: 'RS_INPUT' | 'RS_TOO_FEW', shortMessage: string, details: Readonly<Record<string, unknown>> = {}) {
    super(code, shortMessage, { details, retryable: code === 'RS_TOO_FEW' });
  }
}

/** The m rows of k coefficients: a Cauchy matrix normalised so that its first row and column are all ones. */
export function parityMatrix(k: number, m: number): Uint8Array[] {
  checkScheme({ k, m });
  const cauchy = (i: number, j: number) => inverse((k + i) ^ j);
  return Array.from({ length: m }, (_, i) =>
    Uint8Array.from({ length: k }, (_, j) =>
      multiply(multiply(cauchy(i, j), cauchy(0, 0)), inverse(multiply(cauchy(i, 0), cauchy(0, j)))),
    ),
  );
}

/**
 * Writes the m parity arrays of k data arrays; all have one length (any). Parity must not overlap data.
 * @throws ErasureError when the arrays do not fit the scheme.
 */
export function encodeParity(options: {
  readonly k: number;
  readonly m: number;
  readonly data: readonly Uint8Array[];
  readonly parity: readonly Uint8Array[];
}): void {
  const { k, m, data, parity } = options;
  const rows = parityMatrix(k, m);
  if (data.length !== k || parity.length !== m) {
    throw new ErasureError('RS_INPUT', `A ${k}+${m} encoding takes ${k} data and ${m} parity arrays, not ${data.length} and ${parity.length}.`);
  }
  checkLengths([...data, ...parity]);
  multiplyMatrix({ rows, inputs: data, outputs: parity });
}

/**
 * Recomputes the wanted slots from any k present ones (slots 0..k-1 are data, k..n-1 parity). The arrays may be whole
 * fragments or the same byte range of each. A wanted slot that is present comes back as a copy.
 * Results are new arrays, or those that `into` holds for a slot: a repairer that reuses them spares the page faults,
 * which cost more than the arithmetic.
 * @throws ErasureError with code RS_TOO_FEW when fewer than k slots are present and one that is not is wanted.
 */
export function reconstruct(options: {
  readonly k: number;
  readonly m: number;
  readonly present: ReadonlyMap<number, Uint8Array>;
  readonly wanted: readonly number[];
  readonly into?: ReadonlyMap<number, Uint8Array>;
}): Map<number, Uint8Array> {
  const { k, m, present, wanted, into } = options;
  checkScheme({ k, m });
  for (const slot of [...present.keys(), ...wanted]) checkSlot(slot, k + m);
  checkLengths([...present.values(), ...(into?.values() ?? [])]);

  const sizeBytes = present.values().next().value?.length ?? 0;
  const result = new Map(wanted.map((slot) => [slot, into?.get(slot) ?? new Uint8Array(sizeBytes)]));
  const missing = [...result.keys()].filter((slot) => !present.has(slot));
  if (missing.length > 0) rebuild({ k, m, present, missing, outputs: missing.map((slot) => result.get(slot)!) });
  for (const [slot, target] of result) {
    const bytes = present.get(slot);
    if (bytes !== undefined) target.set(bytes);
  }
  return result;
}

function rebuild(options: {
  readonly k: number;
  readonly m: number;
  readonly present: ReadonlyMap<number, Uint8Array>;
  readonly missing: readonly number[];
  readonly outputs: readonly Uint8Array[];
}): void {
  const { k, m, present, missing, outputs } = options;
  if (present.size < k) {
    throw new ErasureError('RS_TOO_FEW', `Rebuilding needs any ${k} of ${k + m} fragments; only ${present.size} are at hand.`, {
      needed: k,
      present: [...present.keys()],
    });
  }
  // Ascending order takes data slots first: the fewer parity slots, the cheaper the rows.
  const sources = [...present.keys()].sort((a, b) => a - b).slice(0, k);
  const inputs = sources.map((slot) => present.get(slot)!);
  multiplyMatrix({ rows: rebuildRows({ k, m, sources, missing }), inputs, outputs });
}

/** One row per missing slot: its coefficients over the k source slots. */
function rebuildRows(options: { k: number; m: number; sources: readonly number[]; missing: readonly number[] }): Uint8Array[] {
  const { k, m, sources, missing } = options;
  const parity = parityMatrix(k, m);
  const dataRows = dataOverSources(k, parity, sources);
  return missing.map((slot) => {
    if (slot < k) return dataRows[slot]!;
    const row = new Uint8Array(k);
    parity[slot - k]!.forEach((coefficient, j) => addMultiple(row, dataRows[j]!, coefficient));
    return row;
  });
}

/**
 * Every data slot as a row over the sources. A data slot among the sources is a unit row. For the e others: each source
 * parity q says y_q = sum a(q,j) d_j, so the e x e part of these equations over the lost columns is inverted and
 * applied to y_q plus the known part.
 */
function dataOverSources(k: number, parity: readonly Uint8Array[], sources: readonly number[]): Uint8Array[] {
  const equations = sources.filter((slot) => slot >= k).map((slot) => parity[slot - k]!);
  const known = sources.filter((slot) => slot < k);
  const rows = Array.from({ length: k }, () => new Uint8Array(k));
  known.forEach((slot, position) => (rows[slot]![position] = 1));

  const lost = rows.map((_, slot) => slot).filter((slot) => !known.includes(slot));
  const solved = invertMatrix(equations.map((equation) => Uint8Array.from(lost, (slot) => equation[slot]!)));
  // Every square part of a Cauchy matrix is invertible, and scaling rows and columns keeps it so.
  if (solved === null) throw new ErasureError('RS_INPUT', 'The code matrix is singular: the field arithmetic is broken.');

  const sums = equations.map((equation, e) => {
    const sum = Uint8Array.from(sources, (slot) => (slot < k ? equation[slot]! : 0));
    sum[known.length + e] = 1;
    return sum;
  });
  lost.forEach((slot, i) => sums.forEach((sum, e) => addMultiple(rows[slot]!, sum, solved[i]![e]!)));
  return rows;
}

function checkSlot(slot: number, n: number): void {
  if (Number.isInteger(slot) && slot >= 0 && slot < n) return;
  throw new ErasureError('RS_INPUT', `Slot ${slot} is not one of 0 to ${n - 1}.`, { slot });
}

function checkLengths(arrays: readonly Uint8Array[]): void {
  if (arrays.every((bytes) => bytes.length === arrays[0]!.length)) return;
  throw new ErasureError('RS_INPUT', 'The fragments differ in length: erasure coding takes the same byte range of every slot.');
}
