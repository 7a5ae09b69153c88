/** Numbers one behind the other: an eighth of what an array of objects takes, and nothing for a collector to walk through. */
import { type Page, type PageType, type PageView, PAGE_BYTES, Pages } from './pages.ts';

export class NumberList {
  readonly #type: PageType<PageView>;
  readonly #pages: Pages;
  /** A list that grows moves nothing, and has at most a page too much: one that doubles is, just then, three times as large as what it holds. */
  readonly #own: Page[] = [];
  readonly #bits: number;
  readonly #mask: number;
  length = 0;

  /** `type`: the range that its numbers have. */
  constructor(type: PageType<PageView>, pages: Pages = new Pages()) {
    this.#type = type;
    this.#pages = pages;
    const perPage = PAGE_BYTES / type.BYTES_PER_ELEMENT;
    this.#bits = Math.log2(perPage);
    this.#mask = perPage - 1;
  }

  /** Returns the number's index. */
  push(value: number): number {
    this.set(this.length, value);
    return this.length - 1;
  }

  /** Behind the end as well: what lies between counts as 0. */
  set(index: number, value: number): void {
    while (index >>> this.#bits >= this.#own.length) this.#own.push(this.#pages.add(this.#type));
    this.#pages.toChange(this.#own[index >>> this.#bits]!)[index & this.#mask] = value;
    this.length = Math.max(this.length, index + 1);
  }

  /** 0 behind the end. */
  at(index: number): number {
    const page = this.#own[index >>> this.#bits];
    return page === undefined ? 0 : this.#pages.in(page)[index & this.#mask]!;
  }

  /** A copy of the numbers [start, end), as far as there are any. */
  slice(start: number, end: number): number[] {
    const numbers: number[] = [];
    for (let index = start; index < Math.min(end, this.length); index++) numbers.push(this.at(index));
    return numbers;
  }

  /** Gives its memory back. */
  clear(): void {
    for (const page of this.#own) this.#pages.drop(page);
    this.#own.length = this.length = 0;
  }
}
