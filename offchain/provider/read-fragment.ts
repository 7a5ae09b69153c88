import { hexToBytes } from 'viem';
import { encodeNodes, isEqual } from '../proof/bytes.ts';
import { FragmentDamagedError, UpperTreeError } from '../proof/errors.ts';
import { fragmentPath } from '../proof/fragment-path.ts';
import { LEAF_SIZE } from '../proof/hash.ts';
import { rangeEdges, rangeProof } from '../proof/range-proof.ts';
import { rangeProofLength } from '../proof/range-shape.ts';
import { subtreeRange } from '../proof/subtree.ts';
import type { ByteRange } from '../proof/subtree.ts';
import { isUpperTreeSound, readUpperTree } from '../proof/upper-tree.ts';
import type { PagePool } from '../store/page-pool.ts';
import { closing, isMissing } from './disk.ts';
import { DamagedFragmentError } from './errors.ts';
import type { FragmentFiles } from './fragment-files.ts';
import type { StoredFragment } from './fragments.ts';
import { hashFile } from './hash-file.ts';
import type { ReadableFile } from './shelf/fragment-shelf.ts';

/** Up to this size a range is one read and one piece. */
const PIECE_BYTES = 4 * 1024 * 1024;
/** Larger ones go out in such blocks, one at a time. */
const BLOCK_BYTES = 1024 * 1024;

export interface LeafProof {
  readonly leaf: Uint8Array;
  readonly path: Uint8Array[];
}

export interface FragmentRange {
  /** Of the leaves. */
  readonly sizeBytes: number;
  /** Of the siblings behind them. */
  readonly proofBytes: number;
  /**
   * The leaves' bytes, then the siblings of their range proof. Leaves are not checked here: the reader checks them against the proof.
   * Where memory was given, a piece is valid until the next one is asked for; whoever leaves before the end may go on using the last one.
   */
  readonly pieces: AsyncIterable<Uint8Array>;
}

/**
 * One leaf and its path to the fragment root: reads 16 KiB of the fragment and its upper tree.
 * @throws DamagedFragmentError when bytes or tree on disk are not what was stored.
 */
export function readLeaf(files: FragmentFiles, fragment: StoredFragment, leafIndex: number): Promise<LeafProof> {
  const range = subtreeRange({ leaves: fragment.sizeBytes / LEAF_SIZE, leafIndex });
  return asDamage(fragment, leafIndex, () =>
    closing(() => files.read(fragment, range), async (file) => {
      const upperTree = await soundTree(files, fragment, file);
      const subtreeBytes = await readRange(file, range);
      const offset = leafIndex * LEAF_SIZE - range.start;
      return { leaf: subtreeBytes.slice(offset, offset + LEAF_SIZE), path: fragmentPath({ upperTree, leafIndex, subtreeBytes }) };
    }),
  );
}

/**
 * Leaves [first, first + count) with their range proof. Besides the run, it reads the 16 KiB at its edges where those are not aligned,
 * and the upper tree where the proof has any node.
 * @throws DamagedFragmentError as `readLeaf` does, for what the proof itself reads.
 */
export function readLeaves(
  files: FragmentFiles,
  fragment: StoredFragment,
  range: { readonly first: number; readonly count: number; readonly memory?: PagePool | undefined },
): Promise<FragmentRange> {
  const { memory } = range;
  const start = range.first * LEAF_SIZE;
  const sizeBytes = range.count * LEAF_SIZE;
  return asDamage(fragment, range.first, () =>
    closing(() => files.read(fragment, windowOf(fragment, range)), async (file) => {
      if ((await file.sizeBytes()) !== fragment.sizeBytes) throw new FragmentDamagedError(0);
      const proof = await proofOf(files, fragment, file, range);
      if (sizeBytes > PIECE_BYTES) return { sizeBytes, proofBytes: proof.length, pieces: inBlocks(files, fragment, { start, end: start + sizeBytes }, proof) };
      const pieceBytes = sizeBytes + proof.length;
      const piece = memory?.take(pieceBytes) ?? new Uint8Array(pieceBytes);
      if ((await file.read(piece.subarray(0, sizeBytes), start)) < sizeBytes) throw new FragmentDamagedError(0);
      piece.set(proof, sizeBytes);
      return { sizeBytes, proofBytes: proof.length, pieces: single(piece, memory) };
    }),
  );
}

