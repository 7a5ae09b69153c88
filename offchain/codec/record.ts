/** One chunk to its stored record and back; the README's section "Chunks and records" has the bytes. */
import { concat, equal } from './bytes.ts';
import { compress } from './compress.ts';
import { CHUNK_MAX_BYTES } from './chunk.ts';
import { CorruptRecordError, WrongKeyError } from './format-errors.ts';
import type { RecordKeys } from './keys.ts';
import type { Method, Platform } from './types.ts';

/** keyMark (4) || nonce (12) || headSum (4) before the ciphertext, tag (16) behind it. */
const MARK_BYTES = 4;
const NONCE_BYTES = 12;
const HEAD_BYTES = MARK_BYTES + NONCE_BYTES + 4;
const TAG_BYTES = 16;
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
  options: { keys: RecordKeys | null; chunkId: Uint8Array; data: Uint8Array },
): Promise<SealedChunk> {
  const { keys, chunkId, data } = options;
  if (data.length > CHUNK_MAX_BYTES) throw new RangeError(`a chunk has at most ${CHUNK_MAX_BYTES} bytes`);
  const { method, bytes } = await compress(platform, data);
  const shape = { method, bodySize: bytes.length };
  // Another zstd version may compress the same chunk to other bytes, so the nonce depends on these as well.
  const distinct = method === 0 ? [] : [await platform.sha256(bytes)];
  if (method === 1) data.set(bytes);
  if (keys === null) return { ...shape, head: NOTHING, tag: NOTHING, fingerprint: distinct[0] ?? chunkId };
  const associated = concat(chunkId, Uint8Array.of(method));
  const nonce = (await platform.hmacSha256(keys.nonce, associated, ...distinct)).slice(0, NONCE_BYTES);
  const key = await platform.hmacSha256(keys.chunkKey, chunkId);
  const tag = await platform.gcmInPlace({ key, nonce, data: data.subarray(0, bytes.length), associated });
  const mark = keys.keyCheck.subarray(0, MARK_BYTES);
  const head = concat(mark, nonce, await headSum(platform, mark, nonce, tag));
  return { ...shape, head, tag, fingerprint: concat(nonce, tag, new Uint8Array(32 - NONCE_BYTES - TAG_BYTES)) };
}

/** A record of its own, `stored` being all its bytes; the chunk stays as it is. */
export async function makeRecord(
  platform: Platform,
  options: { keys: RecordKeys | null; chunkId: Uint8Array; plain: Uint8Array },
): Promise<StoredRecord & { readonly stored: Uint8Array }> {
  const { keys, chunkId, plain } = options;
  const data = plain.slice();
  const { method, bodySize, head, tag, fingerprint } = await sealChunk(platform, { keys, chunkId, data });
  const stored = concat(head, data.subarray(0, bodySize), tag);
  return { chunkId, size: plain.length, method, parts: [stored], stored, fingerprint };
}

/**
 * The plain bytes of a record. Throws WrongKeyError when the record is intact but was written under another key,
 * CorruptRecordError when any byte of it is not what was stored.
 */
export async function openRecord(
  platform: Platform,
  options: { keys: RecordKeys | null; chunkId: Uint8Array; size: number; method: Method; stored: Uint8Array },
): Promise<Uint8Array> {
  const { keys, chunkId, size, method, stored } = options;
  if (size > CHUNK_MAX_BYTES) throw new CorruptRecordError('its size is beyond the largest chunk', { size });
  const coded = keys === null ? stored : await decrypt(platform, keys, options);
  const plain = method === 0 ? coded : await expand(platform, coded, size);
  if (plain.length !== size) throw new CorruptRecordError('its size is not the one that was promised', { size, found: plain.length });
  if (!equal(await chunkIdOf(platform, keys, plain), chunkId)) throw new CorruptRecordError('its content does not fit its id');
  return plain;
}

async function decrypt(
  platform: Platform,
  keys: RecordKeys,
  options: { chunkId: Uint8Array; method: Method; stored: Uint8Array },
): Promise<Uint8Array> {
  const { chunkId, method, stored } = options;
  if (stored.length < RECORD_OVERHEAD_BYTES) throw new CorruptRecordError('it is too short');
  const mark = stored.subarray(0, MARK_BYTES);
  const nonce = stored.subarray(MARK_BYTES, MARK_BYTES + NONCE_BYTES);
  const sum = stored.subarray(MARK_BYTES + NONCE_BYTES, HEAD_BYTES);
  const tag = stored.subarray(stored.length - TAG_BYTES);
  // The sum needs no key. Without it, garbage from a lying provider would pass for a record of somebody else.
  if (!equal(await headSum(platform, mark, nonce, tag), sum)) throw new CorruptRecordError('its head is damaged');
  if (!equal(mark, keys.keyCheck.subarray(0, MARK_BYTES))) throw new WrongKeyError('record');
  const key = await platform.hmacSha256(keys.chunkKey, chunkId);
  const associated = concat(chunkId, Uint8Array.of(method));
  const coded = await platform.gcmDecrypt({ key, nonce, data: stored.subarray(HEAD_BYTES), associated });
  if (coded === null) throw new CorruptRecordError('its authentication tag does not fit');
  return coded;
}

async function headSum(platform: Platform, mark: Uint8Array, nonce: Uint8Array, tag: Uint8Array): Promise<Uint8Array> {
  return (await platform.sha256(concat(mark, nonce, tag))).subarray(0, 4);
}

async function expand(platform: Platform, coded: Uint8Array, size: number): Promise<Uint8Array> {
  try {
    return await platform.zstdDecompress(coded, size);
  } catch (cause) {
    throw new CorruptRecordError(`it does not decompress (${cause instanceof Error ? cause.message : String(cause)})`);
  }
}
