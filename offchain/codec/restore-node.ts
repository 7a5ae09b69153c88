/** Writes source objects into a real folder, and never outside of it. Node only. */
import { randomBytes } from 'node:crypto';
import { chmod, lstat, lutimes, mkdir, open, realpath, rename, rm, symlink, utimes } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { type SourceObject, assertSafePath } from './archive.ts';
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
/** setuid, setgid and sticky bits are not restored: the tree may come from a stranger. */
const MODE_MASK = 0o777;

/**
 * Restores modes, times and symlinks. Each file appears whole or not at all (temporary file, then rename); existing files are replaced.
 * Symlinks are made last and never written through.
 */
export async function restoreInto(folder: string, objects: AsyncIterable<SourceObject>, options: RestoreOptions = {}): Promise<RestoreResult> {
  await mkdir(folder, { recursive: true });
  const restorer = new Restorer(await realpath(folder), options);
  for await (const _ of mapAhead(objects, FILES_AT_ONCE, (object) => restorer.take(object)));
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
    await this.#replace(object.path, async (temporary) => {
      await using handle = await open(temporary, 'wx', 0o600);
      for await (const bytes of object.open()) {
        this.#options.signal?.throwIfAborted();
        // `writeFile` would cut it into pieces of 512 KiB.
        for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
      }
      await handle.chmod(object.mode & MODE_MASK);
      await handle.utimes(...timesOf(object));
    });
    this.#done(object);
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
    await this.#ensureFolder(dirname(path));
    const place = join(this.#root, path);
    const temporary = join(dirname(place), `.holdfast-${randomBytes(8).toString('hex')}.part`);
    try {
      await write(temporary);
      await rename(temporary, place);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** Access and modification time in seconds. A microsecond more: seconds as a binary fraction may fall just short of their millisecond. */
function timesOf({ mtimeMs }: { readonly mtimeMs: number }): [number, number] {
  const seconds = (mtimeMs + 0.001) / 1000;
  return [seconds, seconds];
}
