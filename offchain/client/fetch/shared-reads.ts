/** Reads that several askers share: one request while it runs, and its bytes for those who come soon after. */
import type { Lent } from './lent.ts';

/** What a read gives. `isKept` false: only for those who asked while it ran. */
export interface SharedBytes extends Lent {
  readonly isKept?: boolean;
}

interface Entry {
  readonly result: Promise<SharedBytes>;
  readonly controller: AbortController;
  /** Those who wait for it or read its bytes. Memory is given back when there are none and the entry is forgotten. */
  users: number;
  /** Undefined while it runs. */
  done: SharedBytes | undefined;
  isKnown: boolean;
}

export class SharedReads {
  #limitBytes: number;
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();
  #heldBytes = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** For readers who come back to what they read: never less than the largest of these is kept. */
  keepAtLeast(bytes: number): void {
    this.#limitBytes = Math.max(this.#limitBytes, bytes);
  }

  /** True when the bytes are there, or on their way. */
  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** The request behind `key` ends early only when all of its askers gave up. Failures are not remembered. */
  async read(key: string, signal: AbortSignal | undefined, start: (signal: AbortSignal) => Promise<SharedBytes>): Promise<Lent> {
    signal?.throwIfAborted();
    const entry = this.#entries.get(key) ?? this.#begin(key, start);
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.users++;
    let isLeft = false;
    const leave = (): void => {
      if (isLeft) return;
      isLeft = true;
      entry.users--;
      if (entry.users === 0 && entry.done === undefined) {
        this.#forget(key, entry);
        entry.controller.abort(signal?.reason);
      }
      this.#reclaim(entry);
    };
    if (entry.done !== undefined) return { bytes: entry.done.bytes, release: leave };
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        leave();
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      entry.result.then(({ bytes }) => {
        signal?.removeEventListener('abort', giveUp);
        if (!isLeft) resolve({ bytes, release: leave });
      }, (error: unknown) => {
        signal?.removeEventListener('abort', giveUp);
        reject(error as Error);
      });
    });
  }

  #begin(key: string, start: (signal: AbortSignal) => Promise<SharedBytes>): Entry {
    const controller = new AbortController();
    const entry: Entry = { result: start(controller.signal), controller, users: 0, done: undefined, isKnown: true };
    this.#entries.set(key, entry);
    entry.result.then((done) => this.#finish(key, entry, done), () => this.#forget(key, entry));
    return entry;
  }

  #finish(key: string, entry: Entry, done: SharedBytes): void {
    entry.done = done;
    if (done.isKept === false) this.#forget(key, entry);
    else if (entry.isKnown) this.#heldBytes += done.bytes.length;
    this.#reclaim(entry);
    for (const [oldKey, old] of this.#entries) {
      if (this.#heldBytes <= this.#limitBytes) return;
      if (old.done === undefined) continue;
      this.#heldBytes -= old.done.bytes.length;
      this.#forget(oldKey, old);
      this.#reclaim(old);
    }
  }

  #forget(key: string, entry: Entry): void {
    entry.isKnown = false;
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }

  #reclaim(entry: Entry): void {
    if (!entry.isKnown && entry.users === 0) entry.done?.release();
  }
}
