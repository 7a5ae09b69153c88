import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { bytesToHex } from 'viem';
import type { Hex } from 'viem';
import type { FileLayer } from '../store/files.ts';
import { nodeFiles } from '../store/node-files.ts';
import { asDiskError, closing, isErrno, isMissing, makeFolder, openNew, removeFile, withFile } from './disk.ts';
import { describe, TruncatedUploadError, UploadOffsetError, WrongRootError } from './errors.ts';
import type { FragmentKey } from './errors.ts';
import { FolderSync } from './folder-sync.ts';
import { Partials } from './partials.ts';
import type { PartialKey, PartialLimits } from './partials.ts';
import type { ByteSource } from './pour.ts';
import { receiveBytes } from './receive-bytes.ts';
import { TreeCache } from './tree-cache.ts';

const HOUR_MS = 3_600_000;
const GIB = 2 ** 30;

export interface FragmentFilesOptions {
  readonly home: string;
  /** The real file system where absent. */
  readonly layer?: FileLayer;
  readonly partials?: PartialLimits;
}

export interface IncomingFragment {
  readonly sizeBytes: number;
  /** The rest of the fragment, from `fromBytes` (0) on. */
  readonly body: ByteSource;
  readonly fromBytes?: number | undefined;
  /** With it, what a broken connection left is kept for a resume; without it nothing is. */
  readonly expectedRoot?: Hex | undefined;
  /** No row speaks of this fragment, and nobody else writes one: `putFragment` sees to that. */
  readonly isNew?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A fragment on disk, synced, but not yet under its name. */
export interface ReceivedFragment {
  readonly root: Hex;
  /** Renames tree and bytes into place and syncs the folder. */
  keep(): Promise<void>;
}

/** The folder layout: `fragments/<agreement>/<batchId>.<slot>`, its upper tree beside it as `.tree`, uploads in `incoming/`. */
export class FragmentFiles {
  readonly layer: FileLayer;
  readonly home: string;
  readonly partials: Partials;
  readonly trees = new TreeCache();
  readonly #fragments: string;
  readonly #folders: FolderSync;
  /** Folders of agreements that this process has made sure of. */
  readonly #made = new Map<string, Promise<void>>();

  private constructor(options: FragmentFilesOptions) {
    this.home = options.home;
    this.layer = options.layer ?? nodeFiles;
    this.#fragments = join(options.home, 'fragments');
    this.#folders = new FolderSync(this.layer);
    this.partials = new Partials(this.layer, join(options.home, 'incoming'), options.partials ?? { maxBytes: GIB, maxAgeMs: 24 * HOUR_MS });
  }

