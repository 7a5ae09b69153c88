import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { bytesToHex } from 'viem';
import type { Hex } from 'viem';
import type { FileLayer } from '../store/files.ts';
import { nodeFiles } from '../store/node-files.ts';
import type { ByteRange } from '../proof/subtree.ts';
import type { Bucket } from '../store/bucket/bucket.ts';
import { asDiskError, closing, openNew, removeFile } from './disk.ts';
import { describe, SpoolFullError, TruncatedUploadError, UploadOffsetError, WrongRootError } from './errors.ts';
import type { FragmentKey } from './errors.ts';
import { Partials } from './partials.ts';
import type { PartialKey, PartialLimits } from './partials.ts';
import type { ByteSource } from './pour.ts';
import { receiveBytes } from './receive-bytes.ts';
import { BucketShelf } from './shelf/bucket-shelf.ts';
import { DiskShelf } from './shelf/disk-shelf.ts';
import type { FragmentShelf, ReadableFile, Spooled } from './shelf/fragment-shelf.ts';
import { TreeCache } from './tree-cache.ts';

const HOUR_MS = 3_600_000;
const GIB = 2 ** 30;

export interface FragmentFilesOptions {
  readonly home: string;
  /** The real file system where absent. */
  readonly layer?: FileLayer;
  readonly partials?: PartialLimits;
  /** Whole fragments go there instead of to the disk; at most `spoolBytes` of them are on their way at once. */
  readonly bucket?: { readonly bucket: Bucket; readonly spoolBytes: number } | undefined;
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

/** A fragment on disk, synced, but not yet in its place. */
export interface ReceivedFragment {
  readonly root: Hex;
  /** Moves tree and bytes into their place, durably. */
  keep(): Promise<void>;
}

/** Uploads in `incoming/`, and where they go once they are whole: the shelf. */
export class FragmentFiles {
  readonly layer: FileLayer;
  readonly home: string;
  readonly partials: Partials;
  readonly trees = new TreeCache();
  readonly shelf: FragmentShelf;
  readonly #spoolMaxBytes: number;
  #spooledBytes = 0;

  private constructor(options: FragmentFilesOptions) {
    const { home, layer = nodeFiles, bucket } = options;
    this.home = home;
    this.layer = layer;
    this.partials = new Partials(layer, join(home, 'incoming'), options.partials ?? { maxBytes: GIB, maxAgeMs: 24 * HOUR_MS });
    this.shelf = bucket === undefined ? new DiskShelf({ layer, home, incoming: this.partials.folder }) : new BucketShelf({ layer, home, bucket: bucket.bucket });
    this.#spoolMaxBytes = bucket?.spoolBytes ?? Infinity;
  }

  /** Opens shelf and folder and removes what a crash left behind, other than uploads that can be resumed. @throws BucketTakenError, BucketError; DiskFullError, DiskFailedError */
  static async open(options: FragmentFilesOptions): Promise<FragmentFiles> {
    const files = new FragmentFiles(options);
    try {
      await files.shelf.open();
      await files.partials.open();
    } catch (error) {
      throw asDiskError(error);
    }
    return files;
  }

  /** What a fragment is called; on a disk, its file. */
  pathOf(key: FragmentKey): string {
    return this.shelf.nameOf(key);
  }

  treePathOf(key: FragmentKey): string {
    return this.shelf.treeNameOf(key);
  }

  /**
   * Writes and hashes the fragment, syncs, and hands it to `accept`, which calls `keep`. Whatever goes wrong, no file remains, except
   * what a resume may build upon.
   * @throws TruncatedUploadError, UploadTooLongError, UploadOffsetError, WrongRootError, UploadSupersededError, DiskFullError, DiskFailedError, SpoolFullError, BucketError
   */
  async receive<T>(key: FragmentKey, incoming: IncomingFragment, accept: (received: ReceivedFragment) => Promise<T>): Promise<T> {
    const { expectedRoot, fromBytes = 0, sizeBytes, signal } = incoming;
    const partial = expectedRoot === undefined ? undefined : { ...key, root: expectedRoot };
    const path = partial === undefined ? join(this.partials.folder, randomUUID()) : this.partials.pathOf(partial);
    const discard = async () => {
      if (partial !== undefined) await this.partials.unmark(partial);
      await removeFile(this.layer, path);
      await removeFile(this.layer, `${path}.tree`);
    };
    return this.#whileSpooled(sizeBytes, () => this.partials.whileBusy(path, async () => {
      if (fromBytes > 0) {
        const storedBytes = partial === undefined ? 0 : await this.partials.marked(partial);
        if (storedBytes !== fromBytes) throw new UploadOffsetError(fromBytes, storedBytes);
      }
      try {
        const root = await this.#write(path, partial, { ...incoming, discard });
        if (expectedRoot !== undefined && expectedRoot !== root) throw new WrongRootError(`What arrived as the ${describe(key)}`, { expected: expectedRoot, actual: root });
        return await accept({ root, keep: () => this.#keep(key, { path, sizeBytes, root }) });
      } catch (error) {
        const isKept = error instanceof TruncatedUploadError && Number(error.details['storedBytes']) > 0;
        // A full disk may refuse even this; what stays is removed at the next start.
        if (!isKept) await discard().catch(() => undefined);
        else await this.partials.prune();
        if (error instanceof TruncatedUploadError) signal?.throwIfAborted();
        throw asDiskError(error);
      }
    }));
  }

  /** Uploads under way to a bucket take room of this disk twice over: while they come, and while they go. */
  async #whileSpooled<T>(sizeBytes: number, work: () => Promise<T>): Promise<T> {
    if (this.#spooledBytes + sizeBytes > this.#spoolMaxBytes) throw new SpoolFullError(this.#spoolMaxBytes);
    this.#spooledBytes += sizeBytes;
    try {
      return await work();
    } finally {
      this.#spooledBytes -= sizeBytes;
    }
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

  /** `window`: what is read first. The caller closes it. @throws ENOENT, BucketError */
  read(key: FragmentKey, window: ByteRange): Promise<ReadableFile> {
    return this.shelf.read(key, window);
  }

  async remove(key: FragmentKey): Promise<void> {
    this.trees.forget(this.pathOf(key));
    await this.shelf.remove(key);
  }

  async #keep(key: FragmentKey, spooled: Spooled): Promise<void> {
    this.trees.forget(this.pathOf(key));
    await this.shelf.keep(key, spooled);
  }
}
