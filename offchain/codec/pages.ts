/** Memory in pages; what was not used lately goes to a file once there is too much of it. An upload has something to remember of every file and chunk, and there may be more of them than memory. */

export const PAGE_BYTES = 16 * 1024;

export type PageView = Uint8Array | Uint32Array | Float64Array;
export type PageType<V extends PageView> = { readonly BYTES_PER_ELEMENT: number; new (memory: ArrayBuffer): V };

/** Where pages wait: places of PAGE_BYTES each, counted from 0. Synchronous: a number in a table is no promise. Throws what its disk says. */
export interface PageFile {
  read(place: number, into: Uint8Array): void;
  write(place: number, page: Uint8Array): void;
  close(): void;
}

export interface PagesOptions {
  /** Of pages in memory. */
  readonly maxBytes: number;
  /** Called once there are more. */
  readonly open: () => PageFile;
}

/** A page of one table; what is in it, `Pages.in` tells. */
export class Page<V extends PageView = PageView> {
  readonly type: PageType<V>;
  /** Undefined while it lies in the file. */
  view: V | undefined;
  /** Otherwise than in the file. */
  isChanged = true;
  isRecent = true;
  place: number | undefined;

  constructor(type: PageType<V>, memory: ArrayBuffer) {
    this.type = type;
    this.view = new type(memory);
  }
}

export class Pages {
  readonly #open: (() => PageFile) | undefined;
  #most: number;
  #file: PageFile | undefined;
  readonly #inMemory: Page[] = [];
  /** Where the search for a page to be put away goes on. */
  #hand = 0;
  readonly #freePlaces: number[] = [];
  #places = 0;

  /** All in memory when left out. */
  constructor(options?: PagesOptions) {
    this.#open = options?.open;
    this.#most = options === undefined ? Infinity : Math.max(2, Math.floor(options.maxBytes / PAGE_BYTES));
  }

  /** Bytes of memory that pages take. */
  get bytesInMemory(): number {
    return this.#inMemory.length * PAGE_BYTES;
  }

  /** Zeroes. */
  add<V extends PageView>(type: PageType<V>): Page<V> {
    const memory = this.#takeMemory();
    if (memory !== undefined) new Uint8Array(memory).fill(0);
    const page = new Page(type, memory ?? new ArrayBuffer(PAGE_BYTES));
    this.#inMemory.push(page as Page);
    return page;
  }

  /** What is in the page: valid until another page is added or asked for. */
  in<V extends PageView>(page: Page<V>): V {
    page.isRecent = true;
    return page.view ?? this.#load(page);
  }

  /** As `in`, to be changed. */
  toChange<V extends PageView>(page: Page<V>): V {
    page.isChanged = true;
    return this.in(page);
  }

  /** Nobody asks for the page again. */
  drop(page: Page): void {
    const at = page.view === undefined ? -1 : this.#inMemory.indexOf(page);
    if (at >= 0) this.#removeAt(at);
    if (page.place !== undefined) this.#freePlaces.push(page.place);
    page.view = page.place = undefined;
  }

  /** Nothing is read afterwards. */
  close(): void {
    this.#file?.close();
    this.#file = undefined;
    // Whoever is still at work must not open it again.
    this.#most = Infinity;
    this.#inMemory.length = 0;
  }

  #load<V extends PageView>(page: Page<V>): V {
    if (this.#file === undefined || page.place === undefined) throw new RangeError('the page was dropped');
    const memory = this.#takeMemory() ?? new ArrayBuffer(PAGE_BYTES);
    this.#file.read(page.place, new Uint8Array(memory));
    page.view = new page.type(memory);
    this.#inMemory.push(page as Page);
    return page.view;
  }

  /** That of a page which is put away, where there is no room for one more. */
  #takeMemory(): ArrayBuffer | undefined {
    if (this.#inMemory.length < this.#most) return undefined;
    const { at, page } = this.#leastRecent();
    const view = page.view!;
    if (page.isChanged && !this.#putAway(page, view)) return undefined;
    this.#removeAt(at);
    page.view = undefined;
    return view.buffer as ArrayBuffer;
  }

  /** Each page gets a second chance for having been used since the last look. */
  #leastRecent(): { at: number; page: Page } {
    for (;;) {
      if (this.#hand >= this.#inMemory.length) this.#hand = 0;
      const at = this.#hand++;
      const page = this.#inMemory[at]!;
      if (!page.isRecent) return { at, page };
      page.isRecent = false;
    }
  }

  /** False where the file takes nothing, on a full disk for example: everything stays in memory then, which is more than there should be but loses nothing. */
  #putAway(page: Page, view: PageView): boolean {
    try {
      this.#file ??= this.#open!();
      page.place ??= this.#freePlaces.pop() ?? this.#places++;
      this.#file.write(page.place, new Uint8Array(view.buffer));
    } catch {
      this.#most = Infinity;
      return false;
    }
    page.isChanged = false;
    return true;
  }

  #removeAt(at: number): void {
    const last = this.#inMemory.pop()!;
    if (at < this.#inMemory.length) this.#inMemory[at] = last;
  }
}
