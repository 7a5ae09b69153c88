import { describe, expect, it } from 'vitest';
import { decodeNodes, encodeNodes } from '../../offchain/proof/bytes.ts';
import { FragmentDamagedError, ProofInputError } from '../../offchain/proof/errors.ts';
import { rangeEdges, rangeProof } from '../../offchain/proof/range-proof.ts';
import { rangeProofLength } from '../../offchain/proof/range-shape.ts';
import { verifyRange } from '../../offchain/proof/verify-range.ts';
import { range, seededRandom } from '../codec/random.ts';
import { flipBit, fragmentData, hashFragment } from './fixtures.ts';

const trees = new Map([1, 2, 3, 5, 64, 65, 129, 193, 1000].map((leaves) => [leaves, hashFragment(fragmentData(leaves))]));

/** What a provider does: reads the run and its edges, proves. */
function prove(leaves: number, first: number, count: number) {
  const fragment = fragmentData(leaves);
  const { upperTree, root } = trees.get(leaves)!;
  const edges = rangeEdges({ leaves, first, count });
  const read = (edge: { start: number; end: number } | null) => (edge === null ? null : fragment.subarray(edge.start, edge.end));
  const proof = rangeProof({ upperTree, first, count, left: read(edges.left), right: read(edges.right) });
  return { root, leaves, first, data: fragment.subarray(first * 256, (first + count) * 256), proof };
}

describe('range proofs', () => {
  it.each([1, 2, 3, 5])('every run of %i leaves verifies', (leaves) => {
    for (const first of range(leaves)) {
      for (let count = 1; count <= leaves - first; count += 1) expect(verifyRange(prove(leaves, first, count))).toBe(true);
    }
  });

  it.each([64, 65, 129, 193, 1000])('runs all over %i leaves verify, with proofs of the promised length', (leaves) => {
    const random = seededRandom(leaves);
    for (let round = 0; round < 150; round += 1) {
      const first = round % 3 === 0 ? random.below(Math.ceil(leaves / 64)) * 64 : random.below(leaves);
      const count = 1 + random.below(round % 2 === 0 ? leaves - first : Math.min(70, leaves - first));
      const claim = prove(leaves, first, count);
      expect(claim.proof.length).toBe(rangeProofLength({ leaves, first, count }));
      expect(verifyRange(claim)).toBe(true);
    }
  });

  it('need no node for the whole fragment, and nothing but the run between subtree boundaries', () => {
    expect(prove(1000, 0, 1000).proof).toEqual([]);
    expect(rangeEdges({ leaves: 1000, first: 128, count: 320 })).toEqual({ left: null, right: null });
    expect(rangeEdges({ leaves: 1000, first: 960, count: 40 })).toEqual({ left: null, right: null });
    expect(rangeEdges({ leaves: 1000, first: 100, count: 900 })).toEqual({ left: { start: 16_384, end: 32_768 }, right: null });
    expect(rangeEdges({ leaves: 1000, first: 0, count: 970 })).toEqual({ left: null, right: { start: 245_760, end: 256_000 } });
  });

  it('travel as nodes back to back', () => {
    const { proof } = prove(1000, 77, 99);
    expect(decodeNodes(encodeNodes(proof), rangeProofLength({ leaves: 1000, first: 77, count: 99 }))).toEqual(proof);
    for (const count of [proof.length - 1, proof.length + 1]) expect(() => decodeNodes(encodeNodes(proof), count)).toThrow(ProofInputError);
    expect(() => encodeNodes([new Uint8Array(31)])).toThrow(ProofInputError);
  });
});

describe('verifyRange refuses', () => {
  const good = prove(1000, 77, 99);

  it('flipped bits of data, proof and root', () => {
    const random = seededRandom(5);
    for (let round = 0; round < 300; round += 1) {
      expect(verifyRange({ ...good, data: flipBit(good.data, random.below(good.data.length * 8)) })).toBe(false);
      const at = random.below(good.proof.length);
      expect(verifyRange({ ...good, proof: good.proof.with(at, flipBit(good.proof[at]!, random.below(256))) })).toBe(false);
      expect(verifyRange({ ...good, root: flipBit(good.root, random.below(256)) })).toBe(false);
    }
  });

  it('another place, also where the proof has the same length', () => {
    for (const first of range(1000)) if (first !== good.first) expect(verifyRange({ ...good, first })).toBe(false);
    const whole = prove(1000, 0, 1000);
    expect(verifyRange({ ...whole, leaves: 999 })).toBe(false);
    expect(verifyRange({ ...whole, leaves: 1001 })).toBe(false);
  });

  it('truncated and longer data and proofs', () => {
    for (const cut of [1, 255, 256, 512]) {
      expect(verifyRange({ ...good, data: good.data.subarray(cut) })).toBe(false);
      expect(verifyRange({ ...good, data: good.data.subarray(0, -cut) })).toBe(false);
    }
    expect(verifyRange({ ...good, data: new Uint8Array(0) })).toBe(false);
    expect(verifyRange({ ...good, data: new Uint8Array([...good.data, ...new Uint8Array(256)]) })).toBe(false);
    expect(verifyRange({ ...good, proof: good.proof.slice(1) })).toBe(false);
    expect(verifyRange({ ...good, proof: [...good.proof, good.root] })).toBe(false);
    expect(verifyRange({ ...good, proof: good.proof.toReversed() })).toBe(false);
    expect(verifyRange({ ...good, proof: good.proof.with(0, new Uint8Array(64)) })).toBe(false);
    expect(verifyRange({ ...good, root: good.root.subarray(1) })).toBe(false);
  });

  it('absurd numbers', () => {
    for (const absurd of [-1, 0.5, 1000, 2 ** 31, 2 ** 53, Number.NaN, Infinity]) expect(verifyRange({ ...good, first: absurd })).toBe(false);
    for (const absurd of [-1, 0, 0.5, 175, 2 ** 32, 2 ** 53, Number.NaN, Infinity]) expect(verifyRange({ ...good, leaves: absurd })).toBe(false);
  });
});

describe('rangeProof throws', () => {
  it('on damage at an edge', () => {
    const { upperTree } = trees.get(1000)!;
    const edge = fragmentData(1000).subarray(16_384, 32_768);
    const act = (left: Uint8Array, right: Uint8Array) => rangeProof({ upperTree, first: 70, count: 3, left, right });
    expect(act(edge, edge).length).toBe(rangeProofLength({ leaves: 1000, first: 70, count: 3 }));
    expect(() => act(flipBit(edge, 9), edge)).toThrow(FragmentDamagedError);
    expect(() => act(edge, flipBit(edge, 9))).toThrow(FragmentDamagedError);
  });

  it('on edges that were not asked for, are missing or of another length, and on impossible runs', () => {
    const { upperTree } = trees.get(1000)!;
    const edge = fragmentData(1000).subarray(0, 16_384);
    expect(() => rangeProof({ upperTree, first: 64, count: 64, left: edge, right: null })).toThrow(ProofInputError);
    expect(() => rangeProof({ upperTree, first: 3, count: 61, left: null, right: null })).toThrow(ProofInputError);
    expect(() => rangeProof({ upperTree, first: 3, count: 61, left: edge.subarray(256), right: null })).toThrow(ProofInputError);
    for (const [first, count] of [[0, 0], [0, 1001], [1000, 1], [-1, 1], [0.5, 1], [0, 0.5], [0, Number.NaN], [0, Infinity]] as const) {
      expect(() => rangeEdges({ leaves: 1000, first, count })).toThrow(ProofInputError);
    }
  });
});
