/** Names a slab's chunks and turns those that are new into records, where they lie. */
import { idKey } from './bytes.ts';
import type { Compression } from './compress.ts';
import type { RecordKeys } from './keys.ts';
import type { WorkerPool } from './pool/pool.ts';
import type { StoredRecord } from './record.ts';
import type { Slab } from './slab.ts';
import type { ChunkRef } from './types.ts';

/** A chunk on its way: `known` when it is stored already, else its record; neither when it is the twin of a chunk before it. */
export interface Prepared {
  readonly chunkId: Uint8Array;
  readonly size: number;
  readonly known?: ChunkRef;
  readonly record?: StoredRecord;
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

/** One for each chunk of the slab, in order. The records lie in the slab, whose buffer may have become another. */
export async function prepareSlab(slab: Slab, options: PrepareOptions): Promise<Prepared[]> {
  const { pool, keys, compression } = options;
  const named = await pool.run('chunkIds', { buffers: [slab.bytes], sizes: Uint32Array.from(slab.sizes), keys });
  [slab.bytes] = named.buffers;
  const { prepared, fresh } = await look(slab, named.ids, options);
  if (fresh.length === 0) return prepared;
  const { buffers, sealed } = await pool.run('sealChunks', {
    buffers: [slab.bytes],
    offsets: Uint32Array.from(fresh, ({ offset }) => offset),
    sizes: Uint32Array.from(fresh, ({ chunk }) => chunk.size),
    ids: fresh.length === prepared.length ? named.ids : pack(fresh.map(({ chunk }) => chunk.chunkId)),
    keys,
    compression,
  });
  [slab.bytes] = buffers;
  sealed.forEach(({ method, bodySize, head, tag, fingerprint }, i) => {
    const { chunk, offset } = fresh[i]!;
    const { chunkId, size } = chunk;
    chunk.record = { chunkId, size, method, fingerprint, parts: [head, slab.bytes.subarray(offset, offset + bodySize), tag] };
  });
  return prepared;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Which chunks are new: neither stored nor the twin of one before in this slab. */
async function look(slab: Slab, ids: Uint8Array, { dedupe, find }: PrepareOptions): Promise<{ prepared: Prepared[]; fresh: { chunk: Writable<Prepared>; offset: number }[] }> {
  const prepared: Prepared[] = [];
  const fresh: { chunk: Writable<Prepared>; offset: number }[] = [];
  const seen = new Set<string>();
  let offset = 0;
  for (const [index, size] of slab.sizes.entries()) {
    const chunkId = ids.slice(32 * index, 32 * index + 32);
    const known = await find(chunkId, size);
    const chunk: Writable<Prepared> = known === undefined ? { chunkId, size } : { chunkId, size, known };
    prepared.push(chunk);
    const isTwin = dedupe && seen.has(idKey(chunkId));
    if (known === undefined && !isTwin) fresh.push({ chunk, offset });
    seen.add(idKey(chunkId));
    offset += size;
  }
  return { prepared, fresh };
}

function pack(ids: readonly Uint8Array[]): Uint8Array {
  const packed = new Uint8Array(32 * ids.length);
  ids.forEach((id, i) => packed.set(id, 32 * i));
  return packed;
}
