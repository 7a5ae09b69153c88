import fs from 'node:fs';
import { directBytes, isRefusal, openDirect } from './direct-file.ts';
import type { FileLayer, OpenFile } from './files.ts';

type Callback<T> = (error: NodeJS.ErrnoException | null, value: T) => void;
/** fs.read, fs.write */
type Transfer = (fd: number, bytes: Uint8Array, offset: number, sizeBytes: number, position: number, done: Callback<number>) => void;

/** Callbacks, not fs/promises: those make a stats array, a file handle and several promises for every call, and an upload makes a dozen calls. */
function call<T>(start: (done: Callback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, value) => {
      if (error === null) resolve(value);
      else reject(error);
    });
  });
}

/** The real file system. */
export const nodeFiles: FileLayer = {
  open: async (path, mode) => new NodeFile(await call<number>((done) => fs.open(path, mode, done)), mode !== 'r'),
  mkdir: (path) => call<void>((done) => fs.mkdir(path, done as fs.NoParamCallback)),
  readdir: (path) => call<string[]>((done) => fs.readdir(path, done)),
  rename: (from, to) => call<void>((done) => fs.rename(from, to, done as fs.NoParamCallback)),
  unlink: (path) => call<void>((done) => fs.unlink(path, done as fs.NoParamCallback)),
  rmdir: (path) => call<void>((done) => fs.rmdir(path, done as fs.NoParamCallback)),
  stat: async (path) => {
    const { size, mtimeMs } = await call<fs.Stats>((done) => fs.stat(path, done));
    return { sizeBytes: size, modifiedMs: mtimeMs };
  },
  syncFolder: async (path) => {
    const folder = await call<number>((done) => fs.open(path, 'r', done));
    try {
      await call<void>((done) => fs.fsync(folder, done as fs.NoParamCallback));
    } finally {
      await call<void>((done) => fs.close(folder, done as fs.NoParamCallback));
    }
  },
  freeBytes: async (path) => {
    const disk = await call<fs.BigIntStatsFs>((done) => fs.statfs(path, { bigint: true }, done));
    return disk.bavail * disk.bsize;
  },
};

/** A descriptor's number may be another file's once it was closed: closing waits for calls under way, and nothing is called after it. */
class NodeFile implements OpenFile {
  readonly #fd: number;
  readonly #isWritable: boolean;
  /** For direct transfers; opened by the first one. */
  #direct: Promise<number | undefined> | undefined;
  #isClosed = false;
  #running = 0;
  #idle: () => void = () => undefined;

  constructor(fd: number, isWritable: boolean) {
    this.#fd = fd;
    this.#isWritable = isWritable;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    let done = await this.#pastCache(fs.read, into, position);
    while (done < into.length) {
      const bytesRead = await this.#call<number>((fd, end) => fs.read(fd, into, done, into.length - done, position + done, end));
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }

  async write(pieces: readonly Uint8Array[], position: number): Promise<void> {
    let rest = pieces.filter((piece) => piece.length > 0);
    const [first] = rest;
    const written = first === undefined || rest.length > 1 ? 0 : await this.#pastCache(fs.write, first, position);
    if (written > 0) rest = after(rest, written);
    let at = position + written;
    while (rest.length > 0) {
      const [first] = rest;
      const bytesWritten = await this.#call<number>((fd, end) => {
        if (first !== undefined && rest.length === 1) fs.write(fd, first, 0, first.length, at, end);
        else fs.writev(fd, rest, at, end);
      });
      at += bytesWritten;
      rest = after(rest, bytesWritten);
    }
  }

  truncate(sizeBytes: number): Promise<void> {
    return this.#call<void>((fd, end) => fs.ftruncate(fd, sizeBytes, end as fs.NoParamCallback));
  }

  async sizeBytes(): Promise<number> {
    return (await this.#call<fs.Stats>((fd, end) => fs.fstat(fd, end))).size;
  }

  /** fdatasync: it also writes the size, and leaves out the times that nobody needs. */
  sync(): Promise<void> {
    return this.#call<void>((fd, end) => fs.fdatasync(fd, end as fs.NoParamCallback));
  }

  async close(): Promise<void> {
    if (this.#isClosed) throw closedError();
    this.#isClosed = true;
    if (this.#running > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
    const direct = await this.#direct?.catch(() => undefined);
    if (direct !== undefined) await call<void>((done) => fs.close(direct, done as fs.NoParamCallback));
    await call<void>((done) => fs.close(this.#fd, done as fs.NoParamCallback));
  }

  /**
   * Returns how much was read or written; the rest takes the ordinary way. Both ways see each other's bytes, and `sync` covers both: it also
   * makes the size and the place on the disk durable.
   */
  async #pastCache(act: Transfer, bytes: Uint8Array, position: number): Promise<number> {
    const sizeBytes = directBytes(bytes, position);
    if (sizeBytes === 0) return 0;
    try {
      return await this.#call<number>((fd, end) => {
        this.#direct ??= openDirect(fd, this.#isWritable);
        this.#direct.then((direct) => {
          if (direct === undefined) end(null, 0);
          else act(direct, bytes, 0, sizeBytes, position, end);
        }, (error: Error) => end(error, 0));
      });
    } catch (error) {
      if (isRefusal(error)) return 0;
      throw error;
    }
  }

  async #call<T>(start: (fd: number, end: Callback<T>) => void): Promise<T> {
    if (this.#isClosed) throw closedError();
    this.#running += 1;
    try {
      return await call<T>((end) => start(this.#fd, end));
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#idle();
    }
  }
}

function closedError(): Error {
  return Object.assign(new Error('EBADF: the file was closed'), { code: 'EBADF' });
}

/** What is left of `pieces` behind their first `count` bytes: a write may stop in the middle of a piece. */
function after(pieces: readonly Uint8Array[], count: number): Uint8Array[] {
  let skip = count;
  const rest: Uint8Array[] = [];
  for (const piece of pieces) {
    if (skip >= piece.length) skip -= piece.length;
    else {
      rest.push(skip === 0 ? piece : piece.subarray(skip));
      skip = 0;
    }
  }
  return rest;
}
