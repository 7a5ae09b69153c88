/** Packs records into batches and encodes these, one behind the other, in memory that is bounded. */
import { treeRoot } from '../proof/tree.ts';
import { batchIdOf } from './batch-id.ts';
import { type BatchMemory, freshMemory } from './batch-memory.ts';
import { encodeFragments } from './encode-batch.ts';
import { type PackedBatch, Packer } from './pack.ts';
import type { WorkerPool } from './pool/pool.ts';
import type { StoredRecord } from './record.ts';
import type { Geometry, Platform, RecordLocation } from './types.ts';

/** One batch, ready to be sent: slot i gets `fragments[i]`, which commits to `roots[i]`. */
export interface EncodedBatch {
  readonly ordinal: number;
  readonly batchId: Uint8Array;
  readonly fragments: readonly Uint8Array[];
  readonly roots: readonly Uint8Array[];
  readonly batchRoot: Uint8Array;
  /** Gives the fragments' memory back: call it once nothing reads them any more. Without a `BatchMemory` it does nothing. */
  release(): void;
}

export interface BatchLineOptions {
  readonly geometry: Geometry;
  readonly agreement: number;
  readonly sealKey: Uint8Array;
  readonly platform: Platform;
  readonly pool: WorkerPool;
  /** Every batch takes fresh memory when this is left out. */
  readonly memory?: BatchMemory | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Encoding {
  readonly batch: Promise<EncodedBatch>;
  isDone: boolean;
}

export class BatchLine {
  readonly #options: BatchLineOptions;
  readonly #packer: Packer;
  /** Batches that were packed and not yet yielded, oldest first. */
  readonly #encoding: Encoding[] = [];
  readonly #batchRoots: Uint8Array[] = [];
  /** Batches that are full. */
  batches = 0;

  constructor(options: BatchLineOptions) {
    this.#options = options;
    this.#packer = new Packer(options.geometry);
  }

  /** Yields what is encoded already, without waiting for anything. */
  async *ready(): AsyncGenerator<EncodedBatch, void> {
    while (this.#encoding[0]?.isDone === true) yield await this.#encoding.shift()!.batch;
  }

  async *add(record: StoredRecord): AsyncGenerator<EncodedBatch, Pick<RecordLocation, 'batch' | 'offset' | 'storedSize'>> {
    if (this.#packer.isFull) yield* this.#close();
    const storedSize = record.parts.reduce((sum, part) => sum + part.length, 0);
    const location = { ...this.#packer.place, storedSize };
    for (let done = 0; ; ) {
      yield* this.#ensureMemory();
      done = this.#packer.add(record, done);
      if (done === storedSize) return location;
      yield* this.#close();
    }
  }

  /** Returns the bundle root. Nothing can be added afterwards. */
  async *finish(footer: Uint8Array): AsyncGenerator<EncodedBatch, Uint8Array> {
    const fingerprint = await this.#options.platform.sha256(footer);
    if (!this.#packer.hasRoomForFooter) yield* this.#close();
    yield* this.#ensureMemory();
    this.#packer.addFooter({ parts: [footer], fingerprint });
    yield* this.#close();
    for (const { batch } of this.#encoding.splice(0)) yield await batch;
    return treeRoot(this.#batchRoots);
  }

  /** Memory comes back when batches that were yielded are released: so whatever is ready is yielded first. */
  async *#ensureMemory(): AsyncGenerator<EncodedBatch, void> {
    const { geometry, memory, pool } = this.#options;
    while (this.#packer.needsMemory) {
      const next = memory === undefined ? freshMemory(geometry, pool.sharesMemory) : memory.tryAcquire(geometry, pool.sharesMemory);
      if (next !== null) this.#packer.open(next);
      else if (this.#encoding.length > 0) yield await this.#encoding.shift()!.batch;
      else await memory?.released();
    }
  }

  /** Encodes the packed batch, beside the next one where there are other threads. */
  async *#close(): AsyncGenerator<EncodedBatch, void> {
    const encoding: Encoding = { batch: this.#encode(this.#packer.take()), isDone: false };
    // A failure counts when its turn comes.
    encoding.batch.then(() => (encoding.isDone = true), () => undefined);
    this.#encoding.push(encoding);
    this.batches++;
    const ahead = this.#options.pool.threads === 0 ? 0 : 1;
    while (this.#encoding.length > ahead) yield await this.#encoding.shift()!.batch;
  }

  async #encode({ ordinal, memory, items }: PackedBatch): Promise<EncodedBatch> {
    const { geometry, agreement, sealKey, platform, pool, signal } = this.#options;
    signal?.throwIfAborted();
    const batchId = await batchIdOf(platform, agreement, items);
    const fragments = [...memory.data, ...(await memory.parity())];
    const { roots, batchRoot } = await encodeFragments({ geometry, fragments, sealKey, batchId, platform, pool, signal });
    this.#batchRoots[ordinal] = batchRoot;
    return { ordinal, batchId, fragments, roots, batchRoot, release: memory.release };
  }
}
