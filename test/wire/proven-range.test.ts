import { describe, expect, it } from 'vitest';
import { FragmentHasher } from '../../offchain/proof/fragment-hasher.ts';
import { rangeEdges, rangeProof } from '../../offchain/proof/range-proof.ts';
import { provenLeaves, provenRangeBytes } from '../../offchain/wire/proven-range.ts';
import { seededRandom } from '../codec/random.ts';

const LEAVES = 130;
const fragment = seededRandom(7).bytes(LEAVES * 256);
const hasher = new FragmentHasher();
hasher.update(fragment);
const { root, upperTree } = hasher.finish();

/** As a provider answers: the leaves, then the siblings. */
function answer(first: number, count: number): Uint8Array {
  const { left, right } = rangeEdges({ leaves: LEAVES, first, count });
  const bytes = (edge: typeof left) => (edge === null ? null : fragment.subarray(edge.start, edge.end));
  const proof = rangeProof({ upperTree, first, count, left: bytes(left), right: bytes(right) });
  return Uint8Array.from(Buffer.concat([fragment.subarray(first * 256, (first + count) * 256), ...proof]));
}

describe('leaves with their proof', () => {
  it.each([[0, 130], [0, 1], [129, 1], [3, 70], [64, 64]])('%i, %i of them, have the announced size and prove themselves', (first, count) => {
    const bytes = answer(first, count);
    expect(bytes.length).toBe(provenRangeBytes({ leaves: LEAVES, first, count }));
    expect(provenLeaves(bytes, { root, leaves: LEAVES, first, count })).toEqual(fragment.subarray(first * 256, (first + count) * 256));
  });

  it('prove nothing when they are cut, lengthened, changed anywhere, or of another place', () => {
    const claim = { root, leaves: LEAVES, first: 3, count: 2 };
    const bytes = answer(3, 2);
    for (const sizeBytes of [0, 1, 256, 511, 512, bytes.length - 32, bytes.length - 1]) expect(provenLeaves(bytes.subarray(0, sizeBytes), claim)).toBeUndefined();
    expect(provenLeaves(Uint8Array.from([...bytes, 0]), claim)).toBeUndefined();
    expect(provenLeaves(Uint8Array.from([...bytes, ...new Uint8Array(32)]), claim)).toBeUndefined();
    for (let at = 0; at < bytes.length; at += 31) {
      const flipped = bytes.slice();
      flipped[at] = (flipped[at] as number) ^ 1;
      expect(provenLeaves(flipped, claim)).toBeUndefined();
    }
    expect(provenLeaves(bytes, { ...claim, first: 4 })).toBeUndefined();
    expect(provenLeaves(bytes, { ...claim, root: new Uint8Array(32) })).toBeUndefined();
  });

  it('have no size where there is no such run', () => {
    expect(() => provenRangeBytes({ leaves: 4, first: 4, count: 1 })).toThrow(/no run/);
    expect(() => provenRangeBytes({ leaves: 4, first: 0, count: 5 })).toThrow(/no run/);
  });
});
