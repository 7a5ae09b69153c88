import { describe, expect, test } from 'vitest';
import { fragmentPath } from '../../offchain/proof/fragment-path.ts';
import { leafHash } from '../../offchain/proof/hash.ts';
import { rangeEdges, rangeProof } from '../../offchain/proof/range-proof.ts';
import { decodeSample, encodeSample, type SamplePosition, verifySample } from '../../offchain/proof/sample.ts';
import { subtreeRange } from '../../offchain/proof/subtree.ts';
import { treePath, treeRoot } from '../../offchain/proof/tree.ts';
import { encodeUpperTree, isUpperTreeSound, readUpperTree, upperTreeSize } from '../../offchain/proof/upper-tree.ts';
import { verifyPath } from '../../offchain/proof/verify-path.ts';
import { verifyRange } from '../../offchain/proof/verify-range.ts';
import { noise } from '../codec/pipeline.ts';
import { flips, garbage, truncations, typed, within } from '../support/hostile.ts';
import { fragmentData, hashFragment } from './fixtures.ts';

const NUMBERS = [-1, -0.5, 0.5, Number.NaN, Infinity, -Infinity, 2 ** 20 + 1, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 64];
/** Odd on several levels, so that lone last nodes occur. */
const LEAVES = 333;

describe('hostile bytes as a stored upper tree', () => {
  const fragment = fragmentData(LEAVES);
  const { upperTree } = hashFragment(fragment);

  test('round trip', () => {
    const tree = readUpperTree(upperTree);
    expect(tree.leaves).toBe(LEAVES);
    expect(isUpperTreeSound(tree)).toBe(true);
    expect(encodeUpperTree(LEAVES, tree.levels[0]!)).toEqual(upperTree);
  });

  test('cut anywhere, or longer: refused', () => {
    for (const cut of truncations(upperTree)) expect(typed(() => readUpperTree(cut))).toBeUndefined();
    expect(typed(() => readUpperTree(Uint8Array.from([...upperTree, 0])))).toBeUndefined();
  });

  test('any bit turned over: refused, or found by the scrubber', () => {
    for (const { bit, bytes } of flips(upperTree)) {
      const tree = typed(() => readUpperTree(bytes));
      if (tree === undefined) continue;
      // What one file cannot show is a damaged root of its own: the root is compared with the one on the chain, and a number of leaves
      // that takes as many nodes with the length of the fragment.
      const isHeader = bit < 32 * 8;
      const isSound = isUpperTreeSound(tree);
      if (isHeader) expect(upperTreeSize(tree.leaves)).toBe(upperTree.length);
      else expect(isSound, `bit ${bit}`).toBe(false);
    }
  });

  test('garbage behind the right magic: refused without taking memory for it', async () => {
    const magic = upperTree.slice(0, 8);
    await within(64, () => {
      for (const bytes of garbage(noise, 2000)) expect(typed(() => readUpperTree(Uint8Array.from([...magic, ...bytes])))).toBeUndefined();
      for (const leaves of [0, 2 ** 20 + 1, 2 ** 31, 2 ** 32 - 1]) {
        const bytes = upperTree.slice();
        new DataView(bytes.buffer).setUint32(8, leaves, true);
        expect(typed(() => readUpperTree(bytes))).toBeUndefined();
      }
    });
  });

  test('no path is made from bytes that changed', () => {
    const leafIndex = 200;
    const { start, end } = subtreeRange({ leaves: LEAVES, leafIndex });
    const good = fragment.slice(start, end);
    const path = fragmentPath({ upperTree, leafIndex, subtreeBytes: good });
    expect(verifyPath({ root: readUpperTree(upperTree).root, leaf: fragment.subarray(leafIndex * 256, (leafIndex + 1) * 256), index: leafIndex, size: LEAVES, path })).toBe(true);
    for (const { bytes } of flips(good, 61)) expect(typed(() => fragmentPath({ upperTree, leafIndex, subtreeBytes: bytes }))).toBeUndefined();
    for (const size of [0, 1, good.length - 1, good.length + 1, good.length - 256]) {
      expect(typed(() => fragmentPath({ upperTree, leafIndex, subtreeBytes: new Uint8Array(size) }))).toBeUndefined();
    }
    for (const bad of [...NUMBERS, LEAVES]) expect(typed(() => fragmentPath({ upperTree, leafIndex: bad, subtreeBytes: good }))).toBeUndefined();
  });
});

