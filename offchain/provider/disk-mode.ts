import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { BucketError, BucketFullError } from '../store/bucket/errors.ts';
import type { Logger } from '../store/log.ts';
import { DiskFullError } from '../wire/http-errors.ts';
import { asDiskError, DiskFailedError, removeFile, withFile } from './disk.ts';
import { ReadOnlyError } from './errors.ts';
import type { Shelves } from './fragments.ts';

const PROBE_BYTES = 65_536;
const PROBE_FACT = 'disk-probe';
/** Free space is looked at again after so long. */
const LOOK_MS = 1_000;

/** bucket: whatever is wrong with it, its quota included. */
export type DiskFault = 'full' | 'failing' | 'bucket';

/**
 * Whether new data is taken. A write that failed for want of space or for a failing disk, or less free space than the reserve, ends that:
 * what is stored is served and proven, and the reserve keeps the database writable. `probe` goes back once writing works again.
 */
export class DiskMode {
  readonly #shelves: Shelves;
  readonly #reserveBytes: bigint;
  readonly #log: Logger;
  readonly #now: () => number;
  #cause: string | undefined;
  #fault: DiskFault = 'full';
  #lookedAtMs = -Infinity;

  constructor(options: Shelves & { readonly reserveBytes: bigint; readonly log: Logger; readonly now?: () => number }) {
    this.#shelves = options;
    this.#reserveBytes = options.reserveBytes;
    this.#log = options.log;
    this.#now = options.now ?? Date.now;
  }

  /** Why nothing new is taken; undefined when it is. */
  get cause(): string | undefined {
    return this.#cause;
  }

  /** What is wrong with the disk while `cause` says why nothing is taken. */
  get fault(): DiskFault {
    return this.#fault;
  }

  /** @throws ReadOnlyError */
  async requireWritable(): Promise<void> {
    if (this.#cause === undefined && this.#now() - this.#lookedAtMs >= LOOK_MS) {
      this.#lookedAtMs = this.#now();
      const { files } = this.#shelves;
      const freeBytes = await files.layer.freeBytes(files.home);
      if (freeBytes < this.#reserveBytes) this.#enter(`its disk has ${freeBytes} bytes left, and ${this.#reserveBytes} are kept for its database.`, 'full');
    }
    if (this.#cause !== undefined) throw new ReadOnlyError(this.#cause);
  }

  /** Told of every failed write. Ends the taking of new data where the disk is to blame. */
  note(error: unknown): void {
    if (error instanceof BucketFullError) return this.#enter(`its bucket takes nothing more (${String(error.details['reason'])}).`, 'bucket');
    if (error instanceof BucketError) return this.#enter(`its bucket fails (${error.reason}).`, 'bucket');
    const disk = asDiskError(error);
    if (disk instanceof DiskFullError && disk.code === 'DISK_FULL') this.#enter('its disk is full.', 'full');
    else if (disk instanceof DiskFailedError) this.#enter(`its disk fails (${String(disk.details['reason'])}).`, 'failing');
  }

  /** While read-only: drops partial uploads, then tries to write a file, an object where there is a bucket, and a row. True when new data is taken. */
  async probe(): Promise<boolean> {
    if (this.#cause === undefined) return true;
    const { files, store } = this.#shelves;
    const path = join(files.partials.folder, `probe-${randomUUID()}`);
    try {
      await files.partials.prune({ maxBytes: 0 });
      // Twice the reserve, so that one upload more does not end it again.
      if ((await files.layer.freeBytes(files.home)) < 2n * this.#reserveBytes) return false;
      await withFile(files.layer, path, 'wx+', async (file) => {
        await file.write([new Uint8Array(PROBE_BYTES)], 0);
        await file.sync();
      }).finally(() => removeFile(files.layer, path));
      await files.shelf.probe();
      const content = { key: PROBE_FACT, value: String(this.#now()) };
      await store.fact.upsert({ where: { key: PROBE_FACT }, create: content, update: content });
    } catch (error) {
      this.#log.warn('disk.still-read-only', { error });
      return false;
    }
    this.#log.info('disk.writable', { after: this.#cause });
    this.#cause = undefined;
    return true;
  }

  #enter(cause: string, fault: DiskFault): void {
    if (this.#cause === undefined) this.#log.error('disk.read-only', { cause });
    this.#cause = cause;
    this.#fault = fault;
  }
}
