/** What an upload writes down as it goes, so that the same upload, run again after a crash, sends and pays nothing twice. */
import { randomUUID } from 'node:crypto';
import { toHex, type Hex } from 'viem';
import type { EncodedBatch } from '../../codec/batch-line.ts';
import type { Store } from '../../store/open.ts';
import type { SlotHost } from '../fetch/agreement-view.ts';

export interface JournalKey {
  readonly agreement: number;
  readonly name: string;
  /** Of sources and options: the same digest is the same upload. */
  readonly sourceDigest: string;
}

/** sending -> receipts -> committed. Rows of earlier uploads of the name are dropped when a new one begins. */
export class Journal {
  readonly #store: Store;
  readonly #id: string;
  /** batchId, slot, provider and root of everything that was confirmed. */
  readonly #sent: Set<string>;
  /** Milliseconds since 1970, of the first attempt: the same value gives the same batches. */
  readonly created: number;
  /** An earlier run began this upload, and may have sent more than it wrote down. */
  readonly isResumed: boolean;

  private constructor(store: Store, row: { readonly id: string; readonly created: number }, sent?: Set<string>) {
    this.#store = store;
    this.#id = row.id;
    this.created = row.created;
    this.isResumed = sent !== undefined;
    this.#sent = sent ?? new Set();
  }

  static async open(store: Store, key: JournalKey, nowMs: number): Promise<Journal> {
    const { agreement, name, sourceDigest } = key;
    const row = await store.upload.findFirst({ where: { ...key, state: { in: ['sending', 'receipts'] } }, orderBy: { createdAt: 'desc' } });
    if (row === null) {
      await store.upload.deleteMany({ where: { agreement, name } });
      const id = randomUUID();
      await store.upload.create({ data: { id, agreement, name, sourceDigest, state: 'sending', details: JSON.stringify({ created: nowMs }) } });
      return new Journal(store, { id, created: nowMs });
    }
    const { created } = JSON.parse(row.details) as { created: number };
    const fragments = await store.uploadedFragment.findMany({ where: { uploadId: row.id } });
    return new Journal(store, { id: row.id, created }, new Set(fragments.map((one) => keyOf(one.batchId, one.slot, one.provider, one.root))));
  }

  wasSent(batch: EncodedBatch, host: SlotHost): boolean {
    return this.#sent.has(keyOf(toHex(batch.batchId), host.slot, host.provider, toHex(rootAt(batch, host.slot))));
  }

  async noteSent(batch: EncodedBatch, hosts: readonly SlotHost[]): Promise<void> {
    const batchId = toHex(batch.batchId);
    const rows = hosts
      .map(({ slot, provider }) => ({ uploadId: this.#id, batch: batch.ordinal, slot, batchId, root: toHex(rootAt(batch, slot)), provider }))
      .filter((row) => !this.#sent.has(keyOf(batchId, row.slot, row.provider, row.root)));
    if (rows.length === 0) return;
    const slots = rows.map(({ slot }) => slot);
    await this.#store.$transaction([
      this.#store.uploadedFragment.deleteMany({ where: { uploadId: this.#id, batch: batch.ordinal, slot: { in: slots } } }),
      this.#store.uploadedFragment.createMany({ data: rows }),
    ]);
    for (const row of rows) this.#sent.add(keyOf(batchId, row.slot, row.provider, row.root));
  }

  /** These slots turned out not to hold what they confirmed: the next run sends it again. */
  async forget(slots: readonly number[]): Promise<void> {
    await this.#store.uploadedFragment.deleteMany({ where: { uploadId: this.#id, slot: { in: [...slots] } } });
  }

  /** Before the commit leaves. */
  async noteRoot(bundle: number, root: Hex): Promise<void> {
    await this.#store.upload.update({ where: { id: this.#id }, data: { state: 'receipts', bundle, root } });
  }

  async noteCommitted(txHash: Hex | undefined): Promise<void> {
    await this.#store.$transaction([
      this.#store.uploadedFragment.deleteMany({ where: { uploadId: this.#id } }),
      this.#store.upload.update({ where: { id: this.#id }, data: { state: 'committed', txHash: txHash ?? null } }),
    ]);
  }

  /** Nothing was there to store. */
  async drop(): Promise<void> {
    await this.#store.upload.delete({ where: { id: this.#id } });
  }
}

function rootAt(batch: EncodedBatch, slot: number): Uint8Array {
  const root = batch.roots[slot];
  if (root === undefined) throw new RangeError(`the batch has no slot ${slot}`);
  return root;
}

function keyOf(batchId: string, slot: number, provider: number, root: string): string {
  return `${batchId} ${slot} ${provider} ${root}`;
}
