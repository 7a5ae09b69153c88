/** Whether there is room for more: in the spool, and in the rented space that all of it has to go to. Nothing is acknowledged that could never be committed. */
import { NoSpaceError, SpoolFullError } from './errors.ts';

/** A pack's list of changes, manifest, catalog and footer. */
const PACK_BYTES = 256 << 10;
/** A new look at the agreement when it seems full: somebody may have rented more. */
const LOOK_MS = 2_000;

export interface RentedSpace {
  readonly freeBatches: number;
  /** Payload of one. */
  readonly batchBytes: number;
}

interface RoomOptions {
  readonly limitBytes: number;
  readonly waitMs: number;
  readonly reserveBatches: number;
  readonly look: () => Promise<RentedSpace>;
  /** Bytes that the disk of the spool has left. */
  readonly diskBytes: () => Promise<bigint>;
}

/** Left on the disk for the database and for others. */
const DISK_LEAST_BYTES = 64n << 20n;

export class Room {
  readonly #options: RoomOptions;
  #space: RentedSpace | undefined;
  #lookedMs = 0;
  #spooledBytes = 0;
  #wake: (() => void)[] = [];

  constructor(options: RoomOptions) {
    this.#options = options;
  }

  get spooledBytes(): number {
    return this.#spooledBytes;
  }

  /** Bytes that may still come, what is spooled taken off. */
  async freeBytes(): Promise<number> {
    this.#space ??= await this.look();
    return this.#freeBytes(this.#space);
  }

  /** Batches that may still be filled. */
  async freeBatches(): Promise<number> {
    return Math.max(0, (await this.look()).freeBatches - this.#options.reserveBatches);
  }

  async look(): Promise<RentedSpace> {
    this.#lookedMs = Date.now();
    return (this.#space = await this.#options.look());
  }

  /** Waits for room in the spool. Give every taken byte back once. @throws NoSpaceError, SpoolFullError */
  async take(sizeBytes: number, signal?: AbortSignal): Promise<void> {
    if (sizeBytes === 0) return;
    await this.#checkSpace(sizeBytes);
    await this.takeSpool(sizeBytes, signal);
  }

  /** In the spool alone, whatever the network has room for. @throws SpoolFullError */
  async takeSpool(sizeBytes: number, signal?: AbortSignal): Promise<void> {
    const { limitBytes, waitMs } = this.#options;
    const deadlineMs = Date.now() + waitMs;
    // One body larger than the whole spool may come alone.
    while (this.#spooledBytes > 0 && this.#spooledBytes + sizeBytes > limitBytes) {
      signal?.throwIfAborted();
      const leftMs = deadlineMs - Date.now();
      if (leftMs <= 0) throw new SpoolFullError({ spooledBytes: this.#spooledBytes, limitBytes });
      await this.#changed(leftMs);
    }
    this.#spooledBytes += sizeBytes;
    if ((await this.#options.diskBytes()) >= BigInt(sizeBytes) + DISK_LEAST_BYTES) return;
    this.give(sizeBytes);
    throw new SpoolFullError({ spooledBytes: this.#spooledBytes, limitBytes });
  }

  /** Bytes that are in the spool already. */
  add(sizeBytes: number): void {
    this.#spooledBytes += sizeBytes;
  }

  give(sizeBytes: number): void {
    this.#spooledBytes -= sizeBytes;
    for (const wake of this.#wake.splice(0)) wake();
  }

  async #checkSpace(sizeBytes: number): Promise<void> {
    this.#space ??= await this.look();
    if (sizeBytes <= this.#freeBytes(this.#space)) return;
    if (Date.now() - this.#lookedMs >= LOOK_MS) await this.look();
    const freeBytes = this.#freeBytes(this.#space);
    if (sizeBytes > freeBytes) throw new NoSpaceError({ needBytes: sizeBytes, freeBytes: Math.max(0, freeBytes) });
  }

  #freeBytes({ freeBatches, batchBytes }: RentedSpace): number {
    return Math.floor((Math.max(0, freeBatches - this.#options.reserveBatches) * batchBytes - PACK_BYTES) * 0.999) - this.#spooledBytes;
  }

  #changed(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#wake.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
