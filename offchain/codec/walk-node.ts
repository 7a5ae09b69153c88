/** Reads a real folder (or a single file) as source objects. Node only. */
import type { BigIntStats, Dirent } from 'node:fs';
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, lstat, open, readdir, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ObjectInfo, SourceObject } from './archive.ts';
import { UnreadableSourceError } from './format-errors.ts';

export interface WalkProblem {
  readonly path: string;
  /**
   * unreadable: left out. changed: stored as it was read, but it changed meanwhile.
   * special: a socket, pipe or device, left out. name: not valid UTF-8, left out.
   */
  readonly reason: 'unreadable' | 'changed' | 'special' | 'name';
  readonly cause?: unknown;
}

export interface WalkOptions {
  /** Called for whatever could not be taken as it is; the rest goes on. */
  readonly onProblem?: ((problem: WalkProblem) => void) | undefined;
  /** In front of every path: '' or a folder's name and `/`. */
  readonly prefix?: string | undefined;
}

const READ_BYTES = 512 * 1024;
/** Reads of a file that are under way at once: a thread that is busy for some milliseconds finds the next pieces waiting. */
const READS_AHEAD = 4;
/** Files up to this size are read in one synchronous go. */
const SMALL_BYTES = 64 * 1024;
/** Buffers of files that were read, for the next ones. */
const readBuffers: Uint8Array[] = [];
const READ_BUFFERS_KEPT = READS_AHEAD + 1;

/**
 * Objects below `root` with paths relative to it, a folder before what it holds, names in ascending order.
 * A root that is a file gives just this file under its own name. Symlinks are kept as links, never followed; only `root` itself may be one.
 * Throws when `root` cannot be read.
 */
export async function* walk(root: string, options: WalkOptions = {}): AsyncGenerator<SourceObject, void> {
  const { prefix = '' } = options;
  const real = await realpath(root);
  const stats = await lstat(real, { bigint: true });
  if (stats.isDirectory()) yield* walkFolder(real, prefix, await readdir(real, LIST), options);
  else yield* walkOne({ folder: dirname(real), name: basename(real) }, prefix + basename(root), stats, options);
}

const LIST = { withFileTypes: true, encoding: 'buffer' } as const;

async function* walkFolder(folder: string, prefix: string, found: Dirent<Buffer>[], options: WalkOptions): AsyncGenerator<SourceObject, void> {
  const names: string[] = [];
  for (const { name } of found) {
    const text = name.toString('utf8');
    if (Buffer.from(text, 'utf8').equals(name)) names.push(text);
    else options.onProblem?.({ path: prefix + text, reason: 'name' });
  }
  names.sort((a, b) => (a < b ? -1 : 1));
  for (const name of names) {
    const path = prefix + name;
    try {
      // Synchronous, as with small files below: a promise for each costs ten times the call itself.
      yield* walkOne({ folder, name }, path, lstatSync(join(folder, name), { bigint: true }), options);
    } catch (cause) {
      if (!isSystemError(cause)) throw cause;
      options.onProblem?.({ path, reason: 'unreadable', cause });
    }
  }
}

/** Where a file really lies, symlinks followed. */
interface Place {
  readonly folder: string;
  readonly name: string;
}

async function* walkOne({ folder, name }: Place, path: string, stats: BigIntStats, options: WalkOptions): AsyncGenerator<SourceObject, void> {
  const file = join(folder, name);
  const info = { path, mode: Number(stats.mode & 0o7777n), mtimeMs: Number(stats.mtimeNs / 1_000_000n) };
  if (stats.isDirectory()) {
    // Listed first: a folder that cannot be listed is reported, not stored as an empty one.
    const found = await readdir(file, LIST);
    yield { ...info, kind: 'folder', size: 0, open: nothing };
    yield* walkFolder(file, `${path}/`, found, options);
  } else if (stats.isSymbolicLink()) {
    yield { ...info, kind: 'symlink', size: 0, target: await readlink(file), open: nothing };
  } else if (stats.isFile()) {
    yield new SourceFile({ folder, name }, { ...info, size: Number(stats.size) }, options);
  } else {
    options.onProblem?.({ path, reason: 'special' });
  }
}

async function* nothing(): AsyncGenerator<Uint8Array, void> {}

/** A regular file. */
export class SourceFile implements SourceObject {
  readonly kind = 'file';
  readonly path: string;
  readonly mode: number;
  readonly mtimeMs: number;
  readonly size: number;
  readonly #place: Place;
  readonly #options: WalkOptions;

  constructor(place: Place, { path, mode, mtimeMs, size }: Omit<ObjectInfo, 'kind' | 'target'>, options: WalkOptions) {
    this.path = path;
    this.mode = mode;
    this.mtimeMs = mtimeMs;
    this.size = size;
    this.#place = place;
    this.#options = options;
  }

