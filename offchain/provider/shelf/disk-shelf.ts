import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { FileLayer } from '../../store/files.ts';
import { isErrno, isMissing, makeFolder, removeFile, withFile } from '../disk.ts';
import type { FragmentKey } from '../errors.ts';
import { FolderSync } from '../folder-sync.ts';
import { fragmentName, keyOfName } from './fragment-shelf.ts';
import type { FragmentShelf, ReadableFile, Spooled } from './fragment-shelf.ts';

/** `fragments/<agreement>/<batchId>.<slot>`, its upper tree beside it as `.tree`. */
export class DiskShelf implements FragmentShelf {
  readonly place: string;
  readonly #layer: FileLayer;
  readonly #home: string;
  readonly #incoming: string;
  readonly #folders: FolderSync;
  /** Folders of agreements that this process has made sure of. */
  readonly #made = new Map<string, Promise<void>>();

  /** `incoming`: a folder of the same file system, for what is not yet whole. */
  constructor(options: { readonly layer: FileLayer; readonly home: string; readonly incoming: string }) {
    this.#layer = options.layer;
    this.#home = options.home;
    this.#incoming = options.incoming;
    this.place = join(options.home, 'fragments');
    this.#folders = new FolderSync(this.#layer);
  }

  open(): Promise<void> {
    return makeFolder(this.#layer, this.place);
  }

  close(): void {
    // Nothing is held open between two calls.
  }

  nameOf(key: FragmentKey): string {
    return join(this.place, String(key.agreement), fragmentName(key));
  }

  treeNameOf(key: FragmentKey): string {
    return `${this.nameOf(key)}.tree`;
  }

  read(key: FragmentKey): Promise<ReadableFile> {
    return this.#layer.open(this.nameOf(key), 'r');
  }

  readTree(key: FragmentKey): Promise<Uint8Array> {
    return withFile(this.#layer, this.treeNameOf(key), 'r', async (file) => {
      const all = new Uint8Array(await file.sizeBytes());
      return (await file.read(all, 0)) < all.length ? new Uint8Array() : all;
    });
  }

  async keep(key: FragmentKey, { path }: Spooled): Promise<void> {
    const folder = join(this.place, String(key.agreement));
    await this.#makeOnce(folder);
    // The tree first: bytes under their final name always have a tree beside them.
    await this.#layer.rename(`${path}.tree`, this.treeNameOf(key));
    await this.#layer.rename(path, this.nameOf(key));
    await this.#folders.sync(folder);
  }

  async writeTree(key: FragmentKey, upperTree: Uint8Array): Promise<void> {
    const temporary = join(this.#incoming, randomUUID());
    await withFile(this.#layer, temporary, 'wx+', (file) => file.write([upperTree], 0));
    await this.#layer.rename(temporary, this.treeNameOf(key));
  }

  async remove(key: FragmentKey): Promise<void> {
    await removeFile(this.#layer, this.nameOf(key));
    await removeFile(this.#layer, this.treeNameOf(key));
  }

  async removeAgreement(agreement: number): Promise<void> {
    const folder = join(this.place, String(agreement));
    for (const name of await this.#namesIn(folder)) await this.#layer.unlink(join(folder, name));
    this.#made.delete(folder);
    await this.#layer.rmdir(folder).catch((error: unknown) => {
      // An upload that began meanwhile keeps the folder.
      if (!isMissing(error) && !(isErrno(error) && error.code === 'ENOTEMPTY')) throw error;
    });
  }

  async has(key: FragmentKey): Promise<boolean> {
    try {
      await this.#layer.stat(this.nameOf(key));
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  async agreements(): Promise<number[]> {
    return (await this.#layer.readdir(this.place)).map(Number).filter(Number.isInteger);
  }

  async list(agreement: number): Promise<FragmentKey[]> {
    return (await this.#namesIn(join(this.place, String(agreement)))).map((name) => keyOfName(agreement, name)).filter((key) => key !== undefined);
  }

  freeBytes(): Promise<bigint> {
    return this.#layer.freeBytes(this.#home);
  }

  async probe(): Promise<void> {
    // Whoever asks has just written to the same file system.
  }

  trouble(): undefined {
    return undefined;
  }

  async #namesIn(folder: string): Promise<string[]> {
    try {
      return await this.#layer.readdir(folder);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  #makeOnce(folder: string): Promise<void> {
    const known = this.#made.get(folder);
    if (known !== undefined) return known;
    const making = makeFolder(this.#layer, folder);
    this.#made.set(folder, making);
    making.catch(() => this.#made.delete(folder));
    return making;
  }
}
