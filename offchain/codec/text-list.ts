/** Well-formed texts one behind the other, as UTF-8. */
import { NumberList } from './number-list.ts';
import { type Page, PAGE_BYTES, Pages } from './pages.ts';

const FIRST_BYTES = 1024;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

export class TextList {
  readonly #pages: Pages;
  readonly #own: Page<Uint8Array>[] = [];
  /** Where each text ends; it begins where the one before ends. */
  readonly #ends: NumberList;
  #sizeBytes = 0;
  /** One text on its way in or out. */
  #scratch = new Uint8Array(FIRST_BYTES);

  constructor(pages: Pages = new Pages()) {
    this.#pages = pages;
    this.#ends = new NumberList(Float64Array, pages);
  }

  get length(): number {
    return this.#ends.length;
  }

  /** Returns the text's index. */
  push(text: string): number {
    // Three bytes for each UTF-16 unit is the most that UTF-8 takes.
    this.#makeRoom(3 * text.length);
    const { written } = encoder.encodeInto(text, this.#scratch);
    while (this.#own.length * PAGE_BYTES < this.#sizeBytes + written) this.#own.push(this.#pages.add(Uint8Array));
    for (let done = 0; done < written; ) {
      const at = (this.#sizeBytes + done) % PAGE_BYTES;
      const part = this.#scratch.subarray(done, Math.min(written, done + PAGE_BYTES - at));
      this.#pages.toChange(this.#pageOf(this.#sizeBytes + done)).set(part, at);
      done += part.length;
    }
    this.#sizeBytes += written;
    return this.#ends.push(this.#sizeBytes);
  }

  at(index: number): string | undefined {
    if (index < 0 || index >= this.length) return undefined;
    const start = index === 0 ? 0 : this.#ends.at(index - 1);
    const sizeBytes = this.#ends.at(index) - start;
    this.#makeRoom(sizeBytes);
    for (let done = 0; done < sizeBytes; ) {
      const at = (start + done) % PAGE_BYTES;
      const part = Math.min(sizeBytes - done, PAGE_BYTES - at);
      this.#scratch.set(this.#pages.in(this.#pageOf(start + done)).subarray(at, at + part), done);
      done += part;
    }
    return decoder.decode(this.#scratch.subarray(0, sizeBytes));
  }

  #pageOf(at: number): Page<Uint8Array> {
    return this.#own[Math.floor(at / PAGE_BYTES)]!;
  }

  #makeRoom(sizeBytes: number): void {
    if (this.#scratch.length < sizeBytes) this.#scratch = new Uint8Array(2 * sizeBytes);
  }
}
