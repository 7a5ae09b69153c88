/** The fragments on disk: bounded in bytes and entries, the least recently used go first. The folder is the index. */
import type { Hex } from 'viem';
import { hexToBytes } from 'viem';
import { isEqual } from '../proof/bytes.ts';
import { withFile } from '../provider/disk.ts';
import type { FragmentKey } from '../provider/errors.ts';
import { FragmentFiles } from '../provider/fragment-files.ts';
import type { ReceivedFragment } from '../provider/fragment-files.ts';
import { hashFile } from '../provider/hash-file.ts';
import { PullError } from './errors.ts';

export interface CacheLimits {
  readonly maxBytes: number;
  readonly maxEntries: number;
}

interface Entry {
  readonly key: FragmentKey;
  readonly sizeBytes: number;
  /** What its bytes were found to be since the start; undefined before they were looked at. */
  root: Hex | undefined;
}

export class Cache {
  readonly files: FragmentFiles;
  readonly #limits: CacheLimits;
  /** In the order of use, the least recent one first. */
  readonly #entries = new Map<string, Entry>();
  /** Files that are hashed for the first time since the start. */
  readonly #looks = new Map<string, Promise<Hex | undefined>>();
  #bytes = 0;
  /** Room of pulls under way. */
  #promisedBytes = 0;
  #promisedEntries = 0;

  private constructor(files: FragmentFiles, limits: CacheLimits) {
    this.files = files;
    this.#limits = limits;
  }

  /** Takes over what earlier runs left, in the order of their modification times, as far as the bounds allow. */
  static async open(options: { readonly home: string; readonly limits: CacheLimits }): Promise<Cache> {
    const files = await FragmentFiles.open({ home: options.home });
    const cache = new Cache(files, options.limits);
    const found: { entry: Entry; modifiedMs: number }[] = [];
    for (const agreement of await files.shelf.agreements()) {
      for (const key of await files.shelf.list(agreement)) {
        const { sizeBytes, modifiedMs } = await files.layer.stat(files.pathOf(key));
        found.push({ entry: { key, sizeBytes, root: undefined }, modifiedMs });
      }
    }
    for (const { entry } of found.sort((a, b) => a.modifiedMs - b.modifiedMs)) cache.#add(entry);
    await cache.#evict();
    return cache;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get entries(): number {
    return this.#entries.size;
  }

  /** The batches of which any fragment is here. */
  batches(): Hex[] {
    return [...new Set([...this.#entries.values()].map(({ key }) => key.batchId))];
  }

  has(key: FragmentKey): boolean {
    return this.#entries.has(nameOf(key));
  }

  /** Marks it as used. False when it is not here, or is not what it must be: then it is gone. */
  async use(key: FragmentKey, must: { readonly root: Uint8Array; readonly sizeBytes: number }): Promise<boolean> {
    const name = nameOf(key);
    const entry = this.#entries.get(name);
    if (entry === undefined) return false;
    this.#entries.delete(name);
    this.#entries.set(name, entry);
    entry.root ??= await this.#look(name, entry);
    if (entry.root !== undefined && entry.sizeBytes === must.sizeBytes && isEqual(hexToBytes(entry.root), must.root)) return true;
    await this.drop(key);
    return false;
  }

  /** Receives a fragment into room that is made before. @throws PullError TOO_LARGE, NO_ROOM; what reading `body` throws; DiskFullError */
  async receive(key: FragmentKey, fragment: { readonly root: Hex; readonly sizeBytes: number; readonly body: AsyncIterable<Uint8Array> }): Promise<void> {
    const { root, sizeBytes, body } = fragment;
    if (sizeBytes > this.#limits.maxBytes) throw new PullError('TOO_LARGE', `it has ${sizeBytes} bytes and the cache ${this.#limits.maxBytes}`, { sizeBytes });
    const isRoom = this.#promisedBytes + sizeBytes <= this.#limits.maxBytes && this.#promisedEntries < this.#limits.maxEntries;
    if (!isRoom) throw new PullError('NO_ROOM', `others that are on their way take ${this.#promisedBytes} of the cache's ${this.#limits.maxBytes} bytes`, { sizeBytes });
    this.#promisedBytes += sizeBytes;
    this.#promisedEntries += 1;
    try {
      await this.#evict();
      await this.files.receive(key, { sizeBytes, body }, async (received: ReceivedFragment) => {
        if (received.root !== root) throw new PullError('BAD_PIECE', 'what arrived has another root', { root: received.root, expected: root });
        await received.keep();
      });
    } finally {
      this.#promisedBytes -= sizeBytes;
      this.#promisedEntries -= 1;
    }
    this.#add({ key, sizeBytes, root });
  }

  async drop(key: FragmentKey): Promise<void> {
    const entry = this.#entries.get(nameOf(key));
    if (entry === undefined) return;
    this.#entries.delete(nameOf(key));
    this.#bytes -= entry.sizeBytes;
    await this.files.remove(key);
  }

  #add(entry: Entry): void {
    const name = nameOf(entry.key);
    this.#bytes += entry.sizeBytes - (this.#entries.get(name)?.sizeBytes ?? 0);
    this.#entries.delete(name);
    this.#entries.set(name, entry);
  }

  /** Until what is here and what is promised keep the bounds. */
  async #evict(): Promise<void> {
    const { maxBytes, maxEntries } = this.#limits;
    for (const { key } of this.#entries.values()) {
      const isWithin = this.#bytes + this.#promisedBytes <= maxBytes && this.#entries.size + this.#promisedEntries <= maxEntries;
      if (isWithin) return;
      await this.drop(key);
    }
  }

  /** Several readers at once wait for one look. */
  #look(name: string, { key, sizeBytes }: Entry): Promise<Hex | undefined> {
    const running = this.#looks.get(name);
    if (running !== undefined) return running;
    const look = withFile(this.files.layer, this.files.pathOf(key), 'r', (file) => hashFile(file, sizeBytes))
      .then((tree) => (tree === undefined ? undefined : (`0x${Buffer.from(tree.root).toString('hex')}` as const)))
      // A file that cannot be read is as good as none.
      .catch(() => undefined);
    this.#looks.set(name, look);
    void look.finally(() => this.#looks.delete(name));
    return look;
  }
}

export function nameOf({ agreement, batchId, slot }: FragmentKey): string {
  return `${agreement}/${batchId}/${slot}`;
}
