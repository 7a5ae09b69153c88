import { HoldfastError } from '../wire/errors.ts';
import { MAX_BATCH_LOG2, MAX_SLOTS } from './geometry.ts';
import type { Platform } from './types.ts';

const CIPHER_BLOCK_SIZE = 16;
const SEAL_INFO = new TextEncoder().encode('holdfast/1/seal');

export class SealError extends HoldfastError {
  constructor(shortMessage: string, details: Readonly<Record<string, unknown>>) {
    super('CODEC_SEAL', shortMessage, { details });
  }
}

/** Names one fragment: the agreement's seal key and the batch id (32 bytes each), and the slot. */
export interface FragmentName {
  readonly sealKey: Uint8Array;
  readonly batchId: Uint8Array;
  readonly slot: number;
}

/**
 * What opens all fragments of one batch and no other batch (32 bytes): HKDF's extract step. Whoever is told it can read this batch, and could rebuild
 * its fragments as well; the agreement's seal key does not follow from it.
 */
export async function batchKey(platform: Platform, name: { readonly sealKey: Uint8Array; readonly batchId: Uint8Array }): Promise<Uint8Array> {
  checkKey('seal key', name.sealKey);
  checkKey('batch id', name.batchId);
  return platform.hmacSha256(name.batchId, name.sealKey);
}

/** `fragmentKey` from the batch's key: HKDF's expand step. */
export async function fragmentKeyOf(platform: Platform, { batchKey: key, slot }: { readonly batchKey: Uint8Array; readonly slot: number }): Promise<Uint8Array> {
  checkKey('batch key', key);
  return platform.hmacSha256(key, infoOf(slot), Uint8Array.of(1));
}

/** The AES-256 key that seals one fragment (32 bytes). */
export async function fragmentKey(platform: Platform, name: FragmentName): Promise<Uint8Array> {
  const { sealKey, batchId, slot } = name;
  checkKey('seal key', sealKey);
  checkKey('batch id', batchId);
  return platform.hkdfSha256({ ikm: sealKey, salt: batchId, info: infoOf(slot), sizeBytes: 32 });
}

/**
 * Seals or unseals (one XOR does both) `data`, which lies at byte `offset` of the fragment; any offset, any length.
 * Returns new bytes.
 */
export async function applySeal(
  platform: Platform,
  options: FragmentName & { readonly offset: number; readonly data: Uint8Array },
): Promise<Uint8Array> {
  const { offset, data } = options;
  return applyFragmentKey(platform, { key: await fragmentKey(platform, options), offset, data });
}

/** As `applySeal`, for a caller that streams a fragment and derived its key once. */
export async function applyFragmentKey(
  platform: Platform,
  options: { readonly key: Uint8Array; readonly offset: number; readonly data: Uint8Array },
): Promise<Uint8Array> {
  const { key, offset, data } = options;
  checkKey('fragment key', key);
  if (!Number.isInteger(offset) || offset < 0 || offset + data.length > 2 ** MAX_BATCH_LOG2) {
    throw new SealError(`Bytes ${offset} to ${offset + data.length} lie in no fragment.`, { offset, sizeBytes: data.length });
  }
  const skipped = offset % CIPHER_BLOCK_SIZE;
  if (skipped === 0) return platform.ctr({ key, offset, data });
  const aligned = new Uint8Array(skipped + data.length);
  aligned.set(data, skipped);
  return (await platform.ctr({ key, offset: offset - skipped, data: aligned })).subarray(skipped);
}

function infoOf(slot: number): Uint8Array {
  if (!Number.isInteger(slot) || slot < 0 || slot >= MAX_SLOTS) throw new SealError(`Slot ${slot} is not one of 0 to ${MAX_SLOTS - 1}.`, { slot });
  const info = new Uint8Array(SEAL_INFO.length + 1);
  info.set(SEAL_INFO);
  info[SEAL_INFO.length] = slot;
  return info;
}

function checkKey(what: string, bytes: Uint8Array): void {
  if (bytes.length !== 32) throw new SealError(`A ${what} has 32 bytes, not ${bytes.length}.`, { sizeBytes: bytes.length });
}
