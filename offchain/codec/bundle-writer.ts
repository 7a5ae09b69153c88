/** Turns chunks into encoded, sealed, committed batches of one bundle. */
import { treeRoot } from '../proof/tree.ts';
import { batchIdOf } from './batch-id.ts';
import { type BatchMemory, freshMemory } from './batch-memory.ts';
import { idKey } from './bytes.ts';
import { cdcChunks } from './chunk.ts';
import type { KnownChunks } from './chunk-ref.ts';
import { encodeFragments } from './encode-batch.ts';
import { CodecInputError } from './format-errors.ts';
import type { RecordKeys } from './keys.ts';
import { type PackedBatch, Packer } from './pack.ts';
import type { WorkerPool } from './pool/pool.ts';
import { type StoredRecord, chunkIdOf, makeRecord } from './record.ts';
import type { Slab } from './slab.ts';
import type { ChunkRef, Geometry, Platform, RecordLocation } from './types.ts';

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

export interface BundleWriterOptions {
  readonly geometry: Geometry;
  readonly agreement: number;
  readonly sealKey: Uint8Array;
  readonly platform: Platform;
  readonly pool: WorkerPool;
  /** Every batch takes fresh memory when this is left out. */
  readonly memory?: BatchMemory | undefined;
  readonly known: KnownChunks;
  /** False stores every chunk anew, those of manifests and catalog too. */
  readonly dedupe: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A chunk on its way: `known` when it is stored already, else its record; neither when it is the twin of a chunk before it. */
export interface Prepared {
  readonly chunkId: Uint8Array;
  readonly size: number;
  readonly known?: ChunkRef;
  readonly record?: StoredRecord;
}

interface Encoding {
  readonly batch: Promise<EncodedBatch>;
  isDone: boolean;
}

export class BundleWriter {
  readonly #options: BundleWriterOptions;
  readonly #packer: Packer;
  readonly #refs = new Map<string, ChunkRef>();
  /** Batches that were packed and not yet yielded, oldest first. */
  readonly #encoding: Encoding[] = [];
  readonly #batchRoots: Uint8Array[] = [];
  /** Every chunk stored in this bundle, in payload order. */
  readonly newChunks: ChunkRef[] = [];
  storedBytes = 0;
  /** Batches that are full. */
  batches = 0;

  constructor(options: BundleWriterOptions) {
    this.#options = options;
    this.#packer = new Packer(options.geometry);
  }

  /** The part of storing a slab's chunks that may run ahead of the others. The records lie in the slab. */
  async prepare(keys: RecordKeys | null, slab: Slab): Promise<Prepared[]> {
    const { pool } = this.#options;
    const sizes = Uint32Array.from(slab.sizes);
    const named = await pool.run('chunkIds', { buffers: [slab.bytes], sizes, keys });
    [slab.bytes] = named.buffers;
    const prepared: { chunkId: Uint8Array; size: number; known?: ChunkRef; record?: StoredRecord }[] = [];
    const fresh: { index: number; offset: number }[] = [];
    const seen = new Set<string>();
    let offset = 0;
    for (const [index, size] of slab.sizes.entries()) {
      const chunkId = named.ids.slice(32 * index, 32 * index + 32);
      const known = await this.#find(chunkId, size);
      prepared.push(known === undefined ? { chunkId, size } : { chunkId, size, known });
      const isTwin = this.#options.dedupe && seen.has(idKey(chunkId));
      if (known === undefined && !isTwin) fresh.push({ index, offset });
      seen.add(idKey(chunkId));
      offset += size;
    }
    if (fresh.length === 0) return prepared;
    const { buffers, sealed } = await pool.run('sealChunks', {
      buffers: [slab.bytes],
      offsets: Uint32Array.from(fresh, (chunk) => chunk.offset),
      sizes: Uint32Array.from(fresh, ({ index }) => sizes[index]!),
      ids: fresh.length === sizes.length ? named.ids : pick(named.ids, fresh),
      keys,
    });
    [slab.bytes] = buffers;
    sealed.forEach(({ method, bodySize, head, tag, fingerprint }, i) => {
      const { index, offset: at } = fresh[i]!;
      const chunk = prepared[index]!;
      chunk.record = { chunkId: chunk.chunkId, size: chunk.size, method, fingerprint, parts: [head, slab.bytes.subarray(at, at + bodySize), tag] };
    });
    return prepared;
  }

  /** Packs a prepared chunk unless it is stored already. Must be called in the order of the stream. */
  async *store(prepared: Prepared): AsyncGenerator<EncodedBatch, { ref: ChunkRef; isNew: boolean }> {
    this.#options.signal?.throwIfAborted();
    while (this.#encoding[0]?.isDone === true) yield await this.#encoding.shift()!.batch;
    const key = idKey(prepared.chunkId);
    // A twin may have been packed while this one was being prepared.
    const existing = this.#options.dedupe ? (this.#refs.get(key) ?? prepared.known) : undefined;
    if (existing !== undefined) {
      this.#refs.set(key, existing);
      return { ref: existing, isNew: false };
    }
    const { record } = prepared;
    if (record === undefined) throw new CodecInputError('a chunk was prepared without its record');
    const place = yield* this.#pack(record);
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
    const fingerprint = await this.#options.platform.sha256(footer);
    if (!this.#packer.hasRoomForFooter) yield* this.#close();
    yield* this.#ensureMemory();
    this.#packer.addFooter({ parts: [footer], fingerprint });
    yield* this.#close();
    for (const { batch } of this.#encoding.splice(0)) yield await batch;
    this.storedBytes += footer.length;
    return treeRoot(this.#batchRoots);
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

  async *#pack(record: StoredRecord): AsyncGenerator<EncodedBatch, Pick<RecordLocation, 'batch' | 'offset' | 'storedSize'>> {
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

function pick(ids: Uint8Array, chosen: readonly { readonly index: number }[]): Uint8Array {
  const picked = new Uint8Array(32 * chosen.length);
  chosen.forEach(({ index }, i) => picked.set(ids.subarray(32 * index, 32 * index + 32), 32 * i));
  return picked;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}
