/** Writes source objects into a real folder, and never outside of it. Node only. */
import { randomBytes } from 'node:crypto';
import { closeSync, fchmodSync, futimesSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { chmod, lstat, lutimes, mkdir, open, realpath, rename, rm, symlink, utimes } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { type SourceObject, assertSafePath } from './archive.ts';
import { join as joined } from './bytes.ts';
import { UnsafePathError } from './format-errors.ts';
import { mapAhead } from './map-ahead.ts';

export interface RestoreResult {
  /** Objects written: files, folders and symlinks. */
  readonly restored: number;
  /** What could not be written, or was refused (UnsafePathError); everything else is there. */
  readonly failed: readonly { readonly path: string; readonly error: unknown }[];
}

export interface RestoreOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onRestored?: ((object: SourceObject) => void) | undefined;
}

/** Small files are restored this many at a time, so that one round trip for each does not add up. */
const FILES_AT_ONCE = 8;
/** One of several chunks opens the next ones itself: eight such at once would hold fifty chunks in memory. */
const BYTES_PER_PLACE = 128 * 1024;
/** Files up to this size are written in one synchronous go: a promise for each of six calls takes ten times as long as they do... */
const SMALL_BYTES = 64 * 1024;
/** ...unless the disk is so slow that others have to be written meanwhile. A run of slow files, not a single one, tells that. */
const SLOW_MS = 4;
const SLOW_FILES = 8;
/** setuid, setgid and sticky bits are not restored: the tree may come from a stranger. */
const MODE_MASK = 0o777;

/**
 * Restores modes, times and symlinks. Each file appears whole or not at all (temporary file, then rename); existing files are replaced.
 * Symlinks are made last and never written through.
 */
export async function restoreInto(folder: string, objects: AsyncIterable<SourceObject>, options: RestoreOptions = {}): Promise<RestoreResult> {
  await mkdir(folder, { recursive: true });
  const restorer = new Restorer(await realpath(folder), options);
  for await (const _ of mapAhead(objects, FILES_AT_ONCE, (object) => restorer.take(object), ({ size }) => Math.ceil(size / BYTES_PER_PLACE) || 1));
  return restorer.finish();
}

class Restorer {
  readonly #root: string;
  readonly #options: RestoreOptions;
  readonly #folders = new Map<string, Promise<void>>();
  readonly #links: SourceObject[] = [];
  readonly #folderObjects: SourceObject[] = [];
  readonly #failed: { path: string; error: unknown }[] = [];
  #restored = 0;
  /** Small files in a row that took long. */
  #slowFiles = 0;

  constructor(root: string, options: RestoreOptions) {
    this.#root = root;
    this.#options = options;
  }

