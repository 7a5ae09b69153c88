/** Names a slab's chunks and turns those that are new into records, where they lie. */
import { idKey } from './bytes.ts';
import type { Compression } from './compress.ts';
import type { SealedChunks } from './jobs/seal-chunks.ts';
import type { RecordKeys } from './keys.ts';
import type { WorkerPool } from './pool/pool.ts';
import { FINGERPRINT_BYTES, HEAD_BYTES, type StoredRecord, TAG_BYTES } from './record.ts';
import type { Slab } from './slab.ts';
import type { ChunkRef, Method } from './types.ts';

/** A chunk on its way: `known` when it is stored already, else its record; neither when it is the twin of a chunk before it. */
export interface Prepared {
  readonly chunkId: Uint8Array;
  readonly size: number;
  readonly known?: ChunkRef | undefined;
  readonly record?: StoredRecord | undefined;
}

export interface PrepareOptions {
  readonly pool: WorkerPool;
  /** Null for public data. */
  readonly keys: RecordKeys | null;
  readonly dedupe: boolean;
  readonly compression?: Compression | undefined;
  /** The chunk's place when it is stored already. */
  readonly find: (chunkId: Uint8Array, size: number) => Promise<ChunkRef | undefined>;
}

/** The chunks of the slab, in order. Their records lie in the slab, whose buffer may have become another, until that is given back. */
export async function prepareSlab(slab: Slab, options: PrepareOptions): Promise<PreparedSlab> {
  const { pool, keys, compression } = options;
  const named = await pool.run('chunkIds', { buffers: [slab.bytes], sizes: Uint32Array.from(slab.sizes), keys });
  [slab.bytes] = named.buffers;
  const { ids } = named;
  const { known, fresh } = await look(slab, ids, options);
  if (fresh.length === 0) return new PreparedSlab({ slab, ids, known, fresh });
  const offsets = offsetsOf(slab.sizes);
  const { buffers, ...sealed } = await pool.run('sealChunks', {
    buffers: [slab.bytes],
    offsets: Uint32Array.from(fresh, (index) => offsets[index]!),
    sizes: Uint32Array.from(fresh, (index) => slab.sizes[index]!),
    ids: fresh.length === slab.sizes.length ? ids : pack(fresh.map((index) => idAt(ids, index))),
    keys,
    compression,
  });
  [slab.bytes] = buffers;
  return new PreparedSlab({ slab, ids, known, fresh, sealed, offsets });
}

/** Columns; a chunk becomes objects only when it is asked for: while slabs wait for each other, a thousand small chunks are a few arrays. */
export class PreparedSlab {
  readonly #slab: Slab;
  readonly #ids: Uint8Array;
  readonly #known: ReadonlyMap<number, ChunkRef>;
  readonly #sealed: SealedChunks | undefined;
  readonly #offsets: Uint32Array | undefined;
  /** By chunk: its place among those that were sealed, + 1. */
  readonly #places: Uint32Array;

  constructor(parts: { readonly slab: Slab; readonly ids: Uint8Array; readonly known: ReadonlyMap<number, ChunkRef>; readonly fresh: readonly number[]; readonly sealed?: SealedChunks; readonly offsets?: Uint32Array }) {
    this.#slab = parts.slab;
    this.#ids = parts.ids;
    this.#known = parts.known;
    this.#sealed = parts.sealed;
    this.#offsets = parts.offsets;
    this.#places = new Uint32Array(parts.slab.sizes.length);
    parts.fresh.forEach((index, place) => (this.#places[index] = place + 1));
  }

  at(index: number): Prepared {
    const size = this.#slab.sizes[index];
    if (size === undefined) throw new RangeError(`the slab has no chunk ${index}`);
    const chunkId = idAt(this.#ids, index);
    return { chunkId, size, known: this.#known.get(index), record: this.#recordOf(index, chunkId, size) };
  }

  #recordOf(index: number, chunkId: Uint8Array, size: number): StoredRecord | undefined {
    const place = this.#places[index]! - 1;
    if (place < 0 || this.#sealed === undefined) return undefined;
    const { methods, bodySizes, heads, tags, fingerprints } = this.#sealed;
    const offset = this.#offsets![index]!;
    const of = (column: Uint8Array, sizeBytes: number): Uint8Array => column.subarray(place * sizeBytes, (place + 1) * sizeBytes);
    return {
      chunkId,
      size,
      method: methods[place] as Method,
      fingerprint: of(fingerprints, FINGERPRINT_BYTES),
      parts: [of(heads, HEAD_BYTES), this.#slab.bytes.subarray(offset, offset + bodySizes[place]!), of(tags, TAG_BYTES)],
    };
  }
}

/** Which chunks are new: neither stored nor the twin of one before in this slab. */
async function look(slab: Slab, ids: Uint8Array, { dedupe, find }: PrepareOptions): Promise<{ known: Map<number, ChunkRef>; fresh: number[] }> {
  const known = new Map<number, ChunkRef>();
  const fresh: number[] = [];
  const seen = new Set<string>();
  for (const [index, size] of slab.sizes.entries()) {
    const chunkId = idAt(ids, index);
    const found = await find(chunkId, size);
    if (found !== undefined) known.set(index, found);
    else if (!dedupe) fresh.push(index);
    else {
      const key = idKey(chunkId);
      if (!seen.has(key)) fresh.push(index);
      seen.add(key);
    }
  }
  return { known, fresh };
}

function idAt(ids: Uint8Array, index: number): Uint8Array {
  return ids.subarray(32 * index, 32 * index + 32);
}

function offsetsOf(sizes: readonly number[]): Uint32Array {
  const offsets = new Uint32Array(sizes.length);
  for (let index = 1; index < sizes.length; index++) offsets[index] = offsets[index - 1]! + sizes[index - 1]!;
  return offsets;
}

function pack(ids: readonly Uint8Array[]): Uint8Array {
  const packed = new Uint8Array(32 * ids.length);
  ids.forEach((id, i) => packed.set(id, 32 * i));
  return packed;
}
