/** What happened to a file since it was opened is durable once `sync` has returned; creations, renames and removals once their folder was synced. */
export interface OpenFile {
  /** Reads into the whole of `into` unless the file ends before; returns how many bytes were read. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Writes all bytes of all pieces, back to back, from `position` on. */
  write(pieces: readonly Uint8Array[], position: number): Promise<void>;
  truncate(sizeBytes: number): Promise<void>;
  sizeBytes(): Promise<number>;
  /** Bytes and size survive a power cut. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface FileFacts {
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/**
 * The calls that a store makes of a file system, one system call or a few each. They are passed in, so that a test can fail or cut every
 * one of them. Errors are those of node:fs, with `code`.
 */
export interface FileLayer {
  /** r: to read. r+: to read and write. Both want the file to exist. wx+: as r+, for a file that must not exist. */
  open(path: string, mode: 'r' | 'r+' | 'wx+'): Promise<OpenFile>;
  /** EEXIST when it exists, ENOENT without its parent. */
  mkdir(path: string): Promise<void>;
  readdir(path: string): Promise<string[]>;
  /** Replaces `to`. */
  rename(from: string, to: string): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Of an empty folder. */
  rmdir(path: string): Promise<void>;
  stat(path: string): Promise<FileFacts>;
  syncFolder(path: string): Promise<void>;
  /** Bytes that an ordinary user may still write to the file system of `path`. */
  freeBytes(path: string): Promise<bigint>;
}
