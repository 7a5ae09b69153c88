/** What an upload writes down as it goes, so that the same upload, run again after a crash, sends and pays nothing twice. */
import { toHex, type Hex } from 'viem';
import type { EncodedBatch } from '../../codec/batch-line.ts';
import type { SlotHost } from '../fetch/agreement-view.ts';
import type { JournalKey, OpenedUpload, UploadState } from '../state/creator-state.ts';

/** sending -> receipts -> committed. Rows of earlier uploads of the name are dropped when a new one begins. */
export class Journal {
  readonly #state: UploadState;
  readonly #id: string;
  /** batchId, slot, provider and root of everything that was confirmed. */
  readonly #sent: Set<string>;
  /** Milliseconds since 1970, of the first attempt: the same value gives the same batches. */
  readonly created: number;
  /** An earlier run began this upload, and may have sent more than it wrote down. */
  readonly isResumed: boolean;

  private constructor(state: UploadState, { id, created, confirmed }: OpenedUpload) {
    this.#state = state;
    this.#id = id;
    this.created = created;
    this.isResumed = confirmed !== undefined;
    this.#sent = new Set(confirmed?.map((one) => keyOf(one.batchId, one.slot, one.provider, one.root)));
  }

  static async open(state: UploadState, key: JournalKey, nowMs: number): Promise<Journal> {
    return new Journal(state, await state.openUpload(key, nowMs));
  }

  wasSent(batch: EncodedBatch, host: SlotHost): boolean {
    return this.#sent.has(keyOf(toHex(batch.batchId), host.slot, host.provider, toHex(rootAt(batch, host.slot))));
  }

  async noteSent(batch: EncodedBatch, hosts: readonly SlotHost[]): Promise<void> {
    const batchId = toHex(batch.batchId);
    const rows = hosts
      .map(({ slot, provider }) => ({ slot, batchId, root: toHex(rootAt(batch, slot)), provider }))
      .filter((row) => !this.#sent.has(keyOf(batchId, row.slot, row.provider, row.root)));
    if (rows.length === 0) return;
    await this.#state.noteConfirmed(this.#id, batch.ordinal, rows);
    for (const row of rows) this.#sent.add(keyOf(batchId, row.slot, row.provider, row.root));
  }

  /** These slots turned out not to hold what they confirmed: the next run sends it again. */
  async forget(slots: readonly number[]): Promise<void> {
    await this.#state.forgetConfirmed(this.#id, slots);
  }

  /** Before the commit leaves. */
  async noteRoot(bundle: number, root: Hex): Promise<void> {
    await this.#state.noteRoot(this.#id, bundle, root);
  }

  async noteCommitted(txHash: Hex | undefined): Promise<void> {
    await this.#state.noteCommitted(this.#id, txHash ?? null);
  }

  /** Nothing was there to store. */
  async drop(): Promise<void> {
    await this.#state.dropUpload(this.#id);
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
