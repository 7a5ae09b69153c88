import { FragmentHasher } from '../proof/fragment-hasher.ts';
import type { FragmentTree } from '../proof/fragment-hasher.ts';
import type { OpenFile } from '../store/files.ts';

const BLOCK_BYTES = 1024 * 1024;

/** Hashes the file's bytes before `endBytes`, a block at a time; undefined when it is shorter. */
export async function hashStart(file: OpenFile, endBytes: number): Promise<FragmentHasher | undefined> {
  const hasher = new FragmentHasher();
  const block = Buffer.allocUnsafeSlow(Math.min(BLOCK_BYTES, endBytes));
  for (let at = 0; at < endBytes; at += block.length) {
    const piece = block.subarray(0, Math.min(block.length, endBytes - at));
    if ((await file.read(piece, at)) < piece.length) return undefined;
    hasher.update(piece);
  }
  return hasher;
}

/** The tree over a whole fragment; undefined when the file is shorter. */
export async function hashFile(file: OpenFile, sizeBytes: number): Promise<FragmentTree | undefined> {
  return (await hashStart(file, sizeBytes))?.finish();
}
