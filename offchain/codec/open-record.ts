/** A stored record back to its chunk. */
import { concat, equal, join } from './bytes.ts';
import { CHUNK_MAX_BYTES } from './chunk.ts';
import { CorruptRecordError, WrongKeyError } from './format-errors.ts';
import { freeMemory } from './free-memory.ts';
import { keysForMark } from './generations.ts';
import type { RecordKeys } from './keys.ts';
import { HEAD_BYTES, MARK_BYTES, NONCE_BYTES, RECORD_OVERHEAD_BYTES, TAG_BYTES, chunkIdOf, headSum } from './record.ts';
import type { Method, Platform } from './types.ts';

/** Opens one private record and no other: what a grant gives away. Its id cannot be recomputed, so the tag alone says that the bytes are right. */
export interface ChunkKey {
  readonly chunk: Uint8Array;
}

export interface RecordName {
  /** Null for public data. */
  readonly keys: RecordKeys | ChunkKey | null;
  readonly chunkId: Uint8Array;
  /** Plain size in bytes. */
  readonly size: number;
  readonly method: Method;
}

/**
 * The plain bytes of a record. Throws WrongKeyError when the record is intact but was written under another key,
 * CorruptRecordError when any byte of it is not what was stored.
 */
export async function openRecord(platform: Platform, { stored, ...name }: RecordName & { readonly stored: Uint8Array }): Promise<Uint8Array> {
  checkSize(name.size);
  const target = new Uint8Array(name.size);
  await openRecordInto(platform, { ...name, parts: [stored], target });
  return target;
}

/**
 * As `openRecord`, from stored bytes that lie in parts, into `target`, which has the chunk's size. When it throws, `target` holds anything.
 * `target` must not overlap the parts.
 */
export async function openRecordInto(platform: Platform, record: RecordName & { readonly parts: readonly Uint8Array[]; readonly target: Uint8Array }): Promise<void> {
  const { chunkId, size, method, parts, target } = record;
  checkSize(size);
  const keys = await keysOf(record.keys, parts);
  const storedBytes = parts.reduce((sum, part) => sum + part.length, 0);
  const bodyBytes = keys === null ? storedBytes : storedBytes - RECORD_OVERHEAD_BYTES;
  if (bodyBytes < 0) throw new CorruptRecordError('it is too short');
  if (method === 0 && bodyBytes !== size) throw wrongSize(size, bodyBytes);
  const coded = method === 0 ? target : new Uint8Array(bodyBytes);
  if (keys === null) fill(coded, parts);
  else await decrypt(platform, { keys, chunkId, method, parts, target: coded });
  if (method !== 0) {
    const plain = await expand(platform, { method, coded, size });
    freeMemory(coded);
    if (plain.length !== size) throw wrongSize(size, plain.length);
    target.set(plain);
  }
  if (keys !== null && 'chunk' in keys) return;
  if (!equal(await chunkIdOf(platform, keys, target), chunkId)) throw new CorruptRecordError('its content does not fit its id');
}

async function decrypt(
  platform: Platform,
  { keys, chunkId, method, parts, target }: { keys: RecordKeys | ChunkKey; chunkId: Uint8Array; method: Method; parts: readonly Uint8Array[]; target: Uint8Array },
): Promise<void> {
  const head = join(slice(parts, 0, HEAD_BYTES));
  const tag = join(slice(parts, HEAD_BYTES + target.length, TAG_BYTES));
  const mark = head.subarray(0, MARK_BYTES);
  const nonce = head.subarray(MARK_BYTES, MARK_BYTES + NONCE_BYTES);
  // The sum needs no key. Without it, garbage from a lying provider would pass for a record of somebody else.
  if (!equal(await headSum(platform, mark, nonce, tag), head.subarray(MARK_BYTES + NONCE_BYTES))) throw new CorruptRecordError('its head is damaged');
  if ('keyCheck' in keys && !equal(mark, keys.keyCheck.subarray(0, MARK_BYTES))) throw new WrongKeyError('record');
  const key = 'chunk' in keys ? keys.chunk : await platform.hmacSha256(keys.chunkKey, chunkId);
  const associated = concat(chunkId, Uint8Array.of(method));
  const isRight = await platform.gcmOpen({ key, nonce, parts: slice(parts, HEAD_BYTES, target.length), tag, associated, target });
  if (!isRight) throw new CorruptRecordError('its authentication tag does not fit');
}

/** The keys of the generation that the record's mark names; any others as they are. */
export async function keysOf(keys: RecordName['keys'], parts: readonly Uint8Array[]): Promise<RecordName['keys']> {
  return keys === null || 'chunk' in keys ? keys : keysForMark(keys, join(slice(parts, 0, MARK_BYTES)));
}

/** The bytes [from, from + sizeBytes) of what the parts hold together: views. */
function slice(parts: readonly Uint8Array[], from: number, sizeBytes: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  let at = 0;
  for (const part of parts) {
    const view = part.subarray(Math.max(0, from - at), Math.max(0, from + sizeBytes - at));
    if (view.length > 0) found.push(view);
    at += part.length;
  }
  return found;
}

function fill(target: Uint8Array, parts: readonly Uint8Array[]): void {
  let at = 0;
  for (const part of parts) {
    target.set(part, at);
    at += part.length;
  }
}

function checkSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0 || size > CHUNK_MAX_BYTES) throw new CorruptRecordError('its size is not one of a chunk', { size });
}

function wrongSize(size: number, found: number): CorruptRecordError {
  return new CorruptRecordError('its size is not the one that was promised', { size, found });
}

async function expand(platform: Platform, { method, coded, size }: { method: 1 | 2; coded: Uint8Array; size: number }): Promise<Uint8Array> {
  try {
    return method === 1 ? await platform.zstdDecompress(coded, size) : await platform.gzipDecompress(coded, size);
  } catch (cause) {
    throw new CorruptRecordError(`it does not decompress (${cause instanceof Error ? cause.message : String(cause)})`);
  }
}