  async take(object: SourceObject): Promise<void> {
    await this.#attempt(object, async () => {
      assertSafePath(object.path);
      if (sep === '\\' && /[\\:]/.test(object.path)) throw new UnsafePathError(object.path, 'this system reads it as another path');
      if (object.kind === 'symlink') this.#links.push(object);
      else if (object.kind === 'file') await this.#writeFile(object);
      else {
        await this.#ensureFolder(object.path);
        this.#folderObjects.push(object);
      }
    });
  }

  async finish(): Promise<RestoreResult> {
    for (const link of this.#links) await this.#attempt(link, () => this.#writeLink(link));
    // Deepest first: writing into a folder changes its time, and a mode may forbid to write at all.
    this.#folderObjects.sort((a, b) => b.path.split('/').length - a.path.split('/').length);
    for (const object of this.#folderObjects) await this.#attempt(object, () => this.#finishFolder(object));
    return { restored: this.#restored, failed: this.#failed };
  }

  async #attempt(object: SourceObject, act: () => Promise<void>): Promise<void> {
    this.#options.signal?.throwIfAborted();
    try {
      await act();
    } catch (error) {
      this.#options.signal?.throwIfAborted();
      this.#failed.push({ path: object.path, error });
    }
  }

  #done(object: SourceObject): void {
    this.#restored++;
    this.#options.onRestored?.(object);
  }

  /** Makes a folder and those above it; each must be a real folder, for a link could lead anywhere. */
  #ensureFolder(path: string): Promise<void> {
    if (path === '.') return Promise.resolve();
    const known = this.#folders.get(path);
    if (known !== undefined) return known;
    const made = this.#ensureFolder(dirname(path)).then(async () => {
      const place = join(this.#root, path);
      await mkdir(place).catch((error: unknown) => {
        if (codeOf(error) !== 'EEXIST') throw error;
      });
      if (!(await lstat(place)).isDirectory()) throw new UnsafePathError(path, 'something that is no folder is in its place');
    });
    this.#folders.set(path, made);
    return made;
  }

  async #writeFile(object: SourceObject): Promise<void> {
    const pieces = object.open()[Symbol.asyncIterator]();
    const begin: Uint8Array[] = [];
    try {
      if (object.size <= SMALL_BYTES && this.#slowFiles < SLOW_FILES && (await readSmall(pieces, begin))) await this.#writeSmall(object, joined(begin));
      else await this.#writeLarge(object, chain(begin, pieces));
    } finally {
      await pieces.return?.();
    }
    this.#done(object);
  }

  async #writeSmall(object: SourceObject, bytes: Uint8Array): Promise<void> {
    const { place, temporary } = await this.#placeOf(object.path);
    this.#options.signal?.throwIfAborted();
    const begunMs = performance.now();
    try {
      const file = openSync(temporary, 'wx', 0o600);
      try {
        for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
        fchmodSync(file, object.mode & MODE_MASK);
        futimesSync(file, ...timesOf(object));
      } finally {
        closeSync(file);
      }
      renameSync(temporary, place);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    this.#slowFiles = performance.now() - begunMs > SLOW_MS ? this.#slowFiles + 1 : 0;
  }

  async #writeLarge(object: SourceObject, pieces: AsyncIterable<Uint8Array>): Promise<void> {
    await this.#replace(object.path, async (temporary) => {
      await using handle = await open(temporary, 'wx', 0o600);
      for await (const bytes of pieces) {
        this.#options.signal?.throwIfAborted();
        // `writeFile` would cut it into pieces of 512 KiB.
        for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
      }
      await handle.chmod(object.mode & MODE_MASK);
      await handle.utimes(...timesOf(object));
    });
  }

  async #writeLink(object: SourceObject): Promise<void> {
    await this.#replace(object.path, async (temporary) => {
      await symlink(object.target ?? '', temporary);
      await lutimes(temporary, ...timesOf(object));
    });
    this.#done(object);
  }

  async #finishFolder(object: SourceObject): Promise<void> {
    const place = join(this.#root, object.path);
    await chmod(place, object.mode & MODE_MASK);
    await utimes(place, ...timesOf(object));
    this.#done(object);
  }

  async #replace(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
    const { place, temporary } = await this.#placeOf(path);
    try {
      await write(temporary);
      await rename(temporary, place);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  /** Where it goes, and what it is called until it is whole. Its folder is there. */
  async #placeOf(path: string): Promise<{ place: string; temporary: string }> {
    await this.#ensureFolder(dirname(path));
    const place = join(this.#root, path);
    return { place, temporary: join(dirname(place), `.holdfast-${randomBytes(8).toString('hex')}.part`) };
  }
}

/** Copies the pieces to `begin`; false as soon as they are more than a small file has, whatever was said of it. */
async function readSmall(pieces: AsyncIterator<Uint8Array>, begin: Uint8Array[]): Promise<boolean> {
  for (let sizeBytes = 0; sizeBytes <= SMALL_BYTES; ) {
    const next = await pieces.next();
    if (next.done === true) return true;
    // It is gone when the next one is asked for.
    begin.push(next.value.slice());
    sizeBytes += next.value.length;
  }
  return false;
}

async function* chain(begin: Iterable<Uint8Array>, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  yield* begin;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** Access and modification time in seconds. A microsecond more: seconds as a binary fraction may fall just short of their millisecond. */
function timesOf({ mtimeMs }: { readonly mtimeMs: number }): [number, number] {
  const seconds = (mtimeMs + 0.001) / 1000;
  return [seconds, seconds];
}
