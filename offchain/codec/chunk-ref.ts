/** Chunk references: moving them between bundles, and looking them up by id. */
import type { Rows } from './cbor-writer.ts';
import { ChunkTable } from './chunk-table.ts';
import { CodecInputError } from './format-errors.ts';
import type { Pages } from './pages.ts';
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

/** References in order, which need not exist as objects: an array is one as well. */
export interface ChunkList extends Rows<ChunkRef> {
  at(index: number): ChunkRef | undefined;
}

/** What `encodeBundle` asks before it stores a chunk. */
export interface KnownChunks {
  find(chunkId: Uint8Array): Promise<ChunkRef | undefined>;
}

/** Known chunks in memory. A client with a database implements `KnownChunks` on it instead. */
export class ChunkIndex implements KnownChunks {
  readonly #table: ChunkTable;

  constructor(pages?: Pages) {
    this.#table = new ChunkTable(pages);
  }

  /** `home` names the bundle of references that come fresh from `encodeBundle`, once it is committed. */
  add(refs: Iterable<ChunkRef>, home?: Home): void {
    for (const ref of refs) {
      const settled = home === undefined ? ref : resolveRef(ref, home);
      if (settled.bundle === null) throw new CodecInputError('a chunk is known only once its bundle has a number');
      this.#table.add(settled);
    }
  }

  async find(chunkId: Uint8Array): Promise<ChunkRef | undefined> {
    const row = this.#table.rowOf(chunkId);
    return row < 0 ? undefined : this.#table.at(row);
  }
}
