/** Chunk references: moving them between bundles, and looking them up by id. */
import { idKey } from './bytes.ts';
import { CodecInputError } from './format-errors.ts';
import type { ChunkRef } from './types.ts';

/** The bundle that descriptions mean when they say "this bundle". */
export interface Home {
  readonly agreement: number;
  /** Null while the bundle is not committed yet. */
  readonly bundle: number | null;
}

/** Names the bundle of a reference that said "this bundle". */
export function resolveRef<T extends Home>(ref: T, home: Home): T {
  return ref.bundle === null ? { ...ref, agreement: home.agreement, bundle: home.bundle } : ref;
}

/** What `encodeBundle` asks before it stores a chunk. */
export interface KnownChunks {
  find(chunkId: Uint8Array): Promise<ChunkRef | undefined>;
}

/** Known chunks in memory. A client with a database implements `KnownChunks` on it instead. */
export class ChunkIndex implements KnownChunks {
  readonly #refs = new Map<string, ChunkRef>();

  /** `home` names the bundle of references that come fresh from `encodeBundle`, once it is committed. */
  add(refs: Iterable<ChunkRef>, home?: Home): void {
    for (const ref of refs) {
      const settled = home === undefined ? ref : resolveRef(ref, home);
      if (settled.bundle === null) throw new CodecInputError('a chunk is known only once its bundle has a number');
      this.#refs.set(idKey(settled.chunkId), settled);
    }
  }

  async find(chunkId: Uint8Array): Promise<ChunkRef | undefined> {
    return this.#refs.get(idKey(chunkId));
  }

  get size(): number {
    return this.#refs.size;
  }
}
