import type { ByteRange } from '../../proof/subtree.ts';
import { bodyOf } from '../../store/bucket/bucket.ts';
import type { Bucket } from '../../store/bucket/bucket.ts';
import { ObjectMissingError } from '../../store/bucket/errors.ts';
import { READ_MAX_BYTES } from '../../store/bucket/settings.ts';
import type { FileLayer } from '../../store/files.ts';
import { removeFile } from '../disk.ts';
import type { FragmentKey } from '../errors.ts';
import { BucketFile } from './bucket-file.ts';
import { fragmentName, keyOfName } from './fragment-shelf.ts';
import type { FragmentShelf, ReadableFile, Spooled } from './fragment-shelf.ts';
import { claimBucket } from './owner-mark.ts';
import { spooledBody } from './spooled-body.ts';

/** No bucket says how much it still takes: what is promised is bounded by the configured capacity alone. */
const ENDLESS_BYTES = 1n << 62n;
const PROBE = 'holdfast-probe';

/** Objects `<prefix>fragments/<agreement>/<batchId>.<slot>`, and their upper trees under the same names in `<prefix>trees/`. */
export class BucketShelf implements FragmentShelf {
  readonly #bucket: Bucket;
  readonly #layer: FileLayer;
  readonly #home: string;

  constructor(options: { readonly bucket: Bucket; readonly layer: FileLayer; readonly home: string }) {
    this.#bucket = options.bucket;
    this.#layer = options.layer;
    this.#home = options.home;
  }

  get place(): string {
    return this.#bucket.address;
  }

  open(): Promise<void> {
    return claimBucket(this.#bucket, { layer: this.#layer, home: this.#home });
  }

  close(): void {
    this.#bucket.close();
  }

  nameOf(key: FragmentKey): string {
    return `fragments/${key.agreement}/${fragmentName(key)}`;
  }

  treeNameOf(key: FragmentKey): string {
    return `trees/${key.agreement}/${fragmentName(key)}`;
  }

  read(key: FragmentKey, window: ByteRange): Promise<ReadableFile> {
    return BucketFile.open(this.#bucket, this.nameOf(key), window);
  }

  async readTree(key: FragmentKey): Promise<Uint8Array> {
    return (await this.#bucket.read(this.treeNameOf(key), { start: 0, end: READ_MAX_BYTES })).bytes;
  }

  /** Both objects at once: nothing speaks of either before the row does. */
  async keep(key: FragmentKey, { path, sizeBytes, root }: Spooled): Promise<void> {
    const treePath = `${path}.tree`;
    const { sizeBytes: treeBytes } = await this.#layer.stat(treePath);
    const [bytes, tree] = [await spooledBody(this.#layer, path, sizeBytes), await spooledBody(this.#layer, treePath, treeBytes)];
    // Both have ended when this returns, whatever becomes of one of them: their files are removed then.
    const outcomes = await Promise.allSettled([this.#bucket.put(this.nameOf(key), bytes, { metadata: { root } }), this.#bucket.put(this.treeNameOf(key), tree)]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    await removeFile(this.#layer, treePath);
    await removeFile(this.#layer, path);
  }

  writeTree(key: FragmentKey, upperTree: Uint8Array): Promise<void> {
    return this.#bucket.put(this.treeNameOf(key), bodyOf(upperTree));
  }

  async remove(key: FragmentKey): Promise<void> {
    await this.#bucket.remove(this.nameOf(key));
    await this.#bucket.remove(this.treeNameOf(key));
  }

  async removeAgreement(agreement: number): Promise<void> {
    for (const folder of ['fragments', 'trees']) {
      for await (const name of this.#bucket.list(`${folder}/${agreement}/`)) await this.#bucket.remove(name);
    }
  }

  async has(key: FragmentKey): Promise<boolean> {
    try {
      await this.#bucket.head(this.nameOf(key));
      return true;
    } catch (error) {
      if (error instanceof ObjectMissingError) return false;
      throw error;
    }
  }

  async agreements(): Promise<number[]> {
    const found: number[] = [];
    for await (const folder of this.#bucket.list('fragments/', { isFolders: true })) {
      const [, agreement] = /^fragments\/(\d{1,10})\/$/.exec(folder) ?? [];
      if (agreement !== undefined) found.push(Number(agreement));
    }
    return found;
  }

  async list(agreement: number): Promise<FragmentKey[]> {
    const folder = `fragments/${agreement}/`;
    const keys: FragmentKey[] = [];
    for await (const name of this.#bucket.list(folder)) {
      const key = keyOfName(agreement, name.slice(folder.length));
      if (key !== undefined) keys.push(key);
    }
    return keys;
  }

  async freeBytes(): Promise<bigint> {
    return ENDLESS_BYTES;
  }

  probe(): Promise<void> {
    return this.#bucket.put(PROBE, bodyOf(Buffer.from('holdfast')));
  }

  trouble(): string | undefined {
    return this.#bucket.trouble?.reason;
  }
}
