/** Reads that several askers share: one request while it runs, and its bytes for those who come soon after. */
interface Entry {
  readonly bytes: Promise<Uint8Array>;
  readonly controller: AbortController;
  askers: number;
  /** 0 while it runs. */
  sizeBytes: number;
}

export class SharedReads {
  readonly #limitBytes: number;
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();
  #heldBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** True when the bytes are there, or on their way. */
  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** The request behind `key` ends early only when all of its askers gave up. Failures are not remembered. */
  read(key: string, signal: AbortSignal | undefined, start: (signal: AbortSignal) => Promise<Uint8Array>): Promise<Uint8Array> {
    const entry = this.#entries.get(key) ?? this.#begin(key, start);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (entry.sizeBytes > 0) return entry.bytes;
    entry.askers++;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        if (--entry.askers === 0) {
          if (this.#entries.get(key) === entry) this.#entries.delete(key);
          entry.controller.abort(signal?.reason);
        }
        reject(signal?.reason as Error);
      };
      if (signal?.aborted === true) return leave();
      signal?.addEventListener('abort', leave, { once: true });
      entry.bytes.then(resolve, reject).finally(() => signal?.removeEventListener('abort', leave));
    });
  }

  #begin(key: string, start: (signal: AbortSignal) => Promise<Uint8Array>): Entry {
    const controller = new AbortController();
    const entry: Entry = { bytes: start(controller.signal), controller, askers: 0, sizeBytes: 0 };
    this.#entries.set(key, entry);
    entry.bytes.then(
      (bytes) => this.#keep(key, entry, bytes.length),
      () => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
    return entry;
  }

  #keep(key: string, entry: Entry, sizeBytes: number): void {
    if (this.#entries.get(key) !== entry) return;
    entry.sizeBytes = sizeBytes;
    this.#heldBytes += sizeBytes;
    for (const [oldKey, old] of this.#entries) {
      if (this.#heldBytes <= this.#limitBytes) return;
      if (old.sizeBytes === 0) continue;
      this.#entries.delete(oldKey);
      this.#heldBytes -= old.sizeBytes;
    }
  }
}
