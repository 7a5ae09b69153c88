import { describe, expect, it } from 'vitest';
import { ProofInputError } from '../../offchain/proof/errors.ts';
import { fragmentPath } from '../../offchain/proof/fragment-path.ts';
import { decodeSample, encodeSample, verifySample } from '../../offchain/proof/sample.ts';
import { subtreeRange } from '../../offchain/proof/subtree.ts';
import { treePath, treeRoot } from '../../offchain/proof/tree.ts';
import { flipBit, fragmentData, hashFragment, hashOfNumbers } from './fixtures.ts';

const leaves = 129;
const slots = 16;
const batches = 3;

/** A bundle of three batches of sixteen fragments; the fragment of slot 6 in batch 2 is real, its neighbours are roots alone. */
function example(leafIndex: number) {
  const fragment = fragmentData(leaves);
  const { root, upperTree } = hashFragment(fragment);
  const fragmentRoots = Array.from({ length: slots }, (_, slot) => (slot === 6 ? root : hashOfNumbers(1, slot)));
  const batchRoots = [hashOfNumbers(2, 0), hashOfNumbers(2, 1), treeRoot(fragmentRoots)];
  const { start, end } = subtreeRange({ leaves, leafIndex });
  const sample = {
    leaf: fragment.subarray(leafIndex * 256, (leafIndex + 1) * 256),
    fragmentPath: fragmentPath({ upperTree, leafIndex, subtreeBytes: fragment.subarray(start, end) }),
    batchPath: treePath(fragmentRoots, 6),
    bundlePath: treePath(batchRoots, 2),
  };
  return { bundleRoot: treeRoot(batchRoots), position: { leafIndex, leaves, slot: 6, slots, batch: 2, batches }, sample };
}

describe('a sample', () => {
  it.each([0, 63, 64, 127, 128])('of leaf %i verifies and round-trips', (leafIndex) => {
    const claim = example(leafIndex);
    expect(verifySample(claim)).toBe(true);
    expect(decodeSample(encodeSample(claim.sample), claim.position)).toEqual(claim.sample);
  });

  it('is refused at any other position', () => {
    const claim = example(64);
    const { position } = claim;
    const others = [{ leafIndex: 65 }, { leafIndex: -1 }, { leaves: 64 }, { slot: 7 }, { slots: 17 }, { slots: 6 }, { batch: 1 }, { batches: 2 }, { batches: 5 }];
    for (const other of others) {
      expect(verifySample({ ...claim, position: { ...position, ...other } })).toBe(false);
    }
  });

  it('is refused after any flipped bit', () => {
    const claim = example(100);
    const bytes = encodeSample(claim.sample);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      expect(verifySample({ ...claim, sample: decodeSample(flipBit(bytes, bit), claim.position) })).toBe(false);
    }
  });

  it('does not decode from any other number of bytes', () => {
    const { sample, position } = example(100);
    const bytes = encodeSample(sample);
    for (let sizeBytes = 0; sizeBytes < bytes.length; sizeBytes += 1) {
      expect(() => decodeSample(bytes.subarray(0, sizeBytes), position)).toThrow(ProofInputError);
    }
    expect(() => decodeSample(new Uint8Array(bytes.length + 32), position)).toThrow(ProofInputError);
    expect(() => decodeSample(bytes, { ...position, slots: 0 })).toThrow(ProofInputError);
    expect(() => encodeSample({ ...sample, leaf: sample.leaf.subarray(1) })).toThrow(ProofInputError);
  });
});
