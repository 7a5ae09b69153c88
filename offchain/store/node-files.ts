import { mkdir, open, readdir, rename, rmdir, stat, statfs, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { FileLayer, OpenFile } from './files.ts';

/** The real file system. */
export const nodeFiles: FileLayer = {
  open: async (path, mode) => new NodeFile(await open(path, mode)),
  mkdir: (path) => mkdir(path),
  readdir: (path) => readdir(path),
  rename,
  unlink,
  rmdir: (path) => rmdir(path),
  stat: async (path) => {
    const { size, mtimeMs } = await stat(path);
    return { sizeBytes: size, modifiedMs: mtimeMs };
  },
  syncFolder: async (path) => {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  },
  freeBytes: async (path) => {
    const disk = await statfs(path, { bigint: true });
    return disk.bavail * disk.bsize;
  },
};

class NodeFile implements OpenFile {
  readonly #file: FileHandle;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    let done = 0;
    while (done < into.length) {
      const { bytesRead } = await this.#file.read(into, done, into.length - done, position + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }

  async write(pieces: readonly Uint8Array[], position: number): Promise<void> {
    let rest = pieces.filter((piece) => piece.length > 0);
    let at = position;
    while (rest.length > 0) {
      const { bytesWritten } = await this.#file.writev(rest, at);
      at += bytesWritten;
      rest = after(rest, bytesWritten);
    }
  }

  truncate(sizeBytes: number): Promise<void> {
    return this.#file.truncate(sizeBytes);
  }

  async sizeBytes(): Promise<number> {
    return (await this.#file.stat()).size;
  }

  /** fdatasync: it also writes the size, and leaves out the times that nobody needs. */
  sync(): Promise<void> {
    return this.#file.datasync();
  }

  close(): Promise<void> {
    return this.#file.close();
  }
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
