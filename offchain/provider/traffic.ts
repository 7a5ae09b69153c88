import { BusyError } from './errors.ts';
import { READS_MAX, ReadPlaces } from './read-places.ts';
import type { ReadPlace } from './read-places.ts';

/** Between one request and the next of the same transfer lies less. */
const LULL_MS = 2_000;

/** What the disk is doing for others: the scrub steps back for it, and the metrics tell it. */
export class Traffic {
  readonly #places = new ReadPlaces();
  #proofs = 0;
  #writes = 0;
  #endedMs = -LULL_MS;
  #readBytes = 0;
  #writtenBytes = 0;

  /** Reads, uploads and proofs under way. */
  get running(): number {
    return this.#places.taken + this.#writes + this.#proofs;
  }

  /** Something is under way, or was a moment ago: a transfer is many short requests. */
  get isBusy(): boolean {
    return this.running > 0 || performance.now() - this.#endedMs < LULL_MS;
  }

  get readBytes(): number {
    return this.#readBytes;
  }

  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** @throws BusyError */
  async read<T>(work: (place: ReadPlace) => Promise<T>): Promise<T> {
    const reading = this.#places.use(work);
    if (reading === undefined) throw new BusyError('reads', READS_MAX);
    try {
      return await reading;
    } finally {
      this.#endedMs = performance.now();
    }
  }

  async write<T>(work: () => Promise<T>): Promise<T> {
    this.#writes += 1;
    try {
      return await work();
    } finally {
      this.#writes -= 1;
      this.#endedMs = performance.now();
    }
  }

  async prove<T>(work: () => Promise<T>): Promise<T> {
    this.#proofs += 1;
    try {
      return await work();
    } finally {
      this.#proofs -= 1;
      this.#endedMs = performance.now();
    }
  }

  noteRead(sizeBytes: number): void {
    this.#readBytes += sizeBytes;
  }

  noteWritten(sizeBytes: number): void {
    this.#writtenBytes += sizeBytes;
  }
}
