import type { ByteRange } from '../../proof/subtree.ts';
import type { Bucket } from '../../store/bucket/bucket.ts';
import type { ReadableFile } from './fragment-shelf.ts';

/** An object that is read a window at a time: many small reads are few requests, and memory holds one window. */
export class BucketFile implements ReadableFile {
  readonly #bucket: Bucket;
  readonly #name: string;
  readonly #windowBytes: number;
  #start: number;
  #bytes: Uint8Array;
  #sizeBytes: number;

  private constructor(bucket: Bucket, name: string, first: { readonly window: ByteRange; readonly bytes: Uint8Array; readonly sizeBytes: number }) {
    this.#bucket = bucket;
    this.#name = name;
    this.#windowBytes = first.window.end - first.window.start;
    this.#start = first.window.start;
    this.#bytes = first.bytes;
    this.#sizeBytes = first.sizeBytes;
  }

  /** Fetches the first window, so that what is missing is missing here. @throws ObjectMissingError, BucketError */
  static async open(bucket: Bucket, name: string, window: ByteRange): Promise<BucketFile> {
    return new BucketFile(bucket, name, { window, ...(await bucket.read(name, window)) });
  }

  async sizeBytes(): Promise<number> {
    return this.#sizeBytes;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    let done = 0;
    while (done < into.length && position + done < this.#sizeBytes) {
      const known = this.#known(position + done);
      if (known.length === 0) await this.#fetch(position + done, into.length - done);
      const part = this.#known(position + done).subarray(0, into.length - done);
      if (part.length === 0) break;
      into.set(part, done);
      done += part.length;
    }
    return done;
  }

  async close(): Promise<void> {
    this.#bytes = new Uint8Array();
  }

  #known(position: number): Uint8Array {
    const offset = position - this.#start;
    return offset < 0 || offset >= this.#bytes.length ? new Uint8Array() : this.#bytes.subarray(offset);
  }

  async #fetch(position: number, wantBytes: number): Promise<void> {
    const { bytes, sizeBytes } = await this.#bucket.read(this.#name, { start: position, end: Math.min(position + Math.max(wantBytes, this.#windowBytes), this.#sizeBytes) });
    this.#start = position;
    this.#bytes = bytes;
    this.#sizeBytes = sizeBytes;
  }
}
