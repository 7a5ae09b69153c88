/** Numbers one behind the other, in memory that grows: an eighth of what an array of objects takes, and nothing for a collector to walk through. */
type Numbers = Uint8Array | Uint32Array | Float64Array;

const FIRST_ROOM = 256;

export class NumberList {
  #numbers: Numbers;
  length = 0;

  /** `Type`: the range that its numbers have. */
  constructor(Type: Uint8ArrayConstructor | Uint32ArrayConstructor | Float64ArrayConstructor) {
    this.#numbers = new Type(FIRST_ROOM);
  }

  /** Returns the number's index. */
  push(value: number): number {
    this.set(this.length, value);
    return this.length - 1;
  }

  /** Behind the end as well: what lies between counts as 0. */
  set(index: number, value: number): void {
    if (index >= this.#numbers.length) this.#grow(index + 1);
    this.#numbers[index] = value;
    this.length = Math.max(this.length, index + 1);
  }

  /** 0 behind the end. */
  at(index: number): number {
    return this.#numbers[index] ?? 0;
  }

  /** A copy of the numbers [start, end). */
  slice(start: number, end: number): number[] {
    return Array.from(this.#numbers.subarray(start, end));
  }

  #grow(room: number): void {
    const grown = new (this.#numbers.constructor as Uint8ArrayConstructor)(Math.max(room, 2 * this.#numbers.length));
    grown.set(this.#numbers);
    this.#numbers = grown;
  }
}
