/** Numbers one behind the other: an eighth of what an array of objects takes, and nothing for a collector to walk through. */
type Numbers = Uint8Array | Uint32Array | Float64Array;

const PAGE_BITS = 12;
const PAGE_NUMBERS = 1 << PAGE_BITS;

export class NumberList {
  readonly #Type: new (length: number) => Numbers;
  /** A list that grows moves nothing, and has at most a page too much: one that doubles is, just then, three times as large as what it holds. */
  readonly #pages: Numbers[] = [];
  length = 0;

  /** `Type`: the range that its numbers have. */
  constructor(Type: new (length: number) => Numbers) {
    this.#Type = Type;
  }

  /** Returns the number's index. */
  push(value: number): number {
    this.set(this.length, value);
    return this.length - 1;
  }

  /** Behind the end as well: what lies between counts as 0. */
  set(index: number, value: number): void {
    while (index >>> PAGE_BITS >= this.#pages.length) this.#pages.push(new this.#Type(PAGE_NUMBERS));
    this.#pages[index >>> PAGE_BITS]![index & (PAGE_NUMBERS - 1)] = value;
    this.length = Math.max(this.length, index + 1);
  }

  /** 0 behind the end. */
  at(index: number): number {
    return this.#pages[index >>> PAGE_BITS]?.[index & (PAGE_NUMBERS - 1)] ?? 0;
  }

  /** A copy of the numbers [start, end), as far as there are any. */
  slice(start: number, end: number): number[] {
    const numbers: number[] = [];
    for (let index = start; index < Math.min(end, this.length); index++) numbers.push(this.at(index));
    return numbers;
  }
}
