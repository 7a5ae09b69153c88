/**
 * The own copies of a node that is alone: each file once, under the hash of its bytes, and a list of what belongs to which path.
 *
 *   <root>/blobs/<sha-256>            the bytes; named only when they are synced
 *   <root>/blobs/<sha-256>.damaged    one that no longer has this hash, until it was copied anew or nothing names it
 *   <root>/lists/<name>.<number>      JSON, written behind the blobs that it names; the two newest of a name are kept
 *
 * Whatever a crash leaves is a blob that no list names, or a file that ends in .part: both go with the next copy.
 */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { SourceObject } from '../codec/archive.ts';
import { UnreadableSourceError } from '../codec/format-errors.ts';
import { type RestoreResult, restoreInto } from '../codec/restore-node.ts';
import { CopyDamagedError } from './errors.ts';

const Entry = z.strictObject({
  path: z.string(),
  kind: z.enum(['file', 'folder', 'symlink']),
  mode: z.number().int(),
  mtimeMs: z.number(),
  size: z.number().int(),
  target: z.string().optional(),
  /** Of a file. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/).optional(),
});
const List = z.strictObject({ v: z.literal(1), name: z.string(), digest: z.string(), keptMs: z.number(), entries: z.array(Entry) });
type Entry = z.infer<typeof Entry>;
export type CopyList = z.infer<typeof List>;

const LISTS_KEPT = 2;
const DAMAGED = '.damaged';

export class Vault {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** The newest copy of a name that is whole on paper; `verify` reads the bytes. */
  async newest(name: string): Promise<CopyList | undefined> {
    for (const number of (await this.#numbers(name)).reverse()) {
      const text = await readFile(this.#list(name, number), 'utf8').catch(() => '');
      const parsed = List.safeParse(parse(text));
      if (parsed.success && parsed.data.name === name) return parsed.data;
    }
    return undefined;
  }

  /**
   * Copies what changed; files whose size and time are those of the last copy are not read again. Of one that cannot be read the last copy
   * stays. Durable when it returns.
   * @throws errors of the file system
   */
  async keep(options: { readonly name: string; readonly digest: string; readonly objects: Iterable<SourceObject>; readonly nowMs: number; readonly signal?: AbortSignal | undefined }): Promise<CopyList> {
    const { name, digest, objects, nowMs, signal } = options;
    await Promise.all(['blobs', 'lists'].map((folder) => mkdir(join(this.#root, folder), { recursive: true })));
    const known = new Map((await this.newest(name))?.entries.map((entry) => [entry.path, entry]));
    const entries: Entry[] = [];
    for (const object of objects) {
      signal?.throwIfAborted();
      const { path, kind, mode, mtimeMs, size, target } = object;
      const entry: Entry = { path, kind, mode, mtimeMs, size, ...(target === undefined ? {} : { target }) };
      if (kind !== 'file') entries.push(entry);
      else {
        const kept = await this.#keepFile(object, known.get(path), signal);
        if (kept !== undefined) entries.push({ ...entry, ...kept });
      }
    }
    await sync(join(this.#root, 'blobs'));
    const list: CopyList = { v: 1, name, digest, keptMs: nowMs, entries };
    const number = ((await this.#numbers(name)).at(-1) ?? 0) + 1;
    await this.#write(this.#list(name, number), async (write) => write(Buffer.from(JSON.stringify(list))));
    await sync(join(this.#root, 'lists'));
    await this.#forgetOlder(name, LISTS_KEPT);
    return list;
  }

  /** Writes the newest copy into a folder; every file's bytes are checked on the way. @throws RangeError when there is none */
  async restore(name: string, into: string): Promise<RestoreResult> {
    const list = await this.newest(name);
    if (list === undefined) throw new RangeError(`there is no own copy of ${JSON.stringify(name)}`);
    return restoreInto(into, objectsOf(list.entries, (entry) => this.#read(entry)));
  }

  /**
   * Reads all bytes. Blobs that are not what they were are laid aside, so that the next copy takes them anew: the file itself may be gone, and most of it be better
   * than nothing. One that cannot be read now is left where it is. Returns the paths that lost theirs, or cannot be read.
   */
  async verify(signal?: AbortSignal): Promise<string[]> {
    const damaged: string[] = [];
    const checked = new Map<string, 'whole' | 'other' | 'unreadable'>();
    for (const list of await this.#allLists()) {
      for (const entry of list?.entries ?? []) {
        signal?.throwIfAborted();
        if (entry.sha256 === undefined) continue;
        const before = checked.get(entry.sha256);
        const found = before ?? (await this.#look(entry.sha256));
        checked.set(entry.sha256, found);
        if (found === 'whole') continue;
        damaged.push(entry.path);
        if (found === 'other' && before === undefined) await rename(this.#blob(entry.sha256), `${this.#blob(entry.sha256)}${DAMAGED}`);
      }
    }
    return [...new Set(damaged)];
  }

  /** The network has it: the own copy makes room. */
  async drop(name: string): Promise<void> {
    if ((await this.#numbers(name)).length > 0) await this.#forgetOlder(name, 0);
  }

  /** Bytes of all blobs. */
  async bytes(): Promise<bigint> {
    const names = await readdir(join(this.#root, 'blobs')).catch(() => []);
    const sizes = await Promise.all(names.map((name) => stat(join(this.#root, 'blobs', name)).then(({ size }) => size, () => 0)));
    return sizes.reduce((sum, size) => sum + BigInt(size), 0n);
  }

  async #keepFile(object: SourceObject, known: Entry | undefined, signal: AbortSignal | undefined): Promise<Partial<Entry> | undefined> {
    if (known?.sha256 !== undefined && known.size === object.size && known.mtimeMs === object.mtimeMs && (await this.#has(known.sha256, known.size))) {
      return { size: known.size, sha256: known.sha256 };
    }
    const hash = createHash('sha256');
    let size = 0;
    const part = join(this.#root, 'blobs', `${randomBytes(8).toString('hex')}.part`);
    try {
      await this.#write(part, async (write) => {
        for await (const bytes of object.open()) {
          signal?.throwIfAborted();
          hash.update(bytes);
          size += bytes.length;
          await write(bytes);
        }
      });
    } catch (error) {
      if (!(error instanceof UnreadableSourceError)) throw error;
      return known;
    }
    const sha256 = hash.digest('hex');
    await rename(part, this.#blob(sha256));
    await rm(`${this.#blob(sha256)}${DAMAGED}`, { force: true });
    return { size, sha256 };
  }

  /** Under a name that nobody reads, synced, then renamed. */
  async #write(path: string, fill: (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>): Promise<void> {
    const part = path.endsWith('.part') ? path : `${path}.part`;
    try {
      await using handle = await open(part, 'w', 0o600);
      await fill(async (bytes) => {
        for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
      });
      await handle.sync();
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
    if (part !== path) await rename(part, path);
  }

  async *#read({ path, sha256 }: Entry): AsyncGenerator<Uint8Array, void> {
    if (sha256 === undefined) return;
    const hash = createHash('sha256');
    for await (const bytes of createReadStream(this.#blob(sha256)) as AsyncIterable<Buffer>) {
      hash.update(bytes);
      yield bytes;
    }
    if (hash.digest('hex') !== sha256) throw new CopyDamagedError(path);
  }

  /** Too many open files, or a disk that is away for a moment, say nothing about the bytes. */
  async #look(sha256: string): Promise<'whole' | 'other' | 'unreadable'> {
    try {
      for await (const _ of this.#read({ path: sha256, kind: 'file', mode: 0, mtimeMs: 0, size: 0, sha256 }));
      return 'whole';
    } catch (error) {
      return error instanceof CopyDamagedError ? 'other' : 'unreadable';
    }
  }

  async #has(sha256: string, size: number): Promise<boolean> {
    return stat(this.#blob(sha256)).then((found) => found.size === size, () => false);
  }

  async #forgetOlder(name: string, kept: number): Promise<void> {
    const numbers = await this.#numbers(name);
    for (const number of numbers.slice(0, Math.max(0, numbers.length - kept))) await rm(this.#list(name, number), { force: true });
    const lists = await this.#allLists();
    // A list that cannot be read may name any of them.
    if (lists.includes(undefined)) return;
    const needed = new Set(lists.flatMap((list) => list?.entries.map(({ sha256 }) => sha256) ?? []));
    const blobs = await readdir(join(this.#root, 'blobs')).catch(() => []);
    for (const blob of blobs) if (!needed.has(blob.replace(DAMAGED, ''))) await rm(join(this.#root, 'blobs', blob), { force: true });
  }

  async #allLists(): Promise<(CopyList | undefined)[]> {
    const files = (await readdir(join(this.#root, 'lists')).catch(() => [])).filter((file) => !file.endsWith('.part'));
    const texts = await Promise.all(files.map((file) => readFile(join(this.#root, 'lists', file), 'utf8').catch(() => '')));
    return texts.map((text) => List.safeParse(parse(text)).data);
  }

  async #numbers(name: string): Promise<number[]> {
    const prefix = `${fileNameOf(name)}.`;
    const files = await readdir(join(this.#root, 'lists')).catch(() => []);
    const numbers = files.filter((file) => file.startsWith(prefix) && /^[0-9]+$/.test(file.slice(prefix.length))).map((file) => Number(file.slice(prefix.length)));
    return numbers.sort((a, b) => a - b);
  }

  #list(name: string, number: number): string {
    return join(this.#root, 'lists', `${fileNameOf(name)}.${number}`);
  }

  #blob(sha256: string): string {
    return join(this.#root, 'blobs', sha256);
  }
}

/** Names may hold anything. */
function fileNameOf(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 32);
}

async function* objectsOf(entries: readonly Entry[], read: (entry: Entry) => AsyncIterable<Uint8Array>): AsyncGenerator<SourceObject, void> {
  for (const { sha256, target, ...entry } of entries) yield { ...entry, ...(target === undefined ? {} : { target }), open: () => read({ ...entry, sha256 }) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function sync(folder: string): Promise<void> {
  await using handle = await open(folder, 'r');
  await handle.sync();
}
