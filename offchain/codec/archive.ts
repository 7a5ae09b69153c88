/** A tree of files as a stream of objects, and the rules that paths obey. */
import { UnsafePathError } from './format-errors.ts';

export type ObjectKind = 'file' | 'folder' | 'symlink';

/** What is known of an object besides its bytes. */
export interface ObjectInfo {
  /** Relative, `/` between segments, well-formed Unicode. */
  readonly path: string;
  readonly kind: ObjectKind;
  /** Permission bits, 0 to 0o7777. */
  readonly mode: number;
  /** Whole milliseconds since 1970. */
  readonly mtimeMs: number;
  /** Bytes of a file; 0 for folders and symlinks. */
  readonly size: number;
  /** Where a symlink points, as it is written in the link. */
  readonly target?: string;
}

/** An object that can be read. `open` throws UnreadableSourceError when only this object is lost. */
export interface SourceObject extends ObjectInfo {
  /** A piece is valid until the next one is asked for: a reader may use its memory again, fresh pages cost more than reading. */
  open(): AsyncIterable<Uint8Array>;
}

export const PATH_MAX_CHARS = 32_768;

/**
 * Refuses what must never leave a folder or cannot be stored: absolute paths, empty, `.` and `..` segments, NUL,
 * lone surrogates. Everything else, newlines included, is a legal name.
 */
export function assertSafePath(path: string): void {
  if (path.length === 0) throw new UnsafePathError(path, 'it is empty');
  if (path.length > PATH_MAX_CHARS) throw new UnsafePathError(`${path.slice(0, 64)}...`, `it is longer than ${PATH_MAX_CHARS} characters`);
  if (!path.isWellFormed()) throw new UnsafePathError(path, 'it is not well-formed Unicode');
  if (path.includes('\0')) throw new UnsafePathError(path, 'it contains a NUL');
  for (const segment of path.split('/')) {
    if (segment === '') throw new UnsafePathError(path, 'it is absolute or has an empty segment');
    if (segment === '.' || segment === '..') throw new UnsafePathError(path, `it has a "${segment}" segment`);
  }
}

/** Names of stored objects may look like `/a.com/izone.mp4`: any well-formed text of 1 to 4096 characters without NUL. */
export function assertName(name: string): void {
  if (name.length === 0 || name.length > 4096) throw new UnsafePathError(name.slice(0, 64), 'a name has 1 to 4096 characters');
  if (!name.isWellFormed() || name.includes('\0')) throw new UnsafePathError(name, 'a name is well-formed Unicode without NUL');
}
