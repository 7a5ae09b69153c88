import { hashLeaves, hashLevel } from '../codec/kernels/keccak.ts';
import { isEqual, nodeAt } from './bytes.ts';
import { FragmentDamagedError, ProofInputError } from './errors.ts';
import { LEAF_SIZE, NODE_SIZE } from './hash.ts';
import { SUBTREE_LEAVES, SUBTREE_SIZE, UPPER_LEVEL, upperNode, type UpperTree } from './upper-tree.ts';

/** Fragment bytes [start, end). */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Where the 64-leaf subtree (less at a fragment's end) around a leaf lies. */
export function subtreeRange({ leaves, leafIndex }: { readonly leaves: number; readonly leafIndex: number }): ByteRange {
  const start = Math.floor(leafIndex / SUBTREE_LEAVES) * SUBTREE_SIZE;
  return { start, end: Math.min(start + SUBTREE_SIZE, leaves * LEAF_SIZE) };
}

/** A node below the stored levels, from the bytes of the subtree that holds it. */
export type LowerNode = (level: number, index: number) => Uint8Array;

/**
 * Hashes the subtree around `leafIndex` from its bytes and checks it against the stored node above it.
 * @throws ProofInputError when the bytes are not exactly that subtree's; FragmentDamagedError when they hash to another node.
 */
export function openSubtree(tree: UpperTree, leafIndex: number, bytes: Uint8Array): LowerNode {
  const { start, end } = subtreeRange({ leaves: tree.leaves, leafIndex });
  if (bytes.length !== end - start) {
    throw new ProofInputError(`The subtree around leaf ${leafIndex} has ${end - start} bytes, not ${bytes.length}.`, { leafIndex });
  }
  const subtree = start / SUBTREE_SIZE;
  const levels = [hashLeaves(bytes)];
  while (levels.at(-1)!.length > NODE_SIZE) levels.push(hashLevel(levels.at(-1)!));
  if (!isEqual(levels.at(-1)!, upperNode(tree, UPPER_LEVEL, subtree))) throw new FragmentDamagedError(subtree);
  return (level, index) => nodeAt(levels[level]!, index - subtree * 2 ** (UPPER_LEVEL - level)).slice();
}
