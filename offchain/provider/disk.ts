import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DiskFullError } from '../wire/http-errors.ts';

/** No space, over the user's quota, or over the process's file size limit. */
const FULL_CODES: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

const SQLITE_FULL = /database or disk is full/;

/** Makes renames, creations and deletions in a folder survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** Creates `path` durably where it is missing. Its parent must exist. */
export async function makeFolder(path: string): Promise<void> {
  const made = await mkdir(path, { recursive: true });
  if (made !== undefined) await syncFolder(dirname(path));
}

/** Writes a new file and syncs it; the caller renames it into place. */
export async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A full disk by its own name; anything else as it is. */
export function asDiskError(error: unknown): unknown {
  const isFull = (isErrno(error) && FULL_CODES.has(error.code)) || (error instanceof Error && SQLITE_FULL.test(error.message));
  if (!isFull) return error;
  return new DiskFullError('The disk of this provider is full; nothing was kept.', {
    cause: error,
    nextStep: 'Choose another provider. The operator can free space or lower the capacity.',
  });
}

export function isMissing(error: unknown): boolean {
  return isErrno(error) && error.code === 'ENOENT';
}

function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}
