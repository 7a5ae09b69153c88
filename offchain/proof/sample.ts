import { decodeNodes, encodeNodes, join } from './bytes.ts';
import { ProofInputError } from './errors.ts';
import { LEAF_SIZE } from './hash.ts';
import { samplePathLength } from './shape.ts';
import { pathRoot, verifyPath } from './verify-path.ts';

/** Where a sample lies: leaf of a fragment, fragment (slot) of a batch, batch of a bundle. */
export interface SamplePosition {
  readonly leafIndex: number;
  readonly leaves: number;
  readonly slot: number;
  readonly slots: number;
  readonly batch: number;
  readonly batches: number;
}

/** One leaf and its way up to the bundle root. */
export interface Sample {
  readonly leaf: Uint8Array;
  readonly fragmentPath: readonly Uint8Array[];
  readonly batchPath: readonly Uint8Array[];
  readonly bundlePath: readonly Uint8Array[];
}

/** leaf || fragment path || batch path || bundle path. The lengths follow from the position, so none is written. */
export function encodeSample(sample: Sample): Uint8Array {
  if (sample.leaf.length !== LEAF_SIZE) throw new ProofInputError(`A leaf has ${LEAF_SIZE} bytes, not ${sample.leaf.length}.`);
  return join([sample.leaf, encodeNodes([...sample.fragmentPath, ...sample.batchPath, ...sample.bundlePath])]);
}

/** @throws ProofInputError unless `bytes` have exactly the length that the position demands. */
export function decodeSample(bytes: Uint8Array, position: SamplePosition): Sample {
  const [fragment, batch, bundle] = pathLengths(position);
  const nodes = decodeNodes(bytes.subarray(LEAF_SIZE), fragment + batch + bundle);
  return {
    leaf: bytes.subarray(0, LEAF_SIZE),
    fragmentPath: nodes.slice(0, fragment),
    batchPath: nodes.slice(fragment, fragment + batch),
    bundlePath: nodes.slice(fragment + batch),
  };
}

/** True when the sample ties its leaf, at this position, to the bundle root. Never throws. */
export function verifySample(claim: {
  readonly bundleRoot: Uint8Array;
  readonly position: SamplePosition;
  readonly sample: Sample;
}): boolean {
  const { bundleRoot, position, sample } = claim;
  const fragmentRoot = pathRoot({ leaf: sample.leaf, index: position.leafIndex, size: position.leaves, path: sample.fragmentPath });
  if (fragmentRoot === null) return false;
  const batchRoot = pathRoot({ node: fragmentRoot, index: position.slot, size: position.slots, path: sample.batchPath });
  if (batchRoot === null) return false;
  return verifyPath({ root: bundleRoot, node: batchRoot, index: position.batch, size: position.batches, path: sample.bundlePath });
}

function pathLengths(position: SamplePosition): [number, number, number] {
  return [
    samplePathLength(position.leafIndex, position.leaves),
    samplePathLength(position.slot, position.slots),
    samplePathLength(position.batch, position.batches),
  ];
}
