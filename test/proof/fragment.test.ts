import { describe, expect, it } from 'vitest';
import { FragmentDamagedError, ProofInputError, UpperTreeError } from '../../offchain/proof/errors.ts';
import { FragmentHasher } from '../../offchain/proof/fragment-hasher.ts';
import { fragmentPath } from '../../offchain/proof/fragment-path.ts';
import { subtreeRange } from '../../offchain/proof/subtree.ts';
import { isUpperTreeSound, readUpperTree, upperTreeSize } from '../../offchain/proof/upper-tree.ts';
import { verifyPath } from '../../offchain/proof/verify-path.ts';
import { range, seededRandom } from '../codec/random.ts';
import { flipBit, fragmentData, hashFragment, leavesOf } from './fixtures.ts';
import { referenceLeaf, referenceLevels, referencePath } from './reference.ts';

const sizes = [1, 2, 3, 5, 25, 63, 64, 65, 66, 127, 128, 129, 191, 192, 193, 1000];

function pathOf(leaves: number, leafIndex: number): Uint8Array[] {
  const fragment = fragmentData(leaves);
  const { start, end } = subtreeRange({ leaves, leafIndex });
  return fragmentPath({ upperTree: hashFragment(fragment).upperTree, leafIndex, subtreeBytes: fragment.subarray(start, end) });
}

describe('FragmentHasher', () => {
  it.each(sizes)('%i leaves: root, levels and stored levels are the reference tree', (leaves) => {
    const tree = hashFragment(fragmentData(leaves));
    const expected = referenceLevels(leavesOf(fragmentData(leaves)).map(referenceLeaf));
    expect(tree).toMatchObject({ root: expected.at(-1)![0], leaves, levels: expected.length });
    const stored = readUpperTree(tree.upperTree);
    expect(stored).toMatchObject({ leaves, root: tree.root });
    expect(stored.levels.map((level) => Buffer.from(level))).toEqual((expected.length > 6 ? expected.slice(6) : expected.slice(-1)).map((level) => Buffer.concat(level)));
    expect(isUpperTreeSound(stored)).toBe(true);
    expect(tree.upperTree.length).toBe(upperTreeSize(leaves));
  });

  it('does not care how the bytes are cut', () => {
    const fragment = fragmentData(1000);
    const random = seededRandom(2);
    for (let round = 0; round < 20; round += 1) {
      const hasher = new FragmentHasher();
      for (let at = 0; at < fragment.length; ) {
        const end = at + random.below([2, 300, 16_385, 40_000][round % 4]!);
        hasher.update(fragment.subarray(at, end));
        at = end;
      }
      expect(hasher.finish()).toEqual(hashFragment(fragment));
    }
  });

  it('serves two fragments that arrive in turns', () => {
    const [a, b] = [new FragmentHasher(), new FragmentHasher()];
    for (const index of range(129)) {
      a.update(fragmentData(129).subarray(index * 256, (index + 1) * 256));
      if (index < 65) b.update(fragmentData(65).subarray(index * 256, (index + 1) * 256));
    }
    expect([a.finish(), b.finish()]).toEqual([hashFragment(fragmentData(129)), hashFragment(fragmentData(65))]);
  });

  it('refuses no bytes, half leaves, use after the end, more than the largest fragment', () => {
    expect(() => new FragmentHasher().finish()).toThrow(ProofInputError);
    expect(() => hashFragment(new Uint8Array(257))).toThrow(ProofInputError);
    const hasher = new FragmentHasher();
    hasher.update(new Uint8Array(256));
    expect(() => hasher.update(new Uint8Array(2 ** 28))).toThrow(ProofInputError);
    hasher.finish();
    expect(() => hasher.finish()).toThrow(ProofInputError);
    expect(() => hasher.update(new Uint8Array(256))).toThrow(ProofInputError);
  });
});

