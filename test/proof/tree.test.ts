import { MerkleTree } from 'merkletreejs';
import { describe, expect, it } from 'vitest';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { ProofInputError } from '../../offchain/proof/errors.ts';
import { leafHash, nodeHash } from '../../offchain/proof/hash.ts';
import { levelSizes, samplePathLength } from '../../offchain/proof/shape.ts';
import { treePath, treeRoot } from '../../offchain/proof/tree.ts';
import { verifyPath } from '../../offchain/proof/verify-path.ts';
import { fromHex, range, toHex } from '../codec/random.ts';
import treesJson from '../vectors/trees.json' with { type: 'json' };
import { flipBit, fragmentData, hashFragment, hashOfNumbers } from './fixtures.ts';
import { treeVectors } from './vectors.ts';

const nodesOf = (size: number) => range(size).map((index) => hashOfNumbers(size, index));

describe('frozen vectors', () => {
  it('are what the reference says', () => {
    expect(treesJson).toEqual(treeVectors());
  });

  it('hold for leaves', () => {
    for (const { index, leaf, leaves, path, root } of treesJson.leafCases) {
      expect(toHex(hashFragment(fragmentData(leaves)).root)).toBe(root);
      expect(verifyPath({ root: fromHex(root), leaf: fromHex(leaf), index, size: leaves, path: path.map(fromHex) })).toBe(true);
    }
  });

  it('hold for nodes', () => {
    for (const { index, node, path, root, size } of treesJson.nodeCases) {
      expect(toHex(treeRoot(nodesOf(size)))).toBe(root);
      expect(treePath(nodesOf(size), index).map(toHex)).toEqual(path);
      expect(verifyPath({ root: fromHex(root), node: fromHex(node), index, size, path: path.map(fromHex) })).toBe(true);
    }
  });
});

describe('merkletreejs agrees', () => {
  // Its pair hash sees left || right: the prefix is added there. An odd last node is passed up, as ours is.
  const prefixedHash = (pair: Buffer) => Buffer.from(keccak_256(new Uint8Array([1, ...pair])));

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 11, 16, 18, 26, 64, 65, 80, 128, 129])('on root and paths over %i nodes', (size) => {
    const nodes = nodesOf(size);
    const other = new MerkleTree(nodes.map((node) => Buffer.from(node)), prefixedHash, { duplicateOdd: false });
    expect(toHex(treeRoot(nodes))).toBe(other.getHexRoot());
    for (const index of range(size)) {
      const path = treePath(nodes, index);
      expect(path.map(toHex)).toEqual(other.getHexProof(Buffer.from(nodes[index]!), index));
      expect(verifyPath({ root: treeRoot(nodes), node: nodes[index]!, index, size, path })).toBe(true);
    }
  });
});

describe('verifyPath refuses', () => {
  const size = 18;
  const nodes = nodesOf(size);
  const root = treeRoot(nodes);
  const claim = (index: number) => ({ root, node: nodes[index]!, index, size, path: treePath(nodes, index) });

  it('every other index and size whose path has this length, and every other length', () => {
    for (const index of range(size)) {
      for (const other of range(size)) if (other !== index) expect(verifyPath({ ...claim(index), index: other })).toBe(false);
    }
    expect(verifyPath({ ...claim(16), size: 17 })).toBe(false);
    expect(verifyPath({ ...claim(17), size: 19 })).toBe(false);
    expect(verifyPath({ ...claim(3), size: 32 })).toBe(true);
  });

  it('any flipped bit of path, node and root', () => {
    for (const index of [0, 9, 17]) {
      const good = claim(index);
      for (let bit = 0; bit < 256; bit += 1) {
        expect(verifyPath({ ...good, root: flipBit(root, bit) })).toBe(false);
        expect(verifyPath({ ...good, node: flipBit(good.node, bit) })).toBe(false);
        for (const level of good.path.keys()) {
          expect(verifyPath({ ...good, path: good.path.with(level, flipBit(good.path[level]!, bit)) })).toBe(false);
        }
      }
    }
  });

  it('shorter, longer, reordered paths and nodes of another length', () => {
    const good = claim(5);
    expect(verifyPath({ ...good, path: good.path.slice(1) })).toBe(false);
    expect(verifyPath({ ...good, path: good.path.slice(0, -1) })).toBe(false);
    expect(verifyPath({ ...good, path: [...good.path, root] })).toBe(false);
    expect(verifyPath({ ...good, path: good.path.toReversed() })).toBe(false);
    expect(verifyPath({ ...good, path: good.path.with(0, good.path[0]!.subarray(1)) })).toBe(false);
    expect(verifyPath({ ...good, node: new Uint8Array(33) })).toBe(false);
    expect(verifyPath({ ...good, root: root.subarray(0, 31) })).toBe(false);
    expect(verifyPath({ ...good, root: new Uint8Array(0) })).toBe(false);
  });

  it('absurd indices and sizes', () => {
    const good = claim(0);
    for (const absurd of [-1, 0.5, size, 2 ** 31, 2 ** 40, Number.NaN, Infinity]) expect(verifyPath({ ...good, index: absurd })).toBe(false);
    for (const absurd of [-1, 0, 0.5, 2 ** 32, 2 ** 53, Number.NaN, Infinity]) expect(verifyPath({ ...good, size: absurd })).toBe(false);
  });

  it('an inner node passed off as a leaf, and half a leaf', () => {
    const fragment = fragmentData(5);
    const { root: fragmentRoot } = hashFragment(fragment);
    const halves = fragment.subarray(0, 64);
    for (const leaf of [halves, fragment.subarray(0, 255), fragment.subarray(0, 257), new Uint8Array(0)]) {
      expect(verifyPath({ root: fragmentRoot, leaf, index: 0, size: 5, path: range(3).map(() => new Uint8Array(32)) })).toBe(false);
    }
    expect(verifyPath({ root, leaf: fragment.subarray(0, 256), index: 0, size: 1, path: [] })).toBe(false);
  });
});

describe('bad input throws', () => {
  it('for empty trees, short nodes, foreign indices', () => {
    expect(() => treeRoot([])).toThrow(ProofInputError);
    expect(() => treeRoot([new Uint8Array(31)])).toThrow(ProofInputError);
    for (const index of [-1, 3, 0.5]) expect(() => treePath(nodesOf(3), index)).toThrow(ProofInputError);
    expect(() => leafHash(new Uint8Array(255))).toThrow(ProofInputError);
    expect(() => nodeHash(new Uint8Array(32), new Uint8Array(33))).toThrow(ProofInputError);
    for (const size of [0, -1, 2 ** 20 + 1, Number.NaN]) expect(() => levelSizes(size)).toThrow(ProofInputError);
    expect(() => samplePathLength(5, 5)).toThrow(ProofInputError);
  });

  it('but shapes of real trees are given', () => {
    expect(levelSizes(2 ** 20).length).toBe(21);
    expect(levelSizes(5)).toEqual([5, 3, 2, 1]);
    expect([0, 3, 4].map((index) => samplePathLength(index, 5))).toEqual([3, 3, 1]);
    expect(samplePathLength(104_856, 104_857)).toBe(treePathLengthByHand(104_856, 104_857));
  });
});

function treePathLengthByHand(index: number, size: number): number {
  if (size === 1) return 0;
  const paired = index % 2 === 1 || index + 1 < size;
  return Number(paired) + treePathLengthByHand(Math.floor(index / 2), Math.ceil(size / 2));
}
