/** 80 trees of the largest usual fragments, over a thousand of small ones. */
const TREES_MAX_BYTES = 8 * 1024 * 1024;

interface Entry {
  readonly root: string;
  readonly upperTree: Uint8Array;
}

/** Upper trees that were read and found sound, the least recently used leave first. */
export class TreeCache {
  readonly #entries = new Map<string, Entry>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number = TREES_MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  get(path: string, root: string): Uint8Array | undefined {
    const entry = this.#entries.get(path);
    if (entry?.root !== root) return undefined;
    this.#entries.delete(path);
    this.#entries.set(path, entry);
    return entry.upperTree;
  }

  set(path: string, root: string, upperTree: Uint8Array): void {
    this.forget(path);
    this.#entries.set(path, { root, upperTree });
    this.#bytes += upperTree.length;
    for (const [oldest] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) return;
      this.forget(oldest);
    }
  }

  forget(path: string): void {
    const entry = this.#entries.get(path);
    if (entry === undefined) return;
    this.#entries.delete(path);
    this.#bytes -= entry.upperTree.length;
  }
}
