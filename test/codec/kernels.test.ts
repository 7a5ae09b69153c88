import { keccak_256 } from '@noble/hashes/sha3.js';
import { createKeccak } from 'hash-wasm';
import { MerkleTree } from 'merkletreejs';
import { describe, expect, it } from 'vitest';
import { CHUNK_MAX_BYTES, CHUNK_MEAN_BYTES, CHUNK_MIN_BYTES, CdcCutter, FixedCutter, GEAR } from '../../offchain/codec/chunk.ts';
import { kernelsBase64 } from '../../offchain/codec/kernels/generated/kernels.wasm.ts';
import { hashLeaves, hashLevel, hashSubtrees } from '../../offchain/codec/kernels/keccak.ts';
import { FragmentHasher } from '../../offchain/proof/fragment-hasher.ts';
import { compileKernels } from '../../scripts/build-kernels.ts';
import { referenceLeaf, referenceLevels } from '../proof/reference.ts';
import { range, seededRandom } from './random.ts';

const random = seededRandom(5);
const cut = (bytes: Uint8Array, size: number): Uint8Array[] => range(bytes.length / size).map((i) => bytes.subarray(i * size, (i + 1) * size));
const joined = (parts: readonly Uint8Array[]): Buffer => Buffer.concat(parts);

function rootOf(fragment: Uint8Array): Uint8Array {
  const hasher = new FragmentHasher();
  hasher.update(fragment);
  return hasher.finish().root;
}

describe('the kernels', () => {
  it('are what their sources give, byte for byte', async () => {
    expect(Buffer.from(await compileKernels()).toString('base64')).toBe(kernelsBase64);
  });
});

describe('keccak of three at a time', () => {
  it.each(range(20).map((i) => i + 1))('%i leaves and a level of %i nodes are those of @noble/hashes', (count) => {
    const leaves = random.bytes(256 * count);
    expect(Buffer.from(hashLeaves(leaves))).toEqual(joined(cut(leaves, 256).map(referenceLeaf)));
    const nodes = random.bytes(32 * count);
    expect(Buffer.from(hashLevel(nodes))).toEqual(joined(referenceLevels(cut(nodes, 32))[count === 1 ? 0 : 1]!));
  });

  it('leaves are those of hash-wasm', async () => {
    const keccak = await createKeccak(256);
    const leaves = random.bytes(256 * 301);
    expect(Buffer.from(hashLeaves(leaves))).toEqual(joined(cut(leaves, 256).map((leaf) => keccak.init().update(Buffer.concat([Buffer.of(0), leaf])).digest('binary'))));
  });

  it.each([1, 64, 100, 4096])('the root of %i leaves is that of merkletreejs, told how leaves and nodes differ', (count) => {
    const fragment = random.bytes(256 * count);
    const leaves = cut(fragment, 256).map((leaf) => Buffer.from(referenceLeaf(leaf)));
    const tree = new MerkleTree(leaves, (pair: Buffer) => Buffer.from(keccak_256(Buffer.concat([Buffer.of(1), pair]))));
    expect(Buffer.from(rootOf(fragment))).toEqual(tree.getRoot());
  });

  it('subtrees of several parts are those of each part alone', () => {
    const parts = [16_384, 256, 65_536 + 512, 1_048_576, 16_384 * 3].map((size) => random.bytes(size));
    expect(Buffer.from(hashSubtrees(parts))).toEqual(joined(parts.map((part) => hashSubtrees([part]))));
    expect(Buffer.from(hashSubtrees([parts[1]!]))).toEqual(Buffer.from(referenceLeaf(parts[1]!)));
    expect(hashSubtrees([])).toHaveLength(0);
  });
});

/** The README's sentence, byte by byte. */
function slowCut(bytes: Uint8Array): number {
  let h = 0;
  for (let at = CHUNK_MIN_BYTES; at < Math.min(bytes.length, CHUNK_MAX_BYTES); at++) {
    h = ((h << 1) + GEAR[bytes[at]!]!) >>> 0;
    if (h >>> (at < CHUNK_MEAN_BYTES ? 10 : 14) === 0) return at + 1;
  }
  return Math.min(bytes.length, CHUNK_MAX_BYTES);
}

describe('cutters', () => {
  it('FastCDC cuts where the slow rule does, however the stream is sliced', () => {
    let rest = random.bytes(24 << 20);
    const cutter = new CdcCutter();
    for (let round = 0; rest.length > CHUNK_MAX_BYTES; round++) {
      const expected = slowCut(rest);
      let seen = 0;
      for (;;) {
        const slice = rest.subarray(seen, seen + 1 + random.below([5, 70_000, 5_000_000][round % 3]! * (round % 3 === 0 ? 20_000 : 1)));
        const found = cutter.next(slice);
        if (found >= 0) {
          seen += found;
          break;
        }
        seen += slice.length;
      }
      expect(seen).toBe(expected);
      rest = rest.subarray(expected);
    }
  });

  it('constant bytes are cut at the maximum, and a reset begins anew', () => {
    const cutter = new CdcCutter();
    const zeros = new Uint8Array(CHUNK_MAX_BYTES + 10);
    expect(cutter.next(zeros)).toBe(slowCut(zeros));
    expect(cutter.next(zeros.subarray(0, 1000))).toBe(-1);
    cutter.reset();
    expect(cutter.next(zeros)).toBe(slowCut(zeros));
    const fixed = new FixedCutter(10);
    expect([fixed.next(zeros.subarray(0, 4)), fixed.next(zeros.subarray(0, 7)), fixed.next(zeros.subarray(0, 9))]).toEqual([-1, 6, -1]);
  });
});
