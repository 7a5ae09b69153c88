import fs from 'node:fs';
import { isPageAligned, PAGE_BYTES } from './page-memory.ts';

/** Below it the page cache costs less than a call. */
const LEAST_BYTES = 16 * PAGE_BYTES;
/** The file system, or what lies below it, has no direct transfers, or wants larger blocks. */
const REFUSALS: ReadonlySet<unknown> = new Set(['EINVAL', 'EOPNOTSUPP', 'ENOENT', 'EACCES', 'EPERM']);

/**
 * How much of `bytes` may go to the disk, or come from it, without a copy in the kernel's page cache: zero where memory or place are not aligned.
 * A fragment is written once and seldom read, so the copy serves nobody: it pushes warmer pages out and costs more than all hashing.
 */
export function directBytes(bytes: Uint8Array, position: number): number {
  if (fs.constants.O_DIRECT === undefined || position % PAGE_BYTES !== 0 || bytes.length < LEAST_BYTES || !isPageAligned(bytes)) return 0;
  return bytes.length - (bytes.length % PAGE_BYTES);
}

/** A second descriptor of an open file, for direct transfers; undefined where the file system refuses them. By the first one: the name may be another file's by now. */
export function openDirect(fd: number, isWritable: boolean): Promise<number | undefined> {
  const flags = (isWritable ? fs.constants.O_RDWR : fs.constants.O_RDONLY) | fs.constants.O_DIRECT;
  return new Promise((resolve, reject) => {
    fs.open(`/proc/self/fd/${fd}`, flags, (error, direct) => {
      if (error === null) resolve(direct);
      else if (isRefusal(error)) resolve(undefined);
      else reject(error);
    });
  });
}

export function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && REFUSALS.has(error.code);
}
