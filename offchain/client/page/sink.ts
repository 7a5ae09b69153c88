/** Where a page puts what it fetched. */
import type { ObjectInfo } from '../../codec/archive.ts';

/** Takes files one after the other. */
export interface Sink {
  /** Bytes go where nobody sees them before `close`; after `abort` nothing is there, or what was there before. */
  file(info: ObjectInfo): Promise<SinkFile>;
  folder?(info: ObjectInfo): Promise<void>;
}

export interface SinkFile {
  /** The bytes are the caller's again when it returns. */
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
  abort(): Promise<void>;
}

/**
 * A folder of the disk (`showDirectoryPicker()`) or of the site's own storage (`navigator.storage.getDirectory()`). Each file appears whole, once it is closed.
 */
export function folderSink(root: FileSystemDirectoryHandle): Sink {
  const folderAt = async (segments: readonly string[]): Promise<FileSystemDirectoryHandle> => {
    let folder = root;
    for (const name of segments) folder = await folder.getDirectoryHandle(name, { create: true });
    return folder;
  };
  return {
    async file({ path }) {
      const segments = path.split('/');
      const folder = await folderAt(segments.slice(0, -1));
      return writing(await folder.getFileHandle(segments.at(-1) as string, { create: true }));
    },
    async folder({ path }) {
      await folderAt(path.split('/'));
    },
  };
}

/** One file of the disk (`showSaveFilePicker()`); for exactly one file. */
export function fileSink(handle: FileSystemFileHandle): Sink {
  return { file: () => writing(handle) };
}

async function writing(handle: FileSystemFileHandle): Promise<SinkFile> {
  const stream = await handle.createWritable();
  return {
    // Shared memory is not taken, and the bytes are the decoder's.
    write: (bytes) => stream.write(new Uint8Array(bytes)),
    close: () => stream.close(),
    abort: () => stream.abort(),
  };
}