describe('hostile range proofs', () => {
  const fragment = fragmentData(LEAVES);
  const { upperTree, root } = hashFragment(fragment);
  const bytesOf = (range: { start: number; end: number } | null) => (range === null ? null : fragment.slice(range.start, range.end));
  const prove = (first: number, count: number) => {
    const { left, right } = rangeEdges({ leaves: LEAVES, first, count });
    return rangeProof({ upperTree, first, count, left: bytesOf(left), right: bytesOf(right) });
  };
  const ranges = [[0, 1], [5, 1], [63, 2], [100, 37], [320, 13], [0, LEAVES]] as const;

  test.each(ranges)('leaves from %i, %i of them: nothing but themselves verifies', (first, count) => {
    const data = fragment.slice(first * 256, (first + count) * 256);
    const proof = prove(first, count);
    const claim = { root, leaves: LEAVES, first, data, proof };
    expect(verifyRange(claim)).toBe(true);
    for (let i = 0; i < proof.length; i += 1) {
      for (const { bytes } of flips(proof[i]!, 7)) expect(verifyRange({ ...claim, proof: proof.with(i, bytes) })).toBe(false);
      for (const size of [0, 31, 33, 64]) expect(verifyRange({ ...claim, proof: proof.with(i, new Uint8Array(size)) })).toBe(false);
      expect(verifyRange({ ...claim, proof: proof.toSpliced(i, 1) })).toBe(false);
      expect(verifyRange({ ...claim, proof: proof.toSpliced(i, 0, proof[i]!) })).toBe(false);
    }
    for (const { bytes } of flips(data, count === 1 ? 1 : 509)) expect(verifyRange({ ...claim, data: bytes })).toBe(false);
    for (const size of [0, 1, 255, data.length - 1, data.length + 1, data.length + 256]) expect(verifyRange({ ...claim, data: new Uint8Array(size) })).toBe(false);
    for (const bad of [...NUMBERS, LEAVES]) expect(verifyRange({ ...claim, first: bad })).toBe(false);
    // Another number of leaves may have the same path at the left edge; it never has for a run up to the end.
    for (const bad of [...NUMBERS, 0]) expect(verifyRange({ ...claim, leaves: bad })).toBe(false);
    for (const size of [0, 31, 33]) expect(verifyRange({ ...claim, root: new Uint8Array(size) })).toBe(false);
  });

  test('a claim of 2^20 leaves with nothing behind it costs nothing', async () => {
    await within(64, () => {
      for (let seed = 1; seed <= 200; seed += 1) {
        const proof = Array.from({ length: seed % 45 }, (_, i) => noise(32, seed * 50 + i));
        expect(verifyRange({ root, leaves: 2 ** 20, first: seed, data: noise(256, seed), proof })).toBe(false);
      }
    });
  });

  test('edges that nobody asked for', () => {
    for (const bad of [...NUMBERS, LEAVES]) {
      expect(typed(() => rangeEdges({ leaves: LEAVES, first: bad, count: 1 }))).toBeUndefined();
      expect(typed(() => rangeEdges({ leaves: LEAVES, first: 0, count: bad + 1 }))).toBeUndefined();
      expect(typed(() => rangeEdges({ leaves: bad === LEAVES ? 0 : bad, first: 0, count: 1 }))).toBeUndefined();
    }
    expect(typed(() => rangeProof({ upperTree, first: 5, count: 1, left: null, right: null }))).toBeUndefined();
    expect(typed(() => rangeProof({ upperTree, first: 5, count: 1, left: new Uint8Array(5), right: new Uint8Array(5) }))).toBeUndefined();
  });
});

