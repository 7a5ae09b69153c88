import { areNodes, isEqual } from './bytes.ts';
import { LEAF_SIZE, leafHash, NODE_SIZE, nodeHash } from './hash.ts';
import { isInTree, siblingsOf } from './shape.ts';

/** A leaf (256 bytes) or node (32 bytes) said to lie at `index` of a tree of `size`, and its siblings up to the root. */
export type PathStart = {
  readonly index: number;
  readonly size: number;
  readonly path: readonly Uint8Array[];
} & ({ readonly leaf: Uint8Array } | { readonly node: Uint8Array });

/** True only when the path is exactly as long as index and size demand and leads to the root. Never throws. */
export function verifyPath(claim: PathStart & { readonly root: Uint8Array }): boolean {
  const root = pathRoot(claim);
  return root !== null && isEqual(root, claim.root);
}

/** The root that the path leads to; null when index, size or any length is impossible. */
export function pathRoot(start: PathStart): Uint8Array | null {
  const { index, size, path } = start;
  if (!isInTree(index, size) || !areNodes(path)) return null;
  const siblings = siblingsOf(index, size);
  let node = bottomNode(start);
  if (node === null || path.length !== siblings.length) return null;
  for (const [i, sibling] of path.entries()) {
    const isRight = siblings[i]!.index % 2 === 1;
    node = isRight ? nodeHash(node, sibling) : nodeHash(sibling, node);
  }
  return node;
}

function bottomNode(start: PathStart): Uint8Array | null {
  if ('leaf' in start) return start.leaf.length === LEAF_SIZE ? leafHash(start.leaf) : null;
  return start.node.length === NODE_SIZE ? start.node : null;
}
