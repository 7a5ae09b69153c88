import { hashLevel } from '../codec/kernels/keccak.ts';
import { isEqual, join, nodeAt } from './bytes.ts';
import { UpperTreeError } from './errors.ts';
import { LEAF_SIZE, NODE_SIZE } from './hash.ts';
import { levelSizes, MAX_TREE_SIZE } from './shape.ts';

/** Levels below this one are hashed anew from the fragment when a path is wanted. */
export const UPPER_LEVEL = 6;
export const SUBTREE_LEAVES = 2 ** UPPER_LEVEL;
/** 16 KiB: the bytes under one node of the lowest stored level. */
export const SUBTREE_SIZE = SUBTREE_LEAVES * LEAF_SIZE;

const HEADER_SIZE = 32;
const MAGIC = new TextEncoder().encode('HFUPPER1');

export interface UpperTree {
  readonly leaves: number;
  readonly root: Uint8Array;
  /** Packed nodes of level UPPER_LEVEL, UPPER_LEVEL + 1, ... up to the root. */
  readonly levels: readonly Uint8Array[];
}

/** How many bytes the stored upper tree of a fragment takes. */
export function upperTreeSize(leaves: number): number {
  return upperSizes(leaves).reduce((total, size) => total + size * NODE_SIZE, HEADER_SIZE);
}

/** The file that a provider keeps beside a fragment, from the packed roots of its 16 KiB subtrees. */
export function encodeUpperTree(leaves: number, subtreeRoots: Uint8Array): Uint8Array {
  const header = new Uint8Array(HEADER_SIZE);
  header.set(MAGIC);
  const view = new DataView(header.buffer);
  view.setUint32(8, leaves, true);
  view.setUint32(12, UPPER_LEVEL, true);
  const levels = [subtreeRoots];
  while (levels.at(-1)!.length > NODE_SIZE) levels.push(hashLevel(levels.at(-1)!));
  return join([header, ...levels]);
}

/**
 * Opens a stored upper tree; the levels are views into it. Checks its shape, not its hashes.
 * @throws UpperTreeError when magic, size or header do not fit.
 */
export function readUpperTree(bytes: Uint8Array): UpperTree {
  if (bytes.length < HEADER_SIZE || !isEqual(bytes.subarray(0, MAGIC.length), MAGIC)) throw new UpperTreeError('it does not begin with HFUPPER1');
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_SIZE);
  const leaves = view.getUint32(8, true);
  if (view.getUint32(12, true) !== UPPER_LEVEL || bytes.subarray(16, HEADER_SIZE).some((byte) => byte !== 0)) {
    throw new UpperTreeError('its header is not of this version');
  }
  if (leaves < 1 || leaves > MAX_TREE_SIZE) throw new UpperTreeError(`it claims ${leaves} leaves`);
  if (bytes.length !== upperTreeSize(leaves)) throw new UpperTreeError(`${leaves} leaves take ${upperTreeSize(leaves)} bytes, not ${bytes.length}`);
  let at = HEADER_SIZE;
  const levels = upperSizes(leaves).map((size) => bytes.subarray(at, (at += size * NODE_SIZE)));
  return { leaves, root: levels.at(-1)!, levels };
}

/** True when every stored node follows from the level below it: the scrubber's check. */
export function isUpperTreeSound(tree: UpperTree): boolean {
  return tree.levels.every((level, i) => i === 0 || isEqual(level, hashLevel(tree.levels[i - 1]!)));
}

/** Node `index` of the tree's level `level` (counted from the leaves, at least UPPER_LEVEL). */
export function upperNode(tree: UpperTree, level: number, index: number): Uint8Array {
  return nodeAt(tree.levels[level - UPPER_LEVEL]!, index);
}

function upperSizes(leaves: number): number[] {
  return levelSizes(Math.ceil(leaves / SUBTREE_LEAVES));
}