/** What a range and its proof read of the fragment, as one piece; of a large range only its edge. */
function windowOf(fragment: StoredFragment, { first, count }: { readonly first: number; readonly count: number }): ByteRange {
  const run = { start: first * LEAF_SIZE, end: (first + count) * LEAF_SIZE };
  const edges = rangeEdges({ leaves: fragment.sizeBytes / LEAF_SIZE, first, count });
  if (run.end - run.start > PIECE_BYTES) return edges.left ?? edges.right ?? { start: run.start, end: run.start + LEAF_SIZE };
  return { start: edges.left?.start ?? run.start, end: edges.right?.end ?? run.end };
}

async function proofOf(files: FragmentFiles, fragment: StoredFragment, file: ReadableFile, { first, count }: { readonly first: number; readonly count: number }): Promise<Uint8Array> {
  const leaves = fragment.sizeBytes / LEAF_SIZE;
  if (rangeProofLength({ leaves, first, count }) === 0) return new Uint8Array();
  const upperTree = await soundTree(files, fragment, file);
  const edges = rangeEdges({ leaves, first, count });
  const left = edges.left === null ? null : await readRange(file, edges.left);
  const right = edges.right === null ? null : await readRange(file, edges.right);
  return encodeNodes(rangeProof({ upperTree, first, count, left, right }));
}

async function* single(piece: Uint8Array, memory: PagePool | undefined): AsyncGenerator<Uint8Array> {
  yield piece;
  // Not in a `finally`: who leaves early may have left the piece in a socket's queue.
  memory?.give(piece);
}

async function* inBlocks(files: FragmentFiles, fragment: StoredFragment, range: ByteRange, proof: Uint8Array): AsyncGenerator<Uint8Array> {
  const file = await files.read(fragment, { start: range.start, end: Math.min(range.start + PIECE_BYTES, range.end) });
  try {
    for (let at = range.start; at < range.end; at += BLOCK_BYTES) yield await readRange(file, { start: at, end: Math.min(at + BLOCK_BYTES, range.end) });
  } finally {
    await file.close();
  }
  if (proof.length > 0) yield proof;
}

async function asDamage<T>(fragment: StoredFragment, leaf: number, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof FragmentDamagedError || isMissing(cause) || isUnreadable(cause)) throw new DamagedFragmentError(fragment, { leaf, cause });
    throw cause;
  }
}

function isUnreadable(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EIO';
}

/** The stored tree, every node of it checked. It can be made anew from good bytes, so a bad tree alone is no loss. */
async function soundTree(files: FragmentFiles, fragment: StoredFragment, file: ReadableFile): Promise<Uint8Array> {
  const path = files.pathOf(fragment);
  const known = files.trees.get(path, fragment.root);
  if (known !== undefined) return known;
  const upperTree = (await storedTree(files, fragment)) ?? (await rebuildTree(files, fragment, file));
  files.trees.set(path, fragment.root, upperTree);
  return upperTree;
}

/** Undefined when it is gone, torn or another fragment's. */
export async function storedTree(files: FragmentFiles, fragment: StoredFragment): Promise<Uint8Array | undefined> {
  try {
    const bytes = await files.shelf.readTree(fragment);
    const tree = readUpperTree(bytes);
    return isEqual(tree.root, hexToBytes(fragment.root)) && isUpperTreeSound(tree) ? bytes : undefined;
  } catch (error) {
    if (error instanceof UpperTreeError || isMissing(error) || isUnreadable(error)) return undefined;
    throw error;
  }
}

async function rebuildTree(files: FragmentFiles, fragment: StoredFragment, file: ReadableFile): Promise<Uint8Array> {
  const tree = await hashFile(file, fragment.sizeBytes);
  if (tree === undefined || !isEqual(tree.root, hexToBytes(fragment.root))) throw new FragmentDamagedError(0);
  // A full disk does not keep the proof from being made.
  await files.shelf.writeTree(fragment, tree.upperTree).catch(() => undefined);
  return tree.upperTree;
}

async function readRange(file: ReadableFile, range: ByteRange): Promise<Uint8Array> {
  const bytes = new Uint8Array(range.end - range.start);
  if ((await file.read(bytes, range.start)) < bytes.length) throw new FragmentDamagedError(0);
  return bytes;
}
