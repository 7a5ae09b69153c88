/** Turns records into encoded, sealed, committed batches of one bundle. */
import { FragmentHasher } from '../proof/fragment-hasher.ts';
import { treeRoot } from '../proof/tree.ts';
import { batchIdOf } from './batch-id.ts';
import { idKey } from './bytes.ts';
import { cdcChunks } from './chunk.ts';
import type { KnownChunks } from './chunk-ref.ts';
import { CodecInputError } from './format-errors.ts';
import type { RecordKeys } from './keys.ts';
import { type PackedBatch, Packer } from './pack.ts';
import { type StoredRecord, chunkIdOf, makeRecord } from './record.ts';
import { applyFragmentKey, fragmentKey } from './seal.ts';
import { encodeBatch } from './stripe.ts';
import type { ChunkRef, Geometry, Platform } from './types.ts';

const SEAL_PIECE_BYTES = 1 << 18;

/** One batch, ready to be sent: slot i gets `fragments[i]`, which commits to `roots[i]`. */
export interface EncodedBatch {
  readonly ordinal: number;
  readonly batchId: Uint8Array;
  readonly fragments: readonly Uint8Array[];
  readonly roots: readonly Uint8Array[];
  readonly batchRoot: Uint8Array;
}

export interface BundleWriterOptions {
  readonly geometry: Geometry;
  readonly agreement: number;
  readonly sealKey: Uint8Array;
  readonly platform: Platform;
  readonly known: KnownChunks;
  /** False stores every chunk anew, those of manifests and catalog too. */
  readonly dedupe: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A chunk on its way: `known` when it is stored already, else its record. */
export interface Prepared {
  readonly chunkId: Uint8Array;
  readonly size: number;
  readonly known?: ChunkRef;
  readonly record?: StoredRecord;
}

export class BundleWriter {
  readonly #options: BundleWriterOptions;
  readonly #packer: Packer;
  readonly #refs = new Map<string, ChunkRef>();
  readonly batchRoots: Uint8Array[] = [];
  /** Every chunk stored in this bundle, in payload order. */
  readonly newChunks: ChunkRef[] = [];
  storedBytes = 0;

  constructor(options: BundleWriterOptions) {
    this.#options = options;
    this.#packer = new Packer(options.geometry);
  }

  /** The part of storing a chunk that may run ahead of the others. */
  async prepare(keys: RecordKeys | null, plain: Uint8Array): Promise<Prepared> {
    const { platform, known, dedupe } = this.#options;
    const chunkId = await chunkIdOf(platform, keys, plain);
    const size = plain.length;
    if (dedupe) {
      const ref = this.#refs.get(idKey(chunkId)) ?? (await known.find(chunkId));
      if (ref !== undefined && ref.bundle === null && !this.#refs.has(idKey(chunkId))) {
        throw new CodecInputError('a known chunk does not say in which bundle it lies');
      }
      if (ref !== undefined && ref.size === size) return { chunkId, size, known: ref };
    }
    return { chunkId, size, record: await makeRecord(platform, { keys, chunkId, plain }) };
  }

  /** Packs a prepared chunk unless it is stored already. Must be called in the order of the stream. */
  async *store(prepared: Prepared): AsyncGenerator<EncodedBatch, { ref: ChunkRef; isNew: boolean }> {
    this.#options.signal?.throwIfAborted();
    const key = idKey(prepared.chunkId);
    // A twin may have been packed while this one was being prepared.
    const existing = this.#options.dedupe ? (this.#refs.get(key) ?? prepared.known) : undefined;
    if (existing !== undefined) {
      this.#refs.set(key, existing);
      return { ref: existing, isNew: false };
    }
    const { record } = prepared;
    if (record === undefined) throw new CodecInputError('a chunk was prepared without its record');
    const packing = this.#packer.add(record);
    let step = packing.next();
    for (; step.done !== true; step = packing.next()) yield await this.#encode(step.value);
    const { chunkId, size, method } = record;
    const ref: ChunkRef = { chunkId, size, method, agreement: this.#options.agreement, bundle: null, ...step.value };
    this.#refs.set(key, ref);
    this.newChunks.push(ref);
    this.storedBytes += record.stored.length;
    return { ref, isNew: true };
  }

  /** Stores a manifest, catalog or list as chunks of its own. */
  async *storeDocument(keys: RecordKeys | null, bytes: Uint8Array): AsyncGenerator<EncodedBatch, ChunkRef[]> {
    const refs: ChunkRef[] = [];
    for await (const plain of cdcChunks(once(bytes))) {
      const { ref } = yield* this.store(await this.prepare(keys, plain));
      refs.push(ref);
    }
    return refs;
  }

  /** Returns the bundle root. Nothing can be stored afterwards. */
  async *finish(footer: Uint8Array): AsyncGenerator<EncodedBatch, Uint8Array> {
    const fingerprint = await this.#options.platform.sha256(footer);
    for (const packed of this.#packer.finish({ stored: footer, fingerprint })) yield await this.#encode(packed);
    this.storedBytes += footer.length;
    return treeRoot(this.batchRoots);
  }

  async #encode({ ordinal, payload, items }: PackedBatch): Promise<EncodedBatch> {
    const { geometry, agreement, sealKey, platform, signal } = this.#options;
    signal?.throwIfAborted();
    const batchId = await batchIdOf(platform, agreement, items);
    const fragments = encodeBatch(geometry, payload);
    const roots: Uint8Array[] = [];
    for (const [slot, fragment] of fragments.entries()) {
      signal?.throwIfAborted();
      const key = await fragmentKey(platform, { sealKey, batchId, slot });
      const hasher = new FragmentHasher();
      // In place and piece by piece: no second copy of the fragments, and each piece is hashed while it is in the cache.
      for (let offset = 0; offset < fragment.length; offset += SEAL_PIECE_BYTES) {
        const data = fragment.subarray(offset, offset + SEAL_PIECE_BYTES);
        const sealed = await applyFragmentKey(platform, { key, offset, data });
        data.set(sealed);
        hasher.update(sealed);
      }
      roots.push(hasher.finish().root);
    }
    const batchRoot = treeRoot(roots);
    this.batchRoots.push(batchRoot);
    return { ordinal, batchId, fragments, roots, batchRoot };
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}
