/** One chunk to its stored record (`open-record.ts` is the way back); the README's section "Chunks and records" has the bytes. */
import { concat } from './bytes.ts';
import { type Compression, compress } from './compress.ts';
import { CHUNK_MAX_BYTES } from './chunk.ts';
import { freeMemory } from './free-memory.ts';
import type { RecordKeys } from './keys.ts';
import type { Method, Platform } from './types.ts';

/** keyMark (4) || nonce (12) || headSum (4) before the ciphertext, tag (16) behind it. */
export const MARK_BYTES = 4;
export const NONCE_BYTES = 12;
export const HEAD_BYTES = MARK_BYTES + NONCE_BYTES + 4;
export const TAG_BYTES = 16;
export const FINGERPRINT_BYTES = 32;
export const RECORD_OVERHEAD_BYTES = HEAD_BYTES + TAG_BYTES;
export const RECORD_MAX_BYTES = CHUNK_MAX_BYTES + RECORD_OVERHEAD_BYTES;

export interface StoredRecord {
  readonly chunkId: Uint8Array;
  /** Plain size in bytes. */
  readonly size: number;
  readonly method: Method;
  /** The stored bytes, in order. */
  readonly parts: readonly Uint8Array[];
  /** 32 bytes that, with the chunkId, commit to the stored bytes; see `batch-id.ts`. */
  readonly fingerprint: Uint8Array;
}

/** Keyed for private data (`keys` given), a plain SHA-256 for public data (`keys` null). */
export async function chunkIdOf(platform: Platform, keys: RecordKeys | null, plain: Uint8Array): Promise<Uint8Array> {
  return keys === null ? platform.sha256(plain) : platform.hmacSha256(keys.chunkId, plain);
}

/** A chunk after `sealChunk`: its record is head || the first `bodySize` bytes that lie where the chunk lay || tag. */
export interface SealedChunk {
  readonly method: Method;
  readonly bodySize: number;
  /** Empty for public records, as `tag` is. */
  readonly head: Uint8Array;
  readonly tag: Uint8Array;
  readonly fingerprint: Uint8Array;
}

const NOTHING = new Uint8Array(0);

/**
 * Turns a chunk into the body of its record, in place: no second array of its size is needed.
 * `keys` null makes a public record: not encrypted. `chunkId` must be `chunkIdOf` of the same bytes.
 */
export async function sealChunk(
  platform: Platform,
  options: { keys: RecordKeys | null; chunkId: Uint8Array; data: Uint8Array; compression?: Compression | undefined },
): Promise<SealedChunk> {
  const { keys, chunkId, data, compression } = options;
  if (data.length > CHUNK_MAX_BYTES) throw new RangeError(`a chunk has at most ${CHUNK_MAX_BYTES} bytes`);
  const { method, bytes } = await compress(platform, data, compression);
  const bodySize = bytes.length;
  const shape = { method, bodySize };
  // Another version or level may compress the same chunk to other bytes, so the nonce depends on these as well.
  const distinct = method === 0 ? [] : [await platform.sha256(bytes)];
  if (method !== 0) {
    data.set(bytes);
    freeMemory(bytes);
  }
  if (keys === null) return { ...shape, head: NOTHING, tag: NOTHING, fingerprint: distinct[0] ?? chunkId };
  const associated = concat(chunkId, Uint8Array.of(method));
  const nonce = (await platform.hmacSha256(keys.nonce, associated, ...distinct)).slice(0, NONCE_BYTES);
  const key = await platform.hmacSha256(keys.chunkKey, chunkId);
  const tag = await platform.gcmInPlace({ key, nonce, data: data.subarray(0, bodySize), associated });
  const mark = keys.keyCheck.subarray(0, MARK_BYTES);
  const head = concat(mark, nonce, await headSum(platform, mark, nonce, tag));
  return { ...shape, head, tag, fingerprint: concat(nonce, tag, new Uint8Array(32 - NONCE_BYTES - TAG_BYTES)) };
}

/** Of the fields before it and the tag; needs no key. */
export async function headSum(platform: Platform, mark: Uint8Array, nonce: Uint8Array, tag: Uint8Array): Promise<Uint8Array> {
  return (await platform.sha256(concat(mark, nonce, tag))).subarray(0, 4);
}
