import { FragmentHasher } from '../proof/fragment-hasher.ts';
import type { FragmentTree } from '../proof/fragment-hasher.ts';
import type { OpenFile } from '../store/files.ts';
import { BLOCK_BYTES, blocks } from './blocks.ts';

/** What is asked of a bucket at a time where a fragment is read whole. */
export const WHOLE_WINDOW_BYTES = 4 * 1024 * 1024;

/** Hashes the file's bytes before `endBytes`, a block at a time, from the disk itself where it allows that; undefined when it is shorter. */
export async function hashStart(file: Pick<OpenFile, 'read'>, endBytes: number): Promise<FragmentHasher | undefined> {
  const hasher = new FragmentHasher();
  if (endBytes === 0) return hasher;
  const block = blocks.take();
  try {
    for (let at = 0; at < endBytes; at += BLOCK_BYTES) {
      const piece = block.subarray(0, Math.min(BLOCK_BYTES, endBytes - at));
      if ((await file.read(piece, at)) < piece.length) return undefined;
      hasher.update(piece);
    }
    return hasher;
  } finally {
    blocks.give(block);
  }
}

/** The tree over a whole fragment; undefined when the file is shorter. */
export async function hashFile(file: Pick<OpenFile, 'read'>, sizeBytes: number): Promise<FragmentTree | undefined> {
  return (await hashStart(file, sizeBytes))?.finish();
}