  get place(): Place {
    return this.#place;
  }

  open(): AsyncGenerator<Uint8Array, void> {
    const file = join(this.#place.folder, this.#place.name);
    return this.size <= SMALL_BYTES ? readSmall(file, this, this.#options) : readSource(file, this, this.#options);
  }
}

/** Without O_NOFOLLOW a file swapped for a link would be read from elsewhere. Windows knows no such flag. */
const READ_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0);

/** A hundred thousand files of a few KiB: five promises for each of them would take longer than all the rest of an upload. */
async function* readSmall(file: string, { path }: ObjectInfo, options: WalkOptions): AsyncGenerator<Uint8Array, void> {
  try {
    const handle = openSync(file, READ_FLAGS);
    try {
      const before = fstatSync(handle, { bigint: true });
      const size = Number(before.size);
      const buffer = size < READ_BYTES ? takeBuffer() : new Uint8Array(size + 1);
      try {
        // One byte more than there should be shows that the file grows.
        const total = readSync(handle, buffer, 0, size + 1, null);
        const after = fstatSync(handle, { bigint: true });
        if (total !== size || after.mtimeNs !== before.mtimeNs || after.size !== before.size) options.onProblem?.({ path, reason: 'changed' });
        if (total > 0) yield buffer.subarray(0, total);
      } finally {
        giveBuffer(buffer);
      }
    } finally {
      closeSync(handle);
    }
  } catch (cause) {
    throw unreadable(cause, path, options);
  }
}

async function* readSource(file: string, { path }: ObjectInfo, options: WalkOptions): AsyncGenerator<Uint8Array, void> {
  try {
    await using handle = await open(file, READ_FLAGS);
    const before = await handle.stat({ bigint: true });
    const size = Number(before.size);
    let total = 0;
    for await (const piece of readAhead(handle, size)) {
      total += piece.length;
      yield piece;
    }
    const after = await handle.stat({ bigint: true });
    if (total !== size || after.mtimeNs !== before.mtimeNs || after.size !== before.size) options.onProblem?.({ path, reason: 'changed' });
  } catch (cause) {
    throw unreadable(cause, path, options);
  }
}

/** The file's bytes, to the end that it has by then. */
async function* readAhead(handle: FileHandle, size: number): AsyncGenerator<Uint8Array, void> {
  const reads: { readonly buffer: Uint8Array; readonly sizeBytes: Promise<number> }[] = [];
  let at = 0;
  try {
    for (;;) {
      // Behind the size that it had there is nothing, or a file that grows: one read finds out.
      while (reads.length < (at <= size ? READS_AHEAD : 1)) {
        const buffer = takeBuffer();
        const sizeBytes = fill(handle, buffer, { at, size });
        // A failure counts when its turn comes.
        sizeBytes.catch(() => undefined);
        reads.push({ buffer, sizeBytes });
        at += READ_BYTES;
      }
      const { buffer, sizeBytes } = reads[0]!;
      const length = await sizeBytes;
      if (length > 0) yield buffer.subarray(0, length);
      giveBuffer(buffer);
      reads.shift();
      if (length < READ_BYTES) return;
    }
  } finally {
    // A read that is under way still writes to its buffer.
    await Promise.allSettled(reads.map(({ sizeBytes }) => sizeBytes));
    for (const { buffer } of reads) giveBuffer(buffer);
  }
}

/** Bytes read: less than the buffer holds only at the end of the file. */
async function fill(handle: FileHandle, buffer: Uint8Array, { at, size }: { readonly at: number; readonly size: number }): Promise<number> {
  let done = 0;
  while (done < READ_BYTES) {
    const { bytesRead } = await handle.read(buffer, done, READ_BYTES - done, at + done);
    done += bytesRead;
    if (bytesRead === 0 || at + done === size) break;
  }
  return done;
}

function takeBuffer(): Uint8Array {
  return readBuffers.pop() ?? new Uint8Array(READ_BYTES);
}

function giveBuffer(buffer: Uint8Array): void {
  if (buffer.length === READ_BYTES && readBuffers.length < READ_BUFFERS_KEPT) readBuffers.push(buffer);
}

/** Errors of the system are told and cost only this file; others pass as they are. */
function unreadable(cause: unknown, path: string, { onProblem }: WalkOptions): unknown {
  if (!isSystemError(cause)) return cause;
  onProblem?.({ path, reason: 'unreadable', cause });
  return new UnreadableSourceError(path, cause);
}

/** Errors of the operating system; a bug in this program must not pass for an unreadable file. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}
