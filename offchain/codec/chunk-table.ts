/** Chunk references as rows of a table, found by id: sixty bytes for each, where an object takes five hundred. */
import { NumberList } from './number-list.ts';
import type { ChunkRef, Method } from './types.ts';

const ID_BYTES = 32;
const FIRST_ROWS = 256;
/** Ids lie in pages of as many rows, so that a table that grows moves none of them. */
const PAGE_ROWS = 4096;
/** Bundle numbers stay below; null is written so. */
const NO_BUNDLE = 0xffff_ffff;
const COLUMNS = ['size', 'agreement', 'batch', 'offset', 'storedSize'] as const;

export class ChunkTable {
  readonly #ids: Uint8Array[] = [];
  readonly #numbers = new NumberList(Uint32Array);
  readonly #methods = new NumberList(Uint8Array);
  /** Open addressing: row + 1 of an id, 0 where nothing is. Twice as many places as rows at least. */
  #places = new Uint32Array(2 * FIRST_ROWS);
  /** Nobody can choose chunks whose ids all fall on one place. */
  readonly #spread = 2 * Math.floor(Math.random() * 2 ** 31) + 1;
  length = 0;

  /** Returns the row. An id may come again: then the newest row is the one that is found. */
  add(ref: ChunkRef): number {
    const row = this.length++;
    if (row === this.#ids.length * PAGE_ROWS) this.#ids.push(new Uint8Array(PAGE_ROWS * ID_BYTES));
    this.#ids.at(-1)!.set(ref.chunkId, (row % PAGE_ROWS) * ID_BYTES);
    this.#methods.push(ref.method);
    this.#numbers.push(ref.bundle ?? NO_BUNDLE);
    for (const column of COLUMNS) this.#numbers.push(ref[column]);
    if (2 * this.length > this.#places.length) this.#spreadOut();
    else this.#places[this.#placeOf(ref.chunkId)] = row + 1;
    return row;
  }

  /** -1 when the id is not there. */
  rowOf(chunkId: Uint8Array): number {
    return this.#places[this.#placeOf(chunkId)]! - 1;
  }

  idAt(row: number): Uint8Array {
    if (row < 0 || row >= this.length) throw new RangeError(`there is no row ${row}`);
    return this.#id(row).slice();
  }

  at(row: number): ChunkRef {
    const chunkId = this.idAt(row);
    const base = row * (COLUMNS.length + 1);
    const [bundle, size, agreement, batch, offset, storedSize] = this.#numbers.slice(base, base + COLUMNS.length + 1) as [number, number, number, number, number, number];
    return { chunkId, size, method: this.#methods.at(row) as Method, agreement, bundle: bundle === NO_BUNDLE ? null : bundle, batch, offset, storedSize };
  }

  /** Where the id stands, or would stand. */
  #placeOf(chunkId: Uint8Array): number {
    const mask = this.#places.length - 1;
    // Ids are digests: their first bytes are as good as a hash of all.
    const first = chunkId[0]! | (chunkId[1]! << 8) | (chunkId[2]! << 16) | (chunkId[3]! << 24);
    let place = Math.imul(first, this.#spread) >>> Math.clz32(mask);
    for (; this.#places[place] !== 0; place = (place + 1) & mask) if (this.#isAt(this.#places[place]! - 1, chunkId)) break;
    return place;
  }

  #isAt(row: number, chunkId: Uint8Array): boolean {
    const page = this.#ids[Math.floor(row / PAGE_ROWS)]!;
    for (let i = 0, at = (row % PAGE_ROWS) * ID_BYTES; i < ID_BYTES; i++) if (page[at + i] !== chunkId[i]) return false;
    return true;
  }

  #spreadOut(): void {
    this.#places = new Uint32Array(2 * this.#places.length);
    for (let row = 0; row < this.length; row++) this.#places[this.#placeOf(this.#id(row))] = row + 1;
  }

  /** A view. */
  #id(row: number): Uint8Array {
    const at = (row % PAGE_ROWS) * ID_BYTES;
    return this.#ids[Math.floor(row / PAGE_ROWS)]!.subarray(at, at + ID_BYTES);
  }
}
