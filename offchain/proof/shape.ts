import { ProofInputError } from './errors.ts';

/** No tree is larger: the largest fragment has 2^20 leaves, and a bundle's batches stay far below this too. */
export const MAX_TREE_SIZE = 2 ** 20;

/** True when a tree of `size` nodes exists and has a node `index`. */
export function isInTree(index: number, size: number): boolean {
  return Number.isInteger(size) && size >= 1 && size <= MAX_TREE_SIZE && Number.isInteger(index) && index >= 0 && index < size;
}

export function checkInTree(index: number, size: number): void {
  if (!isInTree(index, size)) throw new ProofInputError(`A tree of ${size} nodes has no node ${index}.`, { index, size });
}

/** The sizes of all levels, from `size` down to 1. */
export function levelSizes(size: number): number[] {
  checkInTree(0, size);
  const sizes = [size];
  while (sizes.at(-1)! > 1) sizes.push((sizes.at(-1)! + 1) >> 1);
  return sizes;
}

/** The indices of the siblings on the way from `index` up, with the level (0 = bottom) that each lies in. */
export function siblingsOf(index: number, size: number): { level: number; index: number }[] {
  checkInTree(index, size);
  const siblings: { level: number; index: number }[] = [];
  for (let level = 0, i = index, s = size; s > 1; level += 1, i >>= 1, s = (s + 1) >> 1) {
    if ((i ^ 1) < s) siblings.push({ level, index: i ^ 1 });
  }
  return siblings;
}

/** How many nodes the path of `index` has: levels where it moves up unpaired have none. */
export function samplePathLength(index: number, size: number): number {
  return siblingsOf(index, size).length;
}
