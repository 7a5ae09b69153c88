import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bytesToBigInt, bytesToHex, concatHex, getAddress, hashStruct, hexToBytes, slice, size as sizeOf, type Hex } from 'viem';
import { leafHash } from '../../offchain/proof/hash.ts';
import { treePath, treeRoot } from '../../offchain/proof/tree.ts';
import { TYPES } from '../../offchain/wire/typed-data.ts';
import { range, seededRandom } from '../codec/random.ts';
import { flipBit, hashOfNumbers, leafData } from '../proof/fixtures.ts';
import { readVectors, withHarness } from '../support/contracts/check-harness.ts';
import { accountOf, Reverted, type Contract, type Evm } from '../support/contracts/evm.ts';

interface LeafCase { readonly index: number; readonly leaf: Hex; readonly leaves: number; readonly path: readonly Hex[]; readonly root: Hex }
interface NodeCase { readonly index: number; readonly node: Hex; readonly path: readonly Hex[]; readonly root: Hex; readonly size: number }

const { leafCases, nodeCases } = readVectors<{ leafCases: readonly LeafCase[]; nodeCases: readonly NodeCase[] }>('trees');

interface Climb { readonly proof: Hex; readonly cursor: number; readonly node: Hex; readonly index: number; readonly size: number }

async function climb(evm: Evm, paths: Contract, c: Climb): Promise<{ root: Hex; next: bigint }> {
  const [root, next] = await evm.read<[Hex, bigint]>(paths, 'climb', [c.proof, c.cursor, c.node, c.index, c.size]);
  return { root, next };
}

const isTooShort = (error: unknown) => error instanceof Reverted && error.errorName === 'ProofTooShort';

describe('paths in Solidity', () => {
  it('hash every leaf of the vectors and climb to its root', () =>
    withHarness('PathsHarness', async (evm, paths) => {
      for (const { index, leaf, leaves, path, root } of leafCases) {
        // Bytes before and behind the sample: the cursor alone decides what is read.
        const proof = concatHex(['0xabcdef', leaf, ...path, '0xff']);
        const [hash, next] = await evm.read<[Hex, bigint]>(paths, 'leaf', [proof, 3]);
        assert.equal(hash, bytesToHex(leafHash(hexToBytes(leaf))));
        assert.equal(next, 259n);
        const climbed = await climb(evm, paths, { proof, cursor: Number(next), node: hash, index, size: leaves });
        assert.deepEqual(climbed, { root, next: 259n + 32n * BigInt(path.length) }, `leaf ${index} of ${leaves}`);
      }
    }));

  it('climb from every node of the vectors', () =>
    withHarness('PathsHarness', async (evm, paths) => {
      for (const { index, node, path, root, size } of nodeCases) {
        const proof = concatHex(path);
        assert.deepEqual(await climb(evm, paths, { proof, cursor: 0, node, index, size }), { root, next: BigInt(32 * path.length) }, `node ${index} of ${size}`);
      }
    }));

  it('agree with the TypeScript trees, which agree with the vectors', () => {
    for (const { index, leaves, path, root } of leafCases) {
      const hashes = range(leaves).map((i) => leafHash(leafData(leaves, i)));
      assert.equal(bytesToHex(treeRoot(hashes)), root);
      assert.deepEqual(treePath(hashes, index).map((node) => bytesToHex(node)), path);
    }
    for (const { index, path, root, size } of nodeCases) {
      const nodes = range(size).map((i) => hashOfNumbers(size, i));
      assert.equal(bytesToHex(treeRoot(nodes)), root);
      assert.deepEqual(treePath(nodes, index).map((node) => bytesToHex(node)), path);
    }
  });

  it('climb every index of every size up to 33 as the TypeScript trees do', () =>
    withHarness('PathsHarness', async (evm, paths) => {
      for (let size = 1; size <= 33; size += 1) {
        const nodes = range(size).map((i) => hashOfNumbers(size, i));
        const root = bytesToHex(treeRoot(nodes));
        for (let index = 0; index < size; index += 1) {
          const proof = concatHex(treePath(nodes, index).map((node) => bytesToHex(node)));
          assert.equal((await climb(evm, paths, { proof, cursor: 0, node: bytesToHex(nodes[index]!), index, size })).root, root, `node ${index} of ${size}`);
        }
      }
    }));

  it('end elsewhere when a bit of leaf or path flips, or the index is another', () =>
    withHarness('PathsHarness', async (evm, paths) => {
      const random = seededRandom(7);
      for (const { index, leaf, leaves, path, root } of leafCases) {
        const whole = concatHex([leaf, ...path]);
        for (let i = 0; i < 12; i += 1) {
          const proof = bytesToHex(flipBit(hexToBytes(whole), random.below(8 * sizeOf(whole))));
          const [hash, next] = await evm.read<[Hex, bigint]>(paths, 'leaf', [proof, 0]);
          assert.notEqual((await climb(evm, paths, { proof, cursor: Number(next), node: hash, index, size: leaves })).root, root);
        }
      }
      for (const { index, node, path, root, size } of nodeCases.filter((one) => one.size > 1)) {
        const other = index ^ 1;
        if (other >= size) continue;
        assert.notEqual((await climb(evm, paths, { proof: concatHex(path), cursor: 0, node, index: other, size })).root, root);
      }
    }));

  it('refuse what is cut short, at every length', () =>
    withHarness('PathsHarness', async (evm, paths) => {
      for (const { index, leaf, leaves, path } of leafCases) {
        await assert.rejects(evm.read(paths, 'leaf', [slice(leaf, 0, 255), 0]), isTooShort);
        await assert.rejects(evm.read(paths, 'leaf', [leaf, 1]), isTooShort);
        const node = bytesToHex(leafHash(hexToBytes(leaf)));
        for (let missing = 1; missing <= 32 * path.length; missing += missing < 33 ? 31 : 32) {
          const whole = concatHex(path);
          const left = sizeOf(whole) - missing;
          const proof = left === 0 ? '0x' : slice(whole, 0, left);
          await assert.rejects(climb(evm, paths, { proof, cursor: 0, node, index, size: leaves }), isTooShort, `${missing} bytes missing of leaf ${index} of ${leaves}`);
        }
      }
    }));

  it('read nothing behind the proof: the words that follow it in calldata do not complete a path', () =>
    withHarness('PathsHarness', async (evm, paths) => {
      const { index, node, path, size } = nodeCases.find((one) => one.path.length > 1)!;
      await assert.rejects(climb(evm, paths, { proof: concatHex(path), cursor: 32, node, index, size }), isTooShort);
      await assert.rejects(climb(evm, paths, { proof: '0x', cursor: 0, node, index, size }), isTooShort);
    }));
});

