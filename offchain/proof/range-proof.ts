import { ProofInputError } from './errors.ts';
import { checkLeafRange, rangeLevels, type LeafRange } from './range-shape.ts';
import { openSubtree, subtreeRange, type ByteRange, type LowerNode } from './subtree.ts';
import { readUpperTree, SUBTREE_LEAVES, UPPER_LEVEL, upperNode } from './upper-tree.ts';

/**
 * The fragment bytes that a range proof hashes anew: the 16 KiB subtree at either edge, null where the edge lies between
 * two subtrees and the stored levels suffice. Both may be the same subtree. Nothing else is read besides the run itself.
 */
export function rangeEdges(range: LeafRange): { left: ByteRange | null; right: ByteRange | null } {
  checkLeafRange(range);
  const { leaves, first } = range;
  const end = first + range.count;
  return {
    left: first % SUBTREE_LEAVES === 0 ? null : subtreeRange({ leaves, leafIndex: first }),
    right: end % SUBTREE_LEAVES === 0 || end === leaves ? null : subtreeRange({ leaves, leafIndex: end - 1 }),
  };
}

/**
 * The siblings that tie leaves [first, first + count) to the fragment root, from the leaves up, left before right.
 * `left` and `right` are the bytes of `rangeEdges`, null exactly where those are.
 * @throws FragmentDamagedError when an edge's bytes do not match the stored tree.
 */
export function rangeProof(options: {
  readonly upperTree: Uint8Array;
  readonly first: number;
  readonly count: number;
  readonly left: Uint8Array | null;
  readonly right: Uint8Array | null;
}): Uint8Array[] {
  const { first, count } = options;
  const tree = readUpperTree(options.upperTree);
  const range = { leaves: tree.leaves, first, count };
  const edges = rangeEdges(range);
  const open = (edge: ByteRange | null, leafIndex: number, bytes: Uint8Array | null): LowerNode | null => {
    if ((edge === null) !== (bytes === null)) throw new ProofInputError('The edges are not those that rangeEdges asked for.', range);
    return bytes === null ? null : openSubtree(tree, leafIndex, bytes);
  };
  const leftNode = open(edges.left, first, options.left);
  const rightNode = open(edges.right, first + count - 1, options.right);

  const proof: Uint8Array[] = [];
  const add = (lowerNode: LowerNode | null, level: number, index: number | null) => {
    // An edge between subtrees lacks nothing below the stored levels, so `lowerNode` is there whenever it is asked.
    if (index !== null) proof.push(level < UPPER_LEVEL ? lowerNode!(level, index) : upperNode(tree, level, index).slice());
  };
  for (const { level, left, right } of rangeLevels(range)) {
    add(leftNode, level, left);
    add(rightNode, level, right);
  }
  return proof;
}
