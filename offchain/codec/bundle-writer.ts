/** Turns chunks into encoded, sealed, committed batches of one bundle, each chunk once. */
import { type BatchLineOptions, BatchLine, type EncodedBatch } from './batch-line.ts';
import { idKey } from './bytes.ts';
import { cdcChunks } from './chunk.ts';
import type { KnownChunks } from './chunk-ref.ts';
import { CodecInputError } from './format-errors.ts';
import type { RecordKeys } from './keys.ts';
import { type Prepared, prepareSlab } from './prepare-slab.ts';
import { chunkIdOf, makeRecord } from './record.ts';
import type { Slab } from './slab.ts';
import type { ChunkRef } from './types.ts';

export interface BundleWriterOptions extends BatchLineOptions {
  readonly known: KnownChunks;
  /** False stores every chunk anew, those of manifests and catalog too. */
  readonly dedupe: boolean;
}

export class BundleWriter {
  readonly #options: BundleWriterOptions;
  readonly #line: BatchLine;
  readonly #refs = new Map<string, ChunkRef>();
  /** Every chunk stored in this bundle, in payload order. */
  readonly newChunks: ChunkRef[] = [];
  storedBytes = 0;

  constructor(options: BundleWriterOptions) {
    this.#options = options;
    this.#line = new BatchLine(options);
  }

  /** Batches that are full. */
  get batches(): number {
    return this.#line.batches;
  }

  /** The part of storing a slab's chunks that may run ahead of the others. The records lie in the slab. */
  prepare(keys: RecordKeys | null, slab: Slab): Promise<Prepared[]> {
    const { pool, dedupe } = this.#options;
    return prepareSlab(slab, { pool, dedupe, keys, find: (chunkId, size) => this.#find(chunkId, size) });
  }

  /** Packs a prepared chunk unless it is stored already. Must be called in the order of the stream. */
  async *store(prepared: Prepared): AsyncGenerator<EncodedBatch, { ref: ChunkRef; isNew: boolean }> {
    this.#options.signal?.throwIfAborted();
    yield* this.#line.ready();
    const key = idKey(prepared.chunkId);
    // A twin may have been packed while this one was being prepared.
    const existing = this.#options.dedupe ? (this.#refs.get(key) ?? prepared.known) : undefined;
    if (existing !== undefined) {
      this.#refs.set(key, existing);
      return { ref: existing, isNew: false };
    }
    const { record } = prepared;
    if (record === undefined) throw new CodecInputError('a chunk was prepared without its record');
    const place = yield* this.#line.add(record);
    const { chunkId, size, method } = record;
    const ref: ChunkRef = { chunkId, size, method, agreement: this.#options.agreement, bundle: null, ...place };
    this.#refs.set(key, ref);
    this.newChunks.push(ref);
    this.storedBytes += place.storedSize;
    return { ref, isNew: true };
  }

  /** Stores a manifest, catalog or list as chunks of its own. */
  async *storeDocument(keys: RecordKeys | null, bytes: Uint8Array): AsyncGenerator<EncodedBatch, ChunkRef[]> {
    const { platform } = this.#options;
    const refs: ChunkRef[] = [];
    for await (const plain of cdcChunks(once(bytes))) {
      const chunkId = await chunkIdOf(platform, keys, plain);
      const size = plain.length;
      const known = await this.#find(chunkId, size);
      const prepared = known === undefined ? { chunkId, size, record: await makeRecord(platform, { keys, chunkId, plain }) } : { chunkId, size, known };
      const { ref } = yield* this.store(prepared);
      refs.push(ref);
    }
    return refs;
  }

  /** Returns the bundle root. Nothing can be stored afterwards. */
  async *finish(footer: Uint8Array): AsyncGenerator<EncodedBatch, Uint8Array> {
    const bundleRoot = yield* this.#line.finish(footer);
    this.storedBytes += footer.length;
    return bundleRoot;
  }

  async #find(chunkId: Uint8Array, size: number): Promise<ChunkRef | undefined> {
    const { known, dedupe } = this.#options;
    if (!dedupe) return undefined;
    const stored = this.#refs.get(idKey(chunkId));
    const ref = stored ?? (await known.find(chunkId));
    if (ref !== undefined && ref.bundle === null && stored === undefined) {
      throw new CodecInputError('a known chunk does not say in which bundle it lies');
    }
    return ref?.size === size ? ref : undefined;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}