describe('hostile samples', () => {
  const SLOTS = 5;
  const BATCHES = 7;
  const position: SamplePosition = { leafIndex: 9, leaves: 11, slot: 4, slots: SLOTS, batch: 6, batches: BATCHES };
  const leaves = Array.from({ length: position.leaves }, (_, i) => noise(256, 100 + i));
  const hashes = leaves.map((leaf) => leafHash(leaf));
  const fragmentRoots = Array.from({ length: SLOTS }, (_, i) => (i === position.slot ? treeRoot(hashes) : noise(32, 200 + i)));
  const batchRoots = Array.from({ length: BATCHES }, (_, i) => (i === position.batch ? treeRoot(fragmentRoots) : noise(32, 300 + i)));
  const bundleRoot = treeRoot(batchRoots);
  const sample = {
    leaf: leaves[position.leafIndex]!,
    fragmentPath: treePath(hashes, position.leafIndex),
    batchPath: treePath(fragmentRoots, position.slot),
    bundlePath: treePath(batchRoots, position.batch),
  };
  const bytes = encodeSample(sample);

  test('round trip', () => {
    expect(decodeSample(bytes, position)).toEqual(sample);
    expect(verifySample({ bundleRoot, position, sample })).toBe(true);
  });

  test('cut anywhere, or longer: refused', () => {
    for (const cut of truncations(bytes)) expect(typed(() => decodeSample(cut, position))).toBeUndefined();
    expect(typed(() => decodeSample(Uint8Array.from([...bytes, 0]), position))).toBeUndefined();
  });

  test('any bit turned over does not verify', () => {
    for (const { bit, bytes: flipped } of flips(bytes)) {
      const changed = decodeSample(flipped, position);
      expect(verifySample({ bundleRoot, position, sample: changed }), `bit ${bit}`).toBe(false);
    }
  });

  test('no other position, and no impossible one', () => {
    for (const name of ['leafIndex', 'leaves', 'slot', 'slots', 'batch', 'batches'] as const) {
      for (const bad of NUMBERS) {
        expect(typed(() => decodeSample(bytes, { ...position, [name]: bad }))).toBeUndefined();
        expect(verifySample({ bundleRoot, position: { ...position, [name]: bad }, sample })).toBe(false);
      }
    }
    for (let leafIndex = 0; leafIndex < position.leaves; leafIndex += 1) {
      for (let slot = 0; slot < SLOTS; slot += 1) {
        for (let batch = 0; batch < BATCHES; batch += 1) {
          const isThis = leafIndex === position.leafIndex && slot === position.slot && batch === position.batch;
          expect(verifySample({ bundleRoot, position: { ...position, leafIndex, slot, batch }, sample })).toBe(isThis);
        }
      }
    }
  });

  test('nodes cannot pass for leaves, nor leaves for nodes', () => {
    const inner = Uint8Array.from([...hashes[0]!, ...hashes[1]!]);
    const root = treeRoot(hashes.slice(0, 2));
    // 0x01 || left || right is a node; as a leaf the same bytes are too short, and padded they hash to something else.
    expect(verifyPath({ root, leaf: inner, index: 0, size: 1, path: [] })).toBe(false);
    expect(verifyPath({ root, leaf: Uint8Array.from([...inner, ...new Uint8Array(192)]), index: 0, size: 1, path: [] })).toBe(false);
    expect(verifyPath({ root, node: root, index: 0, size: 1, path: [] })).toBe(true);
    expect(verifyPath({ root: hashes[0]!, node: leaves[0]!, index: 0, size: 1, path: [] })).toBe(false);
  });
});
