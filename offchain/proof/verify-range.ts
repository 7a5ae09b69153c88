import { hashLeaves, hashLevel } from '../codec/kernels/keccak.ts';
import { areNodes, isEqual, join } from './bytes.ts';
import { LEAF_SIZE } from './hash.ts';
import { isLeafRange, rangeLevels, rangeProofLength } from './range-shape.ts';

/**
 * True only when `data` (whole leaves) lies at leaf `first` of the fragment of `leaves` leaves under `root`, and the
 * proof has exactly the nodes that this run needs. Never throws. Costs one hash per leaf and node of the run.
 */
export function verifyRange(claim: {
  readonly root: Uint8Array;
  readonly leaves: number;
  readonly first: number;
  readonly data: Uint8Array;
  readonly proof: readonly Uint8Array[];
}): boolean {
  const { root, leaves, first, data, proof } = claim;
  const range = { leaves, first, count: data.length / LEAF_SIZE };
  if (!isLeafRange(range) || proof.length !== rangeProofLength(range) || !areNodes(proof)) return false;
  let nodes = hashLeaves(data);
  let used = 0;
  for (const { left, right } of rangeLevels(range)) {
    const before = left === null ? [] : [proof[used++]!];
    const after = right === null ? [] : [proof[used++]!];
    nodes = hashLevel(before.length + after.length === 0 ? nodes : join([...before, nodes, ...after]));
  }
  return isEqual(nodes, root);
}
