/** Turns chunks into encoded, sealed, committed batches of one bundle, each chunk once. */
import { type BatchLineOptions, BatchLine, type EncodedBatch } from './batch-line.ts';
import type { Rows } from './cbor-writer.ts';
import { CdcCutter, cutStream } from './chunk.ts';
import type { Compression } from './compress.ts';
import type { KnownChunks } from './chunk-ref.ts';
import { ChunkTable } from './chunk-table.ts';
import { collectGarbage } from './collect-garbage.ts';
import { CodecInputError } from './format-errors.ts';
import type { RecordKeys } from './keys.ts';
import type { Pages } from './pages.ts';
import { type Prepared, type PreparedSlab, prepareSlab } from './prepare-slab.ts';
import { chunkIdOf, sealChunk } from './record.ts';
import type { Slab } from './slab.ts';
import type { ChunkRef } from './types.ts';

export interface BundleWriterOptions extends BatchLineOptions {
  readonly known: KnownChunks;
  /** False stores every chunk anew, those of manifests and catalog too. */
  readonly dedupe: boolean;
  /** For what has to be remembered of every chunk; all in memory when left out. */
  readonly pages?: Pages | undefined;
  /** Of the objects' chunks; manifests and catalogs are always zstd. */
  readonly compression?: Compression | undefined;
}

export class BundleWriter {
  readonly #options: BundleWriterOptions;
  readonly #line: BatchLine;
  /** Every chunk that this upload needs, stored here or before. */
  readonly chunks: ChunkTable;
  /** Chunks stored in this bundle. */
  newCount = 0;
  storedBytes = 0;

  constructor(options: BundleWriterOptions) {
    this.#options = options;
    this.chunks = new ChunkTable(options.pages);
    this.#line = new BatchLine(options);
  }

  /** Batches that are full. */
  get batches(): number {
    return this.#line.batches;
  }

  /** Every chunk stored in this bundle, in payload order. */
  get newChunks(): Rows<ChunkRef> {
    return new NewChunks(this.chunks, this.newCount);
  }

  /** The part of storing a slab's chunks that may run ahead of the others. The records lie in the slab. */
  prepare(keys: RecordKeys | null, slab: Slab): Promise<PreparedSlab> {
    const { pool, dedupe, compression } = this.#options;
    return prepareSlab(slab, { pool, dedupe, compression, keys, find: (chunkId, size) => this.#find(chunkId, size) });
  }

  /** Packs a prepared chunk unless it is stored already, and returns its row in `chunks`. Must be called in the order of the stream. */
  async *store(prepared: Prepared): AsyncGenerator<EncodedBatch, { row: number; isNew: boolean }> {
    this.#options.signal?.throwIfAborted();
    yield* this.#line.ready();
    const { record, known, chunkId: id } = prepared;
    if (this.#options.dedupe) {
      // A twin may have been packed while this one was being prepared.
      const row = this.chunks.rowOf(id);
      if (row >= 0) return { row, isNew: false };
      if (known !== undefined) return { row: this.chunks.add(known), isNew: false };
    }
    if (record === undefined) throw new CodecInputError('a chunk was prepared without its record');
    const place = yield* this.#line.add(record);
    const { chunkId, size, method } = record;
    this.newCount++;
    this.storedBytes += place.storedSize;
    return { row: this.chunks.add({ chunkId, size, method, agreement: this.#options.agreement, bundle: null, ...place }), isNew: true };
  }

  /** Stores a manifest, catalog or list, which comes in pieces, as chunks of its own: each becomes its record where it lies. */
  async *storeDocument(keys: RecordKeys | null, pieces: Iterable<Uint8Array>): AsyncGenerator<EncodedBatch, ChunkRef[]> {
    const refs: ChunkRef[] = [];
    for await (const data of cutStream(pieces, new CdcCutter())) {
      const { row } = yield* this.store(await this.#prepareDocument(keys, data));
      refs.push(this.chunks.at(row));
      // A manifest of many files is many chunks in one go: the rows it was written from, and what compressed them, are garbage of tens of megabytes.
      if (refs.length > 1) collectGarbage();
    }
    return refs;
  }

  async #prepareDocument(keys: RecordKeys | null, data: Uint8Array): Promise<Prepared> {
    const { platform } = this.#options;
    const chunkId = await chunkIdOf(platform, keys, data);
    const size = data.length;
    const known = await this.#find(chunkId, size);
    if (known !== undefined) return { chunkId, size, known };
    const { method, bodySize, head, tag, fingerprint } = await sealChunk(platform, { keys, chunkId, data });
    return { chunkId, size, record: { chunkId, size, method, fingerprint, parts: [head, data.subarray(0, bodySize), tag] } };
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
    const row = this.chunks.rowOf(chunkId);
    const ref = row >= 0 ? this.chunks.at(row) : await known.find(chunkId);
    if (ref !== undefined && ref.bundle === null && row < 0) throw new CodecInputError('a known chunk does not say in which bundle it lies');
    return ref?.size === size ? ref : undefined;
  }
}

/** The rows of this bundle: those of chunks that were known before say which one they lie in. */
class NewChunks implements Rows<ChunkRef> {
  readonly #chunks: ChunkTable;
  readonly length: number;

  constructor(chunks: ChunkTable, length: number) {
    this.#chunks = chunks;
    this.length = length;
  }

  *[Symbol.iterator](): Generator<ChunkRef, void> {
    for (let row = 0; row < this.#chunks.length; row++) {
      const ref = this.#chunks.at(row);
      if (ref.bundle === null) yield ref;
    }
  }
}
