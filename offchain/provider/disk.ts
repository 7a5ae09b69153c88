import { dirname } from 'node:path';
import type { FileLayer, OpenFile } from '../store/files.ts';
import { DiskFullError, UnavailableError } from '../wire/http-errors.ts';

/** No space, over the user's quota, or over the process's file size limit. */
const FULL_CODES: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
/** The disk, its rights or its mount: nothing that sending again would mend. */
const BROKEN_CODES: ReadonlySet<unknown> = new Set(['EACCES', 'EPERM', 'EROFS', 'EIO', 'ENOTDIR', 'EISDIR', 'ENXIO', 'ENODEV', 'EUCLEAN']);

const SQLITE_FULL = /database or disk is full|SQLITE_FULL/;
const SQLITE_BROKEN = /SQLITE_(IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|PERM)|disk I\/O error|readonly database/;

/** Reading or writing fails for a reason that is not the caller's. */
export class DiskFailedError extends UnavailableError {
  constructor(cause: unknown) {
    super(`The disk of this provider fails (${codeOf(cause)}); nothing was acknowledged.`, {
      code: 'DISK_FAILED',
      cause,
      details: { reason: codeOf(cause) },
      nextStep: "Use another provider meanwhile. The operator finds the cause in the log: rights of the home folder, mount, or the disk itself.",
    });
  }
}

/** Opens, uses and closes. */
export function withFile<T>(files: FileLayer, path: string, mode: 'r' | 'r+' | 'wx+', use: (file: OpenFile) => Promise<T>): Promise<T> {
  return closing(() => files.open(path, mode), use);
}

export async function closing<F extends Pick<OpenFile, 'close'>, T>(open: () => Promise<F>, use: (file: F) => Promise<T>): Promise<T> {
  const file = await open();
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}

/** A file that did not exist. Where a failure left one, `clear` removes it: only then is there a price for looking. */
export async function openNew(files: FileLayer, path: string, clear: () => Promise<void>): Promise<OpenFile> {
  try {
    return await files.open(path, 'wx+');
  } catch (error) {
    if (!(isErrno(error) && error.code === 'EEXIST')) throw error;
    await clear();
    return files.open(path, 'wx+');
  }
}

/** Makes sure that `path` exists durably, with every missing folder above it. Also one that exists is synced: its maker may have been killed before that. */
export async function makeFolder(files: FileLayer, path: string): Promise<void> {
  try {
    await files.mkdir(path);
  } catch (error) {
    if (isMissing(error) && dirname(path) !== path) {
      await makeFolder(files, dirname(path));
      return makeFolder(files, path);
    }
    if (!(isErrno(error) && error.code === 'EEXIST')) throw error;
  }
  await files.syncFolder(dirname(path));
}

/** Removes a file that may be gone already. */
export async function removeFile(files: FileLayer, path: string): Promise<void> {
  try {
    await files.unlink(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** A full disk and a failing one by their own names; anything else as it is. */
export function asDiskError(error: unknown): unknown {
  if (isFull(error)) {
    return new DiskFullError('The disk of this provider is full; nothing was acknowledged.', {
      cause: error,
      nextStep: 'Choose another provider. The operator can free space or lower the capacity.',
    });
  }
  return isBroken(error) ? new DiskFailedError(error) : error;
}

export function isMissing(error: unknown): boolean {
  return isErrno(error) && error.code === 'ENOENT';
}

function isFull(error: unknown): boolean {
  return (isErrno(error) && FULL_CODES.has(error.code)) || (error instanceof Error && SQLITE_FULL.test(error.message));
}

function isBroken(error: unknown): boolean {
  return (isErrno(error) && BROKEN_CODES.has(error.code)) || (error instanceof Error && SQLITE_BROKEN.test(error.message));
}

export function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}

function codeOf(error: unknown): string {
  return isErrno(error) ? String(error.code) : error instanceof Error ? error.message : String(error);
}
