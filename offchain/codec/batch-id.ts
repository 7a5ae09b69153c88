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
const FIRST_ITEMS = 64;

/** The items of one batch, in payload order. Each is start i64 || storedSize u32 || chunkId || fingerprint: a batch may hold thousands. */
export class BatchItems {
  #list = new Uint8Array(FIRST_ITEMS * ITEM_BYTES);
  #sizeBytes = 0;

  push({ start, storedSize, chunkId, fingerprint }: BatchItem): void {
    if (chunkId.length !== 32 || fingerprint.length !== 32) throw new RangeError('ids and fingerprints have 32 bytes');
    const at = this.#sizeBytes;
    this.#sizeBytes += ITEM_BYTES;
    if (this.#sizeBytes > this.#list.length) this.#grow();
    const view = new DataView(this.#list.buffer, at, ITEM_BYTES);
    view.setBigInt64(0, BigInt(start), true);
    view.setUint32(8, storedSize, true);
    this.#list.set(chunkId, at + 12);
    this.#list.set(fingerprint, at + 44);
  }

  get bytes(): Uint8Array {
    return this.#list.subarray(0, this.#sizeBytes);
  }

  #grow(): void {
    const list = new Uint8Array(2 * this.#list.length);
    list.set(this.#list);
    this.#list = list;
  }
}

/** SHA-256(label || agreement u32 || all items). Items have a fixed size, so no two lists give the same input; bytes that no item covers are zero. */
export async function batchIdOf(platform: Platform, agreement: number, items: BatchItems): Promise<Uint8Array> {
  return platform.sha256(concat(LABEL, u32(agreement), items.bytes));
}
