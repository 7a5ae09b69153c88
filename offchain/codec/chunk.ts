/** Cuts a byte stream into chunks. Boundaries depend on the bytes alone, never on how the source happened to slice them. */
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, utf8, viewOf } from './bytes.ts';

const MIB = 1 << 20;
export const CHUNK_MIN_BYTES = MIB / 4;
export const CHUNK_MEAN_BYTES = MIB;
export const CHUNK_MAX_BYTES = 4 * MIB;
export const FIXED_CHUNK_BYTES = MIB;

/** Normalisation level 2: 22 zero bits are asked for below the mean, 18 above it. */
const SHIFT_BELOW_MEAN = 32 - 22;
const SHIFT_ABOVE_MEAN = 32 - 18;

/** gear[i] = first 4 bytes of SHA-256("holdfast/1/gear" || i as one byte), little-endian; signed, because that is what V8 adds fastest. */
export const GEAR: Int32Array = Int32Array.from({ length: 256 }, (_, i) =>
  viewOf(sha256(concat(utf8('holdfast/1/gear'), Uint8Array.of(i)))).getInt32(0, true));

/**
 * Length of the first chunk of bytes[start, end). At least CHUNK_MAX_BYTES must be there, unless the stream ends at `end`.
 * The gear hash h = (h << 1) + gear[byte] modulo 2^32 begins at CHUNK_MIN_BYTES; a cut falls behind the byte that makes its top bits zero.
 */
export function cutPoint(bytes: Uint8Array, start: number, end: number): number {
  const available = end - start;
  if (available <= CHUNK_MIN_BYTES) return available;
  const mean = start + Math.min(available, CHUNK_MEAN_BYTES);
  const max = start + Math.min(available, CHUNK_MAX_BYTES);
  let at = start + CHUNK_MIN_BYTES;
  const gear = GEAR;
  let h = 0;
  // A masked Uint8 index is always inside the table; the assertions only tell the compiler so.
  for (; at < mean; at++) {
    h = ((h << 1) + gear[bytes[at]!]!) | 0;
    if (h >>> SHIFT_BELOW_MEAN === 0) return at + 1 - start;
  }
  for (; at < max; at++) {
    h = ((h << 1) + gear[bytes[at]!]!) | 0;
    if (h >>> SHIFT_ABOVE_MEAN === 0) return at + 1 - start;
  }
  return max - start;
}

/** Content-defined chunks (FastCDC), 256 KiB to 4 MiB, the last one possibly shorter. An empty source gives none. */
export function cdcChunks(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  return cutStream(source, CHUNK_MAX_BYTES, cutPoint);
}

/** Chunks of exactly `sizeBytes`, the last one possibly shorter. */
export function fixedChunks(source: AsyncIterable<Uint8Array>, sizeBytes: number = FIXED_CHUNK_BYTES): AsyncGenerator<Uint8Array, void> {
  return cutStream(source, sizeBytes, (_bytes, start, end) => Math.min(sizeBytes, end - start));
}

/** Every chunk is a fresh array. Holds less than three times `lookahead` bytes. */
async function* cutStream(
  source: AsyncIterable<Uint8Array>,
  lookahead: number,
  cut: (bytes: Uint8Array, start: number, end: number) => number,
): AsyncGenerator<Uint8Array, void> {
  // Grows on demand: a hundred thousand small files must not pay for a large buffer each.
  let buffer: Uint8Array = new Uint8Array(0);
  let start = 0;
  let end = 0;
  for await (let piece of source) {
    while (piece.length > 0) {
      if (end === buffer.length) {
        const room = Math.min(2 * lookahead, Math.max(2 * (end - start), end - start + piece.length));
        const target: Uint8Array = room > buffer.length ? new Uint8Array(room) : buffer;
        target.set(buffer.subarray(start, end));
        buffer = target;
        end -= start;
        start = 0;
      }
      const taken = Math.min(piece.length, buffer.length - end);
      buffer.set(piece.subarray(0, taken), end);
      piece = piece.subarray(taken);
      end += taken;
      while (end - start >= lookahead) {
        const sizeBytes = cut(buffer, start, end);
        yield buffer.slice(start, start + sizeBytes);
        start += sizeBytes;
      }
    }
  }
  while (end > start) {
    const sizeBytes = cut(buffer, start, end);
    yield buffer.slice(start, start + sizeBytes);
    start += sizeBytes;
  }
}
