import { join } from 'node:path';
import type { Hex } from 'viem';
import type { FileLayer } from '../store/files.ts';
import { isMissing, makeFolder, removeFile, withFile } from './disk.ts';
import type { FragmentKey } from './errors.ts';

/** What an upload that broke off is kept under: the fragment, and the root that its sender announced. */
export interface PartialKey extends FragmentKey {
  readonly root: Hex;
}

export interface PartialUpload extends PartialKey {
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

export interface PartialLimits {
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}

const NAME = /^(\d+)\.([0-9a-f]{64})\.(\d+)\.([0-9a-f]{64})\.part$/;
const MARK_SIZE = 16;
const MARK_MAGIC = 0x48464d4b;

/**
 * The folder of uploads under way: `<agreement>.<batchId>.<slot>.<root>.part`, and beside each a `.mark` that says how much of it is durable.
 * A mark is written after the bytes that it speaks of were synced, and needs no sync itself: an older one, or none, is true as well.
 */
export class Partials {
  readonly folder: string;
  readonly #files: FileLayer;
  readonly #limits: PartialLimits;
  readonly #busy = new Set<string>();

  constructor(files: FileLayer, folder: string, limits: PartialLimits) {
    this.#files = files;
    this.folder = folder;
    this.#limits = limits;
  }

  /** Run at start: everything that is not a partial upload with a mark goes. */
  async open(): Promise<void> {
    await makeFolder(this.#files, this.folder);
    const names = new Set(await this.#files.readdir(this.folder));
    for (const name of names) {
      const isMark = name.endsWith('.mark') && names.has(name.slice(0, -'.mark'.length));
      if (!isMark && !NAME.test(name)) await this.#files.unlink(join(this.folder, name));
      else if (!isMark && (await this.marked(keyOfName(name))) === 0) await this.remove(keyOfName(name));
    }
    await this.prune();
  }

  pathOf(key: PartialKey): string {
    return join(this.folder, `${key.agreement}.${key.batchId.slice(2)}.${key.slot}.${key.root.slice(2)}.part`);
  }

  /** How many bytes of the upload are durable; 0 when there is none. */
  async marked(key: PartialKey): Promise<number> {
    const mark = new Uint8Array(MARK_SIZE);
    try {
      const read = await withFile(this.#files, this.#markOf(key), 'r', (file) => file.read(mark, 0));
      const { sizeBytes } = await this.#files.stat(this.pathOf(key));
      const marked = read === MARK_SIZE ? decodeMark(mark) : 0;
      return marked <= sizeBytes ? marked : 0;
    } catch (error) {
      if (isMissing(error)) return 0;
      throw error;
    }
  }

  /** The first `sizeBytes` bytes were synced. */
  async mark(key: PartialKey, sizeBytes: number): Promise<void> {
    const bytes = encodeMark(sizeBytes);
    try {
      await withFile(this.#files, this.#markOf(key), 'r+', (file) => file.write([bytes], 0));
    } catch (error) {
      if (!isMissing(error)) throw error;
      await withFile(this.#files, this.#markOf(key), 'wx+', (file) => file.write([bytes], 0));
    }
  }

  async unmark(key: PartialKey): Promise<void> {
    await removeFile(this.#files, this.#markOf(key));
  }

  async remove(key: PartialKey): Promise<void> {
    await this.unmark(key);
    await removeFile(this.#files, this.pathOf(key));
  }

  /** While `work` writes this upload, nothing prunes it. */
  async whileBusy<T>(path: string, work: () => Promise<T>): Promise<T> {
    this.#busy.add(path);
    try {
      return await work();
    } finally {
      this.#busy.delete(path);
    }
  }

  /** Drops the oldest beyond the limits, except those that are being written. Returns how many. */
  async prune(options: { readonly maxBytes?: number; readonly nowMs?: number } = {}): Promise<number> {
    const { maxBytes = this.#limits.maxBytes, nowMs = Date.now() } = options;
    const idle = (await this.list()).filter((one) => !this.#busy.has(this.pathOf(one)));
    let totalBytes = idle.reduce((sum, one) => sum + one.sizeBytes, 0);
    let removed = 0;
    for (const one of idle.sort((a, b) => a.modifiedMs - b.modifiedMs)) {
      if (totalBytes <= maxBytes && nowMs - one.modifiedMs <= this.#limits.maxAgeMs) continue;
      await this.remove(one);
      totalBytes -= one.sizeBytes;
      removed += 1;
    }
    return removed;
  }

  async list(): Promise<PartialUpload[]> {
    const found: PartialUpload[] = [];
    for (const name of await this.#files.readdir(this.folder)) {
      if (!NAME.test(name)) continue;
      const key = keyOfName(name);
      try {
        found.push({ ...key, ...(await this.#files.stat(this.pathOf(key))) });
      } catch (error) {
        // Renamed into its place meanwhile.
        if (!isMissing(error)) throw error;
      }
    }
    return found;
  }

  #markOf(key: PartialKey): string {
    return `${this.pathOf(key)}.mark`;
  }
}

function keyOfName(name: string): PartialKey {
  const [, agreement, batchId, slot, root] = NAME.exec(name) ?? [];
  return { agreement: Number(agreement), batchId: `0x${batchId}`, slot: Number(slot), root: `0x${root}` };
}

/** Magic, size, and their difference: a torn mark counts as none. */
function encodeMark(sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(MARK_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MARK_MAGIC);
  view.setUint32(4, sizeBytes);
  view.setUint32(8, ~sizeBytes >>> 0);
  view.setUint32(12, MARK_MAGIC);
  return bytes;
}

function decodeMark(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, MARK_SIZE);
  const sizeBytes = view.getUint32(4);
  const isWhole = view.getUint32(0) === MARK_MAGIC && view.getUint32(12) === MARK_MAGIC && view.getUint32(8) === ~sizeBytes >>> 0;
  return isWhole ? sizeBytes : 0;
}