  /** Opens the folders and removes what a crash left behind, other than uploads that can be resumed. */
  static async open(options: FragmentFilesOptions): Promise<FragmentFiles> {
    const files = new FragmentFiles(options);
    try {
      await makeFolder(files.layer, files.#fragments);
      await files.partials.open();
    } catch (error) {
      throw asDiskError(error);
    }
    return files;
  }

  pathOf(key: FragmentKey): string {
    return join(this.#fragments, String(key.agreement), `${key.batchId.slice(2)}.${key.slot}`);
  }

  treePathOf(key: FragmentKey): string {
    return `${this.pathOf(key)}.tree`;
  }

  /**
   * Writes and hashes the fragment, syncs, and hands it to `accept`, which calls `keep`. Whatever goes wrong, no file remains, except
   * what a resume may build upon.
   * @throws TruncatedUploadError, UploadTooLongError, UploadOffsetError, WrongRootError, UploadSupersededError, DiskFullError, DiskFailedError
   */
  async receive<T>(key: FragmentKey, incoming: IncomingFragment, accept: (received: ReceivedFragment) => Promise<T>): Promise<T> {
    const { expectedRoot, fromBytes = 0, signal } = incoming;
    const partial = expectedRoot === undefined ? undefined : { ...key, root: expectedRoot };
    const path = partial === undefined ? join(this.partials.folder, randomUUID()) : this.partials.pathOf(partial);
    const discard = async () => {
      if (partial !== undefined) await this.partials.unmark(partial);
      await removeFile(this.layer, path);
      await removeFile(this.layer, `${path}.tree`);
    };
    return this.partials.whileBusy(path, async () => {
      if (fromBytes > 0) {
        const storedBytes = partial === undefined ? 0 : await this.partials.marked(partial);
        if (storedBytes !== fromBytes) throw new UploadOffsetError(fromBytes, storedBytes);
      }
      try {
        const root = await this.#write(path, partial, { ...incoming, discard });
        if (expectedRoot !== undefined && expectedRoot !== root) throw new WrongRootError(`What arrived as the ${describe(key)}`, { expected: expectedRoot, actual: root });
        return await accept({ root, keep: () => this.#keep(path, key) });
      } catch (error) {
        const isKept = error instanceof TruncatedUploadError && Number(error.details['storedBytes']) > 0;
        // A full disk may refuse even this; what stays is removed at the next start.
        if (!isKept) await discard().catch(() => undefined);
        else await this.partials.prune();
        if (error instanceof TruncatedUploadError) signal?.throwIfAborted();
        throw asDiskError(error);
      }
    });
  }

  /** No mark is left when it returns. */
  async #write(path: string, partial: PartialKey | undefined, incoming: IncomingFragment & { discard(): Promise<void> }): Promise<Hex> {
    const { fromBytes = 0, sizeBytes, discard } = incoming;
    let isMarked = fromBytes > 0;
    const onDurable = partial === undefined ? undefined : async (bytes: number) => {
      if (bytes === sizeBytes) return;
      isMarked = true;
      await this.partials.mark(partial, bytes);
    };
    // A mark exists only where its file does, so a file that is new has none.
    const open = () => (fromBytes === 0 ? openNew(this.layer, path, discard) : this.layer.open(path, 'r+'));
    const tree = await closing(open, (file) => receiveBytes(file, { ...incoming, fromBytes, onDurable }));
    const treePath = `${path}.tree`;
    await closing(() => openNew(this.layer, treePath, () => removeFile(this.layer, treePath)), (file) => file.write([tree.upperTree], 0));
    if (isMarked && partial !== undefined) await this.partials.unmark(partial);
    return bytesToHex(tree.root);
  }

  /** Replaces a damaged upper tree by a new one. It is derived data: torn by a crash, it is made again. */
  async writeTree(key: FragmentKey, upperTree: Uint8Array): Promise<void> {
    const temporary = join(this.partials.folder, randomUUID());
    await withFile(this.layer, temporary, 'wx+', (file) => file.write([upperTree], 0));
    await this.layer.rename(temporary, this.treePathOf(key));
  }

  async remove(key: FragmentKey): Promise<void> {
    this.trees.forget(this.pathOf(key));
    await removeFile(this.layer, this.pathOf(key));
    await removeFile(this.layer, this.treePathOf(key));
  }

  async removeAgreement(agreement: number): Promise<void> {
    const folder = join(this.#fragments, String(agreement));
    for (const name of await this.#namesIn(folder)) await this.layer.unlink(join(folder, name));
    this.#made.delete(folder);
    await this.layer.rmdir(folder).catch((error: unknown) => {
      // An upload that began meanwhile keeps the folder.
      if (!isMissing(error) && !(isErrno(error) && error.code === 'ENOTEMPTY')) throw error;
    });
  }

  async has(key: FragmentKey): Promise<boolean> {
    try {
      await this.layer.stat(this.pathOf(key));
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  /** Agreements that have a folder. */
  async agreements(): Promise<number[]> {
    return (await this.layer.readdir(this.#fragments)).map(Number).filter(Number.isInteger);
  }

  /** Every stored fragment of one agreement, by its file. */
  async list(agreement: number): Promise<FragmentKey[]> {
    const keys: FragmentKey[] = [];
    for (const name of await this.#namesIn(join(this.#fragments, String(agreement)))) {
      const [, batchId, slot] = /^([0-9a-f]{64})\.(\d+)$/.exec(name) ?? [];
      if (batchId !== undefined) keys.push({ agreement, batchId: `0x${batchId}`, slot: Number(slot) });
    }
    return keys;
  }

  async #namesIn(folder: string): Promise<string[]> {
    try {
      return await this.layer.readdir(folder);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  #makeOnce(folder: string): Promise<void> {
    const known = this.#made.get(folder);
    if (known !== undefined) return known;
    const making = makeFolder(this.layer, folder);
    this.#made.set(folder, making);
    making.catch(() => this.#made.delete(folder));
    return making;
  }

  async #keep(temporary: string, key: FragmentKey): Promise<void> {
    const folder = join(this.#fragments, String(key.agreement));
    await this.#makeOnce(folder);
    this.trees.forget(this.pathOf(key));
    // The tree first: bytes under their final name always have a tree beside them.
    await this.layer.rename(`${temporary}.tree`, this.treePathOf(key));
    await this.layer.rename(temporary, this.pathOf(key));
    await this.#folders.sync(folder);
  }
}
