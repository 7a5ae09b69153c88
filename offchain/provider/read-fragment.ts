import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { hexToBytes } from 'viem';
import { encodeNodes } from '../proof/bytes.ts';
import { FragmentDamagedError, UpperTreeError } from '../proof/errors.ts';
import { FragmentHasher } from '../proof/fragment-hasher.ts';
import { fragmentPath } from '../proof/fragment-path.ts';
import { LEAF_SIZE } from '../proof/hash.ts';
import { rangeEdges, rangeProof } from '../proof/range-proof.ts';
import { subtreeRange } from '../proof/subtree.ts';
import type { ByteRange } from '../proof/subtree.ts';
import { isEqual } from '../proof/bytes.ts';
import { readUpperTree } from '../proof/upper-tree.ts';
import { isMissing } from './disk.ts';
import { DamagedFragmentError } from './errors.ts';
import type { FragmentFiles } from './fragment-files.ts';
import type { StoredFragment } from './fragments.ts';

export interface LeafProof {
  readonly leaf: Uint8Array;
  readonly path: Uint8Array[];
}

export interface FragmentRange {
  readonly sizeBytes: number;
  /** Siblings of the range proof, back to back. */
  readonly proof: Uint8Array;
  /** The leaves' bytes. They are not checked here: the reader checks them against the proof. */
  readonly stream: Readable;
}

/**
 * One leaf and its path to the fragment root.
 * @throws DamagedFragmentError when bytes or tree on disk are not what was stored.
 */
export function readLeaf(files: FragmentFiles, fragment: StoredFragment, leafIndex: number): Promise<LeafProof> {
  return withTree(files, fragment, leafIndex, async (upperTree, file) => {
    const range = subtreeRange({ leaves: fragment.sizeBytes / LEAF_SIZE, leafIndex });
    const subtreeBytes = await readRange(file, range);
    const offset = leafIndex * LEAF_SIZE - range.start;
    return { leaf: subtreeBytes.slice(offset, offset + LEAF_SIZE), path: fragmentPath({ upperTree, leafIndex, subtreeBytes }) };
  });
}

/**
 * Leaves [first, first + count) with their range proof.
 * @throws DamagedFragmentError as `readLeaf` does, for what the proof itself reads.
 */
export async function readLeaves(files: FragmentFiles, fragment: StoredFragment, range: { readonly first: number; readonly count: number }): Promise<FragmentRange> {
  const { first, count } = range;
  const edges = rangeEdges({ leaves: fragment.sizeBytes / LEAF_SIZE, first, count });
  const proof = await withTree(files, fragment, first, async (upperTree, file) => {
    const left = edges.left === null ? null : await readRange(file, edges.left);
    const right = edges.right === null ? null : await readRange(file, edges.right);
    return encodeNodes(rangeProof({ upperTree, first, count, left, right }));
  });
  const start = first * LEAF_SIZE;
  const sizeBytes = count * LEAF_SIZE;
  return { sizeBytes, proof, stream: createReadStream(files.pathOf(fragment), { start, end: start + sizeBytes - 1 }) };
}

type Use<T> = (upperTree: Uint8Array, file: FileHandle) => Promise<T>;

/** The tree can be made anew from good bytes, so a bad tree alone is no loss. */
async function withTree<T>(files: FragmentFiles, fragment: StoredFragment, leaf: number, use: Use<T>): Promise<T> {
  try {
    const file = await open(files.pathOf(fragment), 'r');
    try {
      return await useTree(files, fragment, file, use);
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof FragmentDamagedError || isMissing(cause)) throw new DamagedFragmentError(fragment, { leaf, cause });
    throw cause;
  }
}

async function useTree<T>(files: FragmentFiles, fragment: StoredFragment, file: FileHandle, use: Use<T>): Promise<T> {
  try {
    const upperTree = new Uint8Array(await readFile(files.treePathOf(fragment)));
    if (!isEqual(readUpperTree(upperTree).root, hexToBytes(fragment.root))) throw new UpperTreeError('it has another root');
    return await use(upperTree, file);
  } catch (error) {
    if (!(error instanceof UpperTreeError || error instanceof FragmentDamagedError || isMissing(error))) throw error;
    return use(await rebuildTree(files, fragment, file), file);
  }
}

async function rebuildTree(files: FragmentFiles, fragment: StoredFragment, file: FileHandle): Promise<Uint8Array> {
  const hasher = new FragmentHasher();
  const pieceSize = 1024 * 1024;
  for (let start = 0; start < fragment.sizeBytes; start += pieceSize) {
    hasher.update(await readRange(file, { start, end: Math.min(start + pieceSize, fragment.sizeBytes) }));
  }
  const tree = hasher.finish();
  if (!isEqual(tree.root, hexToBytes(fragment.root))) throw new FragmentDamagedError(0);
  await files.writeTree(fragment, tree.upperTree);
  return tree.upperTree;
}

async function readRange(file: FileHandle, range: ByteRange): Promise<Uint8Array> {
  const bytes = new Uint8Array(range.end - range.start);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, range.start);
  if (bytesRead < bytes.length) throw new FragmentDamagedError(0);
  return bytes;
}
