/** Blocks that were read lately: a browser asks for many ranges of one. */

const MAX_BYTES = 32 << 20;

export class BlockCache {
  readonly #blocks = new Map<string, Uint8Array>();
  #sizeBytes = 0;

  get(digest: string): Uint8Array | undefined {
    const bytes = this.#blocks.get(digest);
    if (bytes === undefined) return undefined;
    // The newest stands last.
    this.#blocks.delete(digest);
    this.#blocks.set(digest, bytes);
    return bytes;
  }

  set(digest: string, bytes: Uint8Array): void {
    if (this.#blocks.has(digest) || bytes.length > MAX_BYTES) return;
    this.#blocks.set(digest, bytes);
    this.#sizeBytes += bytes.length;
    for (const [oldest, { length }] of this.#blocks) {
      if (this.#sizeBytes <= MAX_BYTES) return;
      this.#blocks.delete(oldest);
      this.#sizeBytes -= length;
    }
  }
}