describe('fragmentPath', () => {
  it.each(sizes)('%i leaves: equals the reference and verifies, for leaves all over', (leaves) => {
    const hashes = leavesOf(fragmentData(leaves)).map(referenceLeaf);
    const { root } = hashFragment(fragmentData(leaves));
    for (const leafIndex of new Set([0, 1, 62, 63, 64, 65, leaves >> 1, leaves - 2, leaves - 1])) {
      if (leafIndex < 0 || leafIndex >= leaves) continue;
      const path = pathOf(leaves, leafIndex);
      expect(path).toEqual(referencePath(hashes, leafIndex));
      const leaf = fragmentData(leaves).subarray(leafIndex * 256, (leafIndex + 1) * 256);
      expect(verifyPath({ root, leaf, index: leafIndex, size: leaves, path })).toBe(true);
      expect(verifyPath({ root, leaf: flipBit(leaf, leafIndex), index: leafIndex, size: leaves, path })).toBe(false);
    }
  });

  it('notices damage before it makes a wrong path', () => {
    const fragment = fragmentData(129);
    const { upperTree } = hashFragment(fragment);
    for (const bit of [0, 5000, 16 * 1024 * 8 - 1]) {
      const subtreeBytes = flipBit(fragment.subarray(16_384, 32_768), bit);
      expect(() => fragmentPath({ upperTree, leafIndex: 100, subtreeBytes })).toThrow(FragmentDamagedError);
    }
    const wrongSubtree = fragment.subarray(0, 16_384);
    expect(() => fragmentPath({ upperTree, leafIndex: 100, subtreeBytes: wrongSubtree })).toThrow(FragmentDamagedError);
  });

  it('refuses leaves that are not there and bytes of another length', () => {
    const { upperTree } = hashFragment(fragmentData(129));
    const subtreeBytes = fragmentData(129).subarray(0, 16_384);
    for (const leafIndex of [-1, 129, 0.5, Number.NaN]) expect(() => fragmentPath({ upperTree, leafIndex, subtreeBytes })).toThrow(ProofInputError);
    expect(() => fragmentPath({ upperTree, leafIndex: 3, subtreeBytes: subtreeBytes.subarray(256) })).toThrow(ProofInputError);
    expect(() => fragmentPath({ upperTree, leafIndex: 128, subtreeBytes })).toThrow(ProofInputError);
  });
});

describe('a stored upper tree', () => {
  const { upperTree } = hashFragment(fragmentData(1000));

  it('is refused at every other length', () => {
    for (const sizeBytes of range(upperTree.length)) expect(() => readUpperTree(upperTree.subarray(0, sizeBytes))).toThrow(UpperTreeError);
    expect(() => readUpperTree(Uint8Array.from([...upperTree, 0]))).toThrow(UpperTreeError);
  });

  it('is refused, or unsound, after any flipped bit that the layout can see', () => {
    // Leaf counts with the same number of subtrees give the same layout: paths made with them fail at the checker.
    const leafCount = readUpperTree(upperTree).leaves;
    for (let bit = 0; bit < upperTree.length * 8; bit += 1) {
      const flipped = flipBit(upperTree, bit);
      const isLeafCount = bit >= 64 && bit < 96;
      if (bit < 256 && !isLeafCount) expect(() => readUpperTree(flipped)).toThrow(UpperTreeError);
      else if (!isLeafCount) expect(isUpperTreeSound(readUpperTree(flipped))).toBe(false);
      else if (Math.ceil((leafCount ^ (1 << (bit - 64))) / 64) !== 16) expect(() => readUpperTree(flipped)).toThrow(UpperTreeError);
    }
  });

  it('may lie anywhere in a larger buffer', () => {
    const shifted = new Uint8Array(upperTree.length + 3);
    shifted.set(upperTree, 3);
    expect(readUpperTree(shifted.subarray(3)).root).toEqual(hashFragment(fragmentData(1000)).root);
  });
});
