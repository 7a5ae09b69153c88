import { siblingsOf } from './shape.ts';
import { openSubtree } from './subtree.ts';
import { readUpperTree, UPPER_LEVEL, upperNode } from './upper-tree.ts';

/**
 * The path of one leaf, from the stored upper tree and the bytes of `subtreeRange` around the leaf (16 KiB or less).
 * @throws FragmentDamagedError when those bytes are not the ones that were hashed: better known before the proof is sent.
 */
export function fragmentPath(options: {
  readonly upperTree: Uint8Array;
  readonly leafIndex: number;
  readonly subtreeBytes: Uint8Array;
}): Uint8Array[] {
  const tree = readUpperTree(options.upperTree);
  const siblings = siblingsOf(options.leafIndex, tree.leaves);
  const lowerNode = openSubtree(tree, options.leafIndex, options.subtreeBytes);
  return siblings.map(({ level, index }) => (level < UPPER_LEVEL ? lowerNode(level, index) : upperNode(tree, level, index).slice()));
}
