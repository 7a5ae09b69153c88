import { BusyError } from './errors.ts';

/** Reads of fragments at once; each holds up to 4 MiB. */
const READS_MAX = 32;

/** What the disk is doing for others: the scrub steps back for it, and the metrics tell it. */
export class Traffic {
  #reads = 0;
  #proofs = 0;
  #readBytes = 0;
  #writtenBytes = 0;

  /** Reads of fragments and proofs under way. */
  get running(): number {
    return this.#reads + this.#proofs;
  }

  get readBytes(): number {
    return this.#readBytes;
  }

  get writtenBytes(): number {
    return this.#writtenBytes;
  }

  /** @throws BusyError */
  async read<T>(work: () => Promise<T>): Promise<T> {
    if (this.#reads >= READS_MAX) throw new BusyError('reads', READS_MAX);
    this.#reads += 1;
    try {
      return await work();
    } finally {
      this.#reads -= 1;
    }
  }

  async prove<T>(work: () => Promise<T>): Promise<T> {
    this.#proofs += 1;
    try {
      return await work();
    } finally {
      this.#proofs -= 1;
    }
  }

  noteRead(sizeBytes: number): void {
    this.#readBytes += sizeBytes;
  }

  noteWritten(sizeBytes: number): void {
    this.#writtenBytes += sizeBytes;
  }
}
