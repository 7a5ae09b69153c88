/** The name of a batch: a commitment to what it holds, known before it is encoded. */
import { concat, u32, utf8 } from './bytes.ts';
import type { Platform } from './types.ts';

/** One record (or the footer) as far as it touches one batch. */
export interface BatchItem {
  /** Payload offset of the record's first byte in this batch; negative when it began in an earlier one. */
  readonly start: number;
  readonly storedSize: number;
  readonly chunkId: Uint8Array;
  readonly fingerprint: Uint8Array;
}

const LABEL = utf8('holdfast/1/batch');
const ITEM_BYTES = 8 + 4 + 32 + 32;

/**
 * SHA-256(label || agreement u32 || for each item in payload order: start i64 || storedSize u32 || chunkId || fingerprint).
 * Items have a fixed size, so no two lists give the same input; bytes that no item covers are zero.
 */
export async function batchIdOf(platform: Platform, agreement: number, items: readonly BatchItem[]): Promise<Uint8Array> {
  const list = new Uint8Array(items.length * ITEM_BYTES);
  const view = new DataView(list.buffer);
  items.forEach((item, i) => {
    if (item.chunkId.length !== 32 || item.fingerprint.length !== 32) throw new RangeError('ids and fingerprints have 32 bytes');
    const at = i * ITEM_BYTES;
    view.setBigInt64(at, BigInt(item.start), true);
    view.setUint32(at + 8, item.storedSize, true);
    list.set(item.chunkId, at + 12);
    list.set(item.fingerprint, at + 44);
  });
  return platform.sha256(concat(LABEL, u32(agreement), list));
}
