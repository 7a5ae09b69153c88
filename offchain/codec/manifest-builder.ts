/** Collects the entries of one object version and numbers their chunks by first use. */
import type { ObjectInfo } from './archive.ts';
import type { ChunkList } from './chunk-ref.ts';
import type { ChunkTable } from './chunk-table.ts';
import { EntryTable } from './entry-table.ts';
import { NumberList } from './number-list.ts';
import { Pages } from './pages.ts';
import type { ChunkRef } from './types.ts';

export class ManifestBuilder {
  readonly entries: EntryTable;
  /** By first use. */
  readonly chunks: ChunkList;
  /** The table's row of each chunk of the manifest; and the other way round, each row's chunk + 1. */
  readonly #rows: NumberList;
  readonly #chunkOfRow: NumberList;
  #pending: number[] = [];

  constructor(table: ChunkTable, pages: Pages = new Pages()) {
    const rows = new NumberList(Uint32Array, pages);
    this.#rows = rows;
    this.#chunkOfRow = new NumberList(Uint32Array, pages);
    this.entries = new EntryTable(pages);
    this.chunks = {
      get length() {
        return rows.length;
      },
      at: (index) => (index < rows.length ? table.at(rows.at(index)) : undefined),
      *[Symbol.iterator](): Generator<ChunkRef, void> {
        for (let index = 0; index < rows.length; index++) yield table.at(rows.at(index));
      },
    };
  }

  /** A chunk of the object that `endEntry` will name, by its row in the table. Two copies of one chunk (deduplication off) have two rows. */
  addChunk(row: number): void {
    this.#pending.push(row);
  }

  endEntry(info: ObjectInfo): void {
    for (const row of this.#pending) this.entries.addChunk(this.#indexOf(row));
    this.entries.push(info);
    this.#pending = [];
  }

  dropEntry(): void {
    this.#pending = [];
  }

  #indexOf(row: number): number {
    if (this.#chunkOfRow.at(row) === 0) this.#chunkOfRow.set(row, this.#rows.push(row) + 1);
    return this.#chunkOfRow.at(row) - 1;
  }
}
