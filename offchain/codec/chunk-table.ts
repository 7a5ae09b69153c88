/** Chunk references as rows of a table, found by id: sixty bytes for each, where an object takes five hundred. */
import { NumberList } from './number-list.ts';
import { type Page, PAGE_BYTES, Pages } from './pages.ts';
import type { ChunkRef, Method } from './types.ts';

const ID_BYTES = 32;
const FIRST_PLACES = 512;
const IDS_PER_PAGE = PAGE_BYTES / ID_BYTES;
/** Bundle numbers stay below; null is written so. */
const NO_BUNDLE = 0xffff_ffff;
const COLUMNS = ['size', 'agreement', 'batch', 'offset', 'storedSize'] as const;

export class ChunkTable {
  readonly #pages: Pages;
  readonly #ids: Page<Uint8Array>[] = [];
  readonly #numbers: NumberList;
  readonly #methods: NumberList;
  /** Open addressing: row + 1 of an id, 0 where nothing is. Twice as many places as rows at least. */
  #places: NumberList;
  #placesCount = FIRST_PLACES;
  /** Nobody can choose chunks whose ids all fall on one place. */
  readonly #spread = 2 * Math.floor(Math.random() * 2 ** 31) + 1;
  length = 0;

  constructor(pages: Pages = new Pages()) {
    this.#pages = pages;
    this.#numbers = new NumberList(Uint32Array, pages);
    this.#methods = new NumberList(Uint8Array, pages);
    this.#places = new NumberList(Uint32Array, pages);
  }

  /** Returns the row. An id may come again: then the newest row is the one that is found. */
  add(ref: ChunkRef): number {
    const row = this.length++;
    if (row === this.#ids.length * IDS_PER_PAGE) this.#ids.push(this.#pages.add(Uint8Array));
    this.#pages.toChange(this.#ids.at(-1)!).set(ref.chunkId, (row % IDS_PER_PAGE) * ID_BYTES);
    this.#methods.push(ref.method);
    this.#numbers.push(ref.bundle ?? NO_BUNDLE);
    for (const column of COLUMNS) this.#numbers.push(ref[column]);
    if (2 * this.length > this.#placesCount) this.#spreadOut();
    else this.#places.set(this.#placeOf(ref.chunkId), row + 1);
    return row;
  }

  /** -1 when the id is not there. */
  rowOf(chunkId: Uint8Array): number {
    return this.#places.at(this.#placeOf(chunkId)) - 1;
  }

  idAt(row: number): Uint8Array {
    if (row < 0 || row >= this.length) throw new RangeError(`there is no row ${row}`);
    const at = (row % IDS_PER_PAGE) * ID_BYTES;
    return this.#pages.in(this.#ids[Math.floor(row / IDS_PER_PAGE)]!).slice(at, at + ID_BYTES);
  }

  at(row: number): ChunkRef {
    const chunkId = this.idAt(row);
    const base = row * (COLUMNS.length + 1);
    const [bundle, size, agreement, batch, offset, storedSize] = this.#numbers.slice(base, base + COLUMNS.length + 1) as [number, number, number, number, number, number];
    return { chunkId, size, method: this.#methods.at(row) as Method, agreement, bundle: bundle === NO_BUNDLE ? null : bundle, batch, offset, storedSize };
  }

  /** Where the id stands, or would stand. `chunkId` is no view of a page. */
  #placeOf(chunkId: Uint8Array): number {
    const mask = this.#placesCount - 1;
    // Ids are digests: their first bytes are as good as a hash of all.
    const first = chunkId[0]! | (chunkId[1]! << 8) | (chunkId[2]! << 16) | (chunkId[3]! << 24);
    let place = Math.imul(first, this.#spread) >>> Math.clz32(mask);
    for (let row = this.#places.at(place); row !== 0; row = this.#places.at(place)) {
      if (this.#isAt(row - 1, chunkId)) break;
      place = (place + 1) & mask;
    }
    return place;
  }

  #isAt(row: number, chunkId: Uint8Array): boolean {
    const ids = this.#pages.in(this.#ids[Math.floor(row / IDS_PER_PAGE)]!);
    for (let i = 0, at = (row % IDS_PER_PAGE) * ID_BYTES; i < ID_BYTES; i++) if (ids[at + i] !== chunkId[i]) return false;
    return true;
  }

  #spreadOut(): void {
    this.#places.clear();
    this.#placesCount *= 2;
    this.#places = new NumberList(Uint32Array, this.#pages);
    for (let row = 0; row < this.length; row++) this.#places.set(this.#placeOf(this.idAt(row)), row + 1);
  }
}