describe('EIP-712 struct hashes in Solidity', () => {
  const random = seededRandom(712);
  const uint = (bits: number) => {
    // Extremes come up often.
    const choice = random.below(5);
    if (choice === 0) return 0n;
    if (choice === 1) return 2n ** BigInt(bits) - 1n;
    return bytesToBigInt(random.bytes(bits / 8));
  };
  const address = () => getAddress(bytesToHex(random.bytes(20)));
  const word = () => bytesToHex(random.bytes(32));
  const terms = () => ({
    creator: address(), nonce: uint(32), heavy: uint(32), feeBps: uint(16), k: uint(8), m: uint(8), batchLog2: uint(8), quota: uint(32), endPeriod: uint(32),
  });
  const typeScript = (primaryType: string, data: Record<string, unknown>) =>
    hashStruct({ data, primaryType, types: TYPES } as unknown as Parameters<typeof hashStruct>[0]);

  it('equal those of typed-data.ts for random and extreme values', () =>
    withHarness('QuotesHarness', async (evm, quotes) => {
      for (let round = 0; round < 60; round += 1) {
        const t = terms();
        assert.equal(await evm.read(quotes, 'termsHash', [t]), typeScript('Terms', t));
        const offer = { provider: uint(32), price: uint(96), expiry: uint(64), r: word(), vs: word() };
        assert.equal(await evm.read(quotes, 'offerHash', [offer, t]), typeScript('Offer', { ...offer, terms: t }));
        const r = { agreement: uint(32), bundle: uint(32), root: word(), batches: uint(32), slot: uint(8) };
        assert.equal(await evm.read(quotes, 'receiptHash', [r.agreement, r.bundle, r.root, r.batches, r.slot]), typeScript('Receipt', r));
        const s = { agreement: uint(32), slot: uint(8), provider: uint(32), price: uint(96), bundles: uint(32), turn: uint(32), expiry: uint(64), repairer: accountOf(`repairer ${round}`).address };
        assert.equal(await evm.read(quotes, 'successionHash', [s]), typeScript('Succession', s));
      }
    }));

  it('change with every field', () =>
    withHarness('QuotesHarness', async (evm, quotes) => {
      const t = terms();
      const before = await evm.read<Hex>(quotes, 'termsHash', [t]);
      for (const field of TYPES.Terms) {
        const value = t[field.name];
        const changed = { ...t, [field.name]: typeof value === 'bigint' ? value ^ 1n : address() };
        assert.notEqual(await evm.read(quotes, 'termsHash', [changed]), before, field.name);
      }
    }));
});
