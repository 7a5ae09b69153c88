/** Cuts a byte stream into chunks. Boundaries depend on the bytes alone, never on how the source happened to slice them. */
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, utf8, viewOf } from './bytes.ts';
import { CodecInputError } from './format-errors.ts';
import { freeMemory } from './free-memory.ts';
import { GearScan } from './kernels/gear.ts';

const MIB = 1 << 20;
export const CHUNK_MIN_BYTES = MIB / 4;
export const CHUNK_MEAN_BYTES = MIB;
export const CHUNK_MAX_BYTES = 4 * MIB;
export const FIXED_CHUNK_BYTES = MIB;

/** Smaller chunks cost more in records and references than they save. */
export const CHUNK_LEAST_BYTES = MIB / 16;

/** How a file is cut: by its content around a mean (a power of two of at most 1 MiB), or at a fixed size of at most 4 MiB. */
export type Chunking = 'cdc' | 'fixed' | { readonly kind: 'cdc' | 'fixed'; readonly sizeBytes: number };

/** @throws CodecInputError */
export function cutterFor(chunking: Chunking = 'cdc'): Cutter {
  const { kind, sizeBytes } = typeof chunking === 'string' ? { kind: chunking, sizeBytes: MIB } : chunking;
  const most = kind === 'cdc' ? CHUNK_MEAN_BYTES : CHUNK_MAX_BYTES;
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < CHUNK_LEAST_BYTES || sizeBytes > most) throw new CodecInputError(`chunks of ${sizeBytes} bytes are not possible: ${CHUNK_LEAST_BYTES} to ${most}`);
  if (kind === 'fixed') return new FixedCutter(sizeBytes);
  if (!Number.isInteger(Math.log2(sizeBytes))) throw new CodecInputError(`content-defined chunks need a mean that is a power of two, and ${sizeBytes} is none`);
  return new CdcCutter(sizeBytes);
}

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
  readonly #minBytes: number;
  readonly #meanBytes: number;
  readonly #maxBytes: number;
  /** Normalisation level 2: for 1 MiB 22 zero bits are asked for below the mean, 18 above it. */
  readonly #limitBelowMean: number;
  readonly #limitAboveMean: number;
  #sizeBytes = 0;

  /** A power of two; the least chunk is a quarter of it, the largest four times it. */
  constructor(meanBytes: number = CHUNK_MEAN_BYTES) {
    this.#minBytes = meanBytes / 4;
    this.#meanBytes = meanBytes;
    this.#maxBytes = 4 * meanBytes;
    this.#limitBelowMean = 2 ** (32 - (Math.log2(meanBytes) + 2));
    this.#limitAboveMean = 2 ** (32 - (Math.log2(meanBytes) - 2));
  }

  next(bytes: Uint8Array): number {
    let at = Math.min(bytes.length, Math.max(0, this.#minBytes - this.#sizeBytes));
    this.#sizeBytes += at;
    while (at < bytes.length) {
      const [until, limit] = this.#sizeBytes < this.#meanBytes ? [this.#meanBytes, this.#limitBelowMean] : [this.#maxBytes, this.#limitAboveMean];
      const part = bytes.subarray(at, at + until - this.#sizeBytes);
      const found = this.#scan.find(part, limit);
      const seen = found < 0 ? part.length : found;
      at += seen;
      this.#sizeBytes += seen;
      if (found >= 0 || this.#sizeBytes === this.#maxBytes) {
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

/**
 * The chunks of a stream that comes in pieces of any size; an empty one gives none. A chunk is its taker's, who may also change it, until the
 * next one is asked for: all lie in one buffer.
 */
export async function* cutStream(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, cutter: Cutter): AsyncGenerator<Uint8Array, void> {
  let buffer = new Uint8Array(CHUNK_MIN_BYTES);
  let filled = 0;
  for await (const piece of source) {
    for (let rest = piece; rest.length > 0; ) {
      const end = cutter.next(rest);
      const part = end < 0 ? rest : rest.subarray(0, end);
      if (filled + part.length > buffer.length) buffer = grown(buffer, { filled, least: filled + part.length });
      buffer.set(part, filled);
      filled += part.length;
      rest = rest.subarray(part.length);
      if (end < 0) continue;
      yield buffer.subarray(0, filled);
      filled = 0;
    }
  }
  if (filled > 0) yield buffer.subarray(0, filled);
  freeMemory(buffer);
}

/** Takes the buffer over. */
function grown(buffer: Uint8Array, { filled, least }: { readonly filled: number; readonly least: number }): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(least, 2 * buffer.length));
  larger.set(buffer.subarray(0, filled));
  freeMemory(buffer);
  return larger;
}
