import { freeMemory } from '../../../codec/free-memory.ts';
import { S3Error } from '../errors.ts';

/** Lines and runs of bytes out of a stream of pieces of any size. A piece's memory is given back when the next one is asked for: what was taken of it must have been looked at by then. */
export class ByteReader {
  readonly #source: AsyncIterator<Uint8Array>;
  #whole: Uint8Array = new Uint8Array(0);
  /** What is left of it. */
  #piece = this.#whole;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** False at the end. */
  async #fill(): Promise<boolean> {
    while (this.#piece.length === 0) {
      freeMemory(this.#whole);
      this.#piece = this.#whole = new Uint8Array(0);
      const { done, value } = await this.#source.next();
      if (done === true) return false;
      this.#piece = this.#whole = value;
    }
    return true;
  }

  /** Up to `most` bytes, at least one; undefined at the end. */
  async some(most: number): Promise<Uint8Array | undefined> {
    if (!(await this.#fill())) return undefined;
    const taken = this.#piece.subarray(0, most);
    this.#piece = this.#piece.subarray(taken.length);
    return taken;
  }

  /** Without its line feed and carriage return; undefined at the end. Throws IncompleteBody for a line longer than `most`. */
  async line(most: number): Promise<string | undefined> {
    let text = '';
    while (await this.#fill()) {
      const at = this.#piece.indexOf(10);
      const end = at < 0 ? this.#piece.length : at;
      if (text.length + end > most) throw new S3Error('InvalidRequest', 'A line of the chunked body is too long.');
      text += Buffer.from(this.#piece.buffer, this.#piece.byteOffset, end).toString('latin1');
      this.#piece = this.#piece.subarray(at < 0 ? end : end + 1);
      if (at >= 0) return text.replace(/\r$/, '');
    }
    return text === '' ? undefined : text;
  }

  /** Lets the source go. */
  async end(): Promise<void> {
    await this.#source.return?.();
  }
}
