/** Bodies on this machine's disk, one file each; where somebody counts on them, synced with their names before he hears of it. */
import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { FileLayer, OpenFile } from '../../store/files.ts';
import { PagePool } from '../../store/page-pool.ts';
import { EntityTooLargeError } from './errors.ts';

export interface Spooled {
  /** 32 hexadecimal digits; also the file's name. */
  readonly id: string;
  readonly sizeBytes: number;
  /** Hexadecimal. */
  readonly md5: string;
}

/** One write to the disk; while it runs, the next one is filled. */
const BLOCK_BYTES = 1 << 20;
const SYNC_BYTES = 32 * BLOCK_BYTES;
/** Bodies are written once and read once: past the page cache, whose memory would cost more than their hashes. */
const blocks = new PagePool({ blockBytes: BLOCK_BYTES, freeMax: 16 });
const NAME = /^[0-9a-f]{32}$/;

export class Spool {
  readonly #folder: string;
  readonly #files: FileLayer;
  readonly #isDurable: boolean;
  /** The sync of the folder that has not begun: everybody who comes now is in it. */
  #nextSync: Promise<void> | undefined;
  #lastSync: Promise<void> = Promise.resolve();
  /** How many are reading; and what goes when the last of them has left. */
  readonly #readers = new Map<string, number>();
  readonly #doomed = new Set<string>();

  /** `isDurable` false: nothing is synced, for nobody is answered before the network has the body, and until then no table knows it. */
  constructor(options: { readonly folder: string; readonly files: FileLayer; readonly isDurable: boolean }) {
    this.#folder = options.folder;
    this.#files = options.files;
    this.#isDurable = options.isDurable;
  }

  /** `onBytes` is told of every piece before it is taken, and may throw. Whatever fails, no file is left. */
  async write(body: AsyncIterable<Uint8Array>, options: { readonly maxBytes: number; readonly onBytes: (totalBytes: number) => void | Promise<void>; readonly signal?: AbortSignal | undefined }): Promise<Spooled> {
    const id = randomBytes(16).toString('hex');
    const path = join(this.#folder, id);
    const file = await this.#files.open(path, 'wx+');
    try {
      const { sizeBytes, md5 } = await this.#pour(body, file, options);
      if (this.#isDurable) await file.sync();
      await file.close();
      if (this.#isDurable) await this.#syncFolder();
      return { id, sizeBytes, md5 };
    } catch (error) {
      await file.close().catch(() => undefined);
      await this.#files.unlink(path).catch(() => undefined);
      throw error;
    }
  }

  async #pour(body: AsyncIterable<Uint8Array>, file: OpenFile, options: { readonly maxBytes: number; readonly onBytes: (totalBytes: number) => void | Promise<void>; readonly signal?: AbortSignal | undefined }): Promise<{ sizeBytes: number; md5: string }> {
    const hash = createHash('md5');
    let block = blocks.take();
    let filled = 0;
    let sizeBytes = 0;
    let written = 0;
    let writing: Promise<void> = Promise.resolve();
    let syncing: Promise<void> = Promise.resolve();
    const turn = async (): Promise<void> => {
      await writing;
      const full = block;
      const part = filled === full.length ? full : full.subarray(0, filled);
      writing = file.write([part], written).finally(() => blocks.give(full));
      // Whoever waits next is told; until then a failure must not end the process.
      writing.catch(() => undefined);
      written += filled;
      block = blocks.take();
      filled = 0;
      // Most of a large body is on the disk by the time that its last byte is there.
      if (!this.#isDurable || written % SYNC_BYTES !== 0) return;
      await syncing;
      syncing = writing.then(() => file.sync());
      syncing.catch(() => undefined);
    };
    try {
      for await (const piece of body) {
        options.signal?.throwIfAborted();
        sizeBytes += piece.length;
        if (sizeBytes > options.maxBytes) throw new EntityTooLargeError('A body', { sizeBytes, maxBytes: options.maxBytes });
        await options.onBytes(sizeBytes);
        hash.update(piece);
        for (let rest = piece; rest.length > 0; ) {
          const part = rest.subarray(0, block.length - filled);
          block.set(part, filled);
          filled += part.length;
          rest = rest.subarray(part.length);
          if (filled === block.length) await turn();
        }
      }
      if (filled > 0) await turn();
      return { sizeBytes, md5: hash.digest('hex') };
    } finally {
      // The file may only be closed when nothing writes to it any more.
      await Promise.allSettled([writing, syncing]);
      blocks.give(block);
      await Promise.all([writing, syncing]);
    }
  }

  /** Bytes [start, end) of a body. A file that is removed meanwhile is read to its end. @throws ENOENT when it is not there */
  async *read(id: string, { start, end }: { readonly start: number; readonly end: number }): AsyncGenerator<Uint8Array, void> {
    const file = await this.#files.open(join(this.#folder, id), 'r');
    const buffer = blocks.take();
    try {
      for (let at = start; at < end; ) {
        const want = Math.min(buffer.length, end - at);
        const count = await file.read(buffer.subarray(0, want), at);
        if (count < want) throw Object.assign(new Error(`the spooled body ${id} ends at ${at + count}`), { code: 'EIO' });
        yield buffer.subarray(0, count);
        at += count;
      }
      // Whoever leaves earlier may still be sending the last piece: then its memory is not used again.
      blocks.give(buffer);
    } finally {
      await file.close();
    }
  }

  /** What is removed from now on stays readable until the function that this returns was called. */
  hold(ids: readonly string[]): () => Promise<void> {
    for (const id of ids) this.#readers.set(id, (this.#readers.get(id) ?? 0) + 1);
    return async () => {
      for (const id of ids) {
        const left = (this.#readers.get(id) ?? 1) - 1;
        if (left > 0) this.#readers.set(id, left);
        else {
          this.#readers.delete(id);
          // The reader has its bytes; a file that cannot be removed now is swept at the next start.
          if (this.#doomed.delete(id)) await this.remove(id).catch(() => undefined);
        }
      }
    };
  }

  /** It may be gone already. */
  async remove(id: string): Promise<void> {
    if (this.#readers.has(id)) return void this.#doomed.add(id);
    await this.#files.unlink(join(this.#folder, id)).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    });
  }

  /** Size of the file; undefined when there is none. */
  async sizeOf(id: string): Promise<number | undefined> {
    try {
      return (await this.#files.stat(join(this.#folder, id))).sizeBytes;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  async ids(): Promise<string[]> {
    return (await this.#files.readdir(this.#folder)).filter((name) => NAME.test(name));
  }

  freeBytes(): Promise<bigint> {
    return this.#files.freeBytes(this.#folder);
  }

  /** Durable when it returns; those who come while one runs share the next. */
  #syncFolder(): Promise<void> {
    this.#nextSync ??= this.#lastSync.catch(() => undefined).then(() => {
      this.#nextSync = undefined;
      return (this.#lastSync = this.#files.syncFolder(this.#folder));
    });
    return this.#nextSync;
  }
}
