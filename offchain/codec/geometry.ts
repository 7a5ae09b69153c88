import { HoldfastError } from '../wire/errors.ts';
import type { Geometry } from './types.ts';

export const LEAF_SIZE = 256;
export const MIN_BATCH_LOG2 = 16;
export const MAX_BATCH_LOG2 = 28;
/** GF(2^8) has room for this many distinct slots. */
export const MAX_SLOTS = 255;
const MAX_UNIT = 1024 * 1024;

export class GeometryError extends HoldfastError {
  constructor(shortMessage: string, details: Readonly<Record<string, unknown>>) {
    super('CODEC_GEOMETRY', shortMessage, { details });
  }
}

/**
 * Everything that follows from k data slots, m parity slots and a batch of 2^batchLog2 bytes.
 * @throws GeometryError when a value is not a whole number or out of its bounds.
 */
export function geometry(options: { readonly k: number; readonly m: number; readonly batchLog2: number }): Geometry {
  const { k, m, batchLog2 } = options;
  checkScheme({ k, m });
  if (!isWithin(batchLog2, MIN_BATCH_LOG2, MAX_BATCH_LOG2)) {
    throw new GeometryError(`A batch is 2^${MIN_BATCH_LOG2} to 2^${MAX_BATCH_LOG2} bytes, not 2^${batchLog2}.`, { batchLog2 });
  }
  // No check that a fragment has a leaf: the smallest batch over the most data slots, 2^16 / 254, is 258 bytes.
  const fragmentSize = Math.floor(2 ** batchLog2 / k / LEAF_SIZE) * LEAF_SIZE;
  const unit = Math.min(MAX_UNIT, fragmentSize);
  return {
    k,
    m,
    n: k + m,
    batchLog2,
    fragmentSize,
    leaves: fragmentSize / LEAF_SIZE,
    unit,
    stripes: Math.ceil(fragmentSize / unit),
    payloadSize: k * fragmentSize,
  };
}

/** @throws GeometryError unless k, m >= 1 are whole numbers and k + m <= 255. */
export function checkScheme({ k, m }: { readonly k: number; readonly m: number }): void {
  if (isWithin(k, 1, MAX_SLOTS) && isWithin(m, 1, MAX_SLOTS) && k + m <= MAX_SLOTS) return;
  throw new GeometryError(`A scheme k+m has k, m >= 1 and at most ${MAX_SLOTS} slots in all; ${k}+${m} does not.`, { k, m });
}

function isWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
