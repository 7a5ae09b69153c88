/** Cuts a byte stream into chunks. Boundaries depend on the bytes alone, never on how the source happened to slice them. */
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, join, utf8, viewOf } from './bytes.ts';
import { GearScan } from './kernels/gear.ts';

const MIB = 1 << 20;
export const CHUNK_MIN_BYTES = MIB / 4;
export const CHUNK_MEAN_BYTES = MIB;
export const CHUNK_MAX_BYTES = 4 * MIB;
export const FIXED_CHUNK_BYTES = MIB;

/** Normalisation level 2: 22 zero bits are asked for below the mean, 18 above it. */
const LIMIT_BELOW_MEAN = 2 ** (32 - 22);
const LIMIT_ABOVE_MEAN = 2 ** (32 - 18);

/** gear[i] = first 4 bytes of SHA-256("holdfast/1/gear" || i as one byte), little-endian. */
export const GEAR: Int32Array = Int32Array.from({ length: 256 }, (_, i) =>
  viewOf(sha256(concat(utf8('holdfast/1/gear'), Uint8Array.of(i)))).getInt32(0, true));

/** Finds where chunks end, in a stream that comes in pieces of any size. */
export interface Cutter {
  /** How many of the bytes belong to the current chunk and end it; -1 when all do and it goes on. */
  next(bytes: Uint8Array): number;
  /** The stream has ended: what comes next begins a chunk. */
  reset(): void;
}

/**
 * FastCDC: the gear hash h = (h << 1) + gear[byte] modulo 2^32 begins at CHUNK_MIN_BYTES; a cut falls behind the byte that makes its
 * top bits zero.
 */
export class CdcCutter implements Cutter {
  readonly #scan = new GearScan(GEAR);
  #sizeBytes = 0;

  next(bytes: Uint8Array): number {
    let at = Math.min(bytes.length, Math.max(0, CHUNK_MIN_BYTES - this.#sizeBytes));
    this.#sizeBytes += at;
    while (at < bytes.length) {
      const [until, limit] = this.#sizeBytes < CHUNK_MEAN_BYTES ? [CHUNK_MEAN_BYTES, LIMIT_BELOW_MEAN] : [CHUNK_MAX_BYTES, LIMIT_ABOVE_MEAN];
      const part = bytes.subarray(at, at + until - this.#sizeBytes);
      const found = this.#scan.find(part, limit);
      const seen = found < 0 ? part.length : found;
      at += seen;
      this.#sizeBytes += seen;
      if (found >= 0 || this.#sizeBytes === CHUNK_MAX_BYTES) {
        this.reset();
        return at;
      }
    }
    return -1;
  }

  reset(): void {
    this.#sizeBytes = 0;
    this.#scan.reset();
  }
}

export class FixedCutter implements Cutter {
  readonly #chunkBytes: number;
  #sizeBytes = 0;

  constructor(chunkBytes: number = FIXED_CHUNK_BYTES) {
    this.#chunkBytes = chunkBytes;
  }

  next(bytes: Uint8Array): number {
    const missing = this.#chunkBytes - this.#sizeBytes;
    if (bytes.length < missing) {
      this.#sizeBytes += bytes.length;
      return -1;
    }
    this.reset();
    return missing;
  }

  reset(): void {
    this.#sizeBytes = 0;
  }
}

/** Content-defined chunks (FastCDC), 256 KiB to 4 MiB, the last one possibly shorter. An empty source gives none. */
export function cdcChunks(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  return cutStream(source, new CdcCutter());
}

/** Chunks of exactly `sizeBytes`, the last one possibly shorter. */
export function fixedChunks(source: AsyncIterable<Uint8Array>, sizeBytes: number = FIXED_CHUNK_BYTES): AsyncGenerator<Uint8Array, void> {
  return cutStream(source, new FixedCutter(sizeBytes));
}

/** Every chunk is a fresh array. */
async function* cutStream(source: AsyncIterable<Uint8Array>, cutter: Cutter): AsyncGenerator<Uint8Array, void> {
  let parts: Uint8Array[] = [];
  for await (const piece of source) {
    for (let rest = piece; rest.length > 0; ) {
      const end = cutter.next(rest);
      // Copies: a source may use the memory of its pieces again.
      parts.push(rest.slice(0, end < 0 ? rest.length : end));
      if (end < 0) break;
      rest = rest.subarray(end);
      yield join(parts);
      parts = [];
    }
  }
  if (parts.length > 0) yield join(parts);
}
