import { ProofInputError } from './errors.ts';
import { NODE_SIZE, nodeHash } from './hash.ts';
import { checkInTree, MAX_TREE_SIZE, siblingsOf } from './shape.ts';

/** The root over `nodes` (32 bytes each) as they are: fragment roots of a batch, or batch roots of a bundle. */
export function treeRoot(nodes: readonly Uint8Array[]): Uint8Array {
  return treeLevels(nodes).at(-1)![0]!;
}

/** The siblings from `nodes[index]` up to the root. */
export function treePath(nodes: readonly Uint8Array[], index: number): Uint8Array[] {
  checkInTree(index, nodes.length);
  const levels = treeLevels(nodes);
  return siblingsOf(index, nodes.length).map((sibling) => levels[sibling.level]![sibling.index]!);
}

function treeLevels(nodes: readonly Uint8Array[]): (readonly Uint8Array[])[] {
  if (nodes.length === 0 || nodes.length > MAX_TREE_SIZE) throw new ProofInputError(`A tree has 1 to ${MAX_TREE_SIZE} nodes, not ${nodes.length}.`);
  if (nodes.some((node) => node.length !== NODE_SIZE)) throw new ProofInputError(`A node has ${NODE_SIZE} bytes.`);
  const levels = [nodes];
  while (levels.at(-1)!.length > 1) levels.push(levelAbove(levels.at(-1)!));
  return levels;
}

function levelAbove(nodes: readonly Uint8Array[]): Uint8Array[] {
  const parents: Uint8Array[] = [];
  for (let i = 0; i < nodes.length; i += 2) parents.push(i + 1 < nodes.length ? nodeHash(nodes[i]!, nodes[i + 1]!) : nodes[i]!);
  return parents;
}
