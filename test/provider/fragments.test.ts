import { readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hexToBytes } from 'viem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TruncatedUploadError, UploadTooLongError, WrongRootError } from '../../offchain/provider/errors.ts';
import { dropFragment, findFragment, markBad, requireSomeFiles, storeFragment, sweep } from '../../offchain/provider/fragments.ts';
import { readLeaf, readLeaves } from '../../offchain/provider/read-fragment.ts';
import { decodeNodes } from '../../offchain/proof/bytes.ts';
import { FragmentHasher } from '../../offchain/proof/fragment-hasher.ts';
import { verifyPath } from '../../offchain/proof/verify-path.ts';
import { verifyRange } from '../../offchain/proof/verify-range.ts';
import { PagePool } from '../../offchain/store/page-pool.ts';
import { collect, keyOf, openShelf, pattern, pieces, removeShelf } from './support.ts';
import type { Shelf } from './support.ts';

const SIZE = 300 * 256;
const LEAVES = SIZE / 256;
const bytes = pattern('one', SIZE);
const key = keyOf(1);
let shelf: Shelf;

beforeEach(async () => {
  shelf = await openShelf();
});
afterEach(() => removeShelf(shelf));

const put = (content: Uint8Array, more = {}) => storeFragment(shelf, key, { sizeBytes: SIZE, body: pieces(content), ...more });
const stored = async () => (await findFragment(shelf.store, key))!;
const remains = async () => (await readdir(shelf.home, { recursive: true })).filter((name) => /incoming.|\.\d+(\.tree)?$/.test(name));

describe('storeFragment', () => {
  it('writes bytes and tree under their names and records the root', async () => {
    const hasher = new FragmentHasher();
    hasher.update(bytes);
    const root = await put(bytes);
    expect(hexToBytes(root)).toEqual(new Uint8Array(hasher.finish().root));
    expect(new Uint8Array(await readFile(shelf.files.pathOf(key)))).toEqual(bytes);
    expect(await stored()).toEqual({ ...key, root, sizeBytes: SIZE, bad: false });
  });

  it.each([0, 1, SIZE - 1])('keeps nothing of a body that ends after %i bytes', async (sizeBytes) => {
    await expect(put(bytes.subarray(0, sizeBytes))).rejects.toThrow(TruncatedUploadError);
    expect(await remains()).toEqual([]);
    expect(await shelf.store.fragment.count()).toBe(0);
  });

  it('keeps nothing of a body that breaks off with an error', async () => {
    const body = (async function* () {
      yield bytes.subarray(0, 5000);
      throw new Error('connection reset');
    })();
    await expect(storeFragment(shelf, key, { sizeBytes: SIZE, body })).rejects.toThrow(/ended after 5000 of 76800 bytes; nothing of it was kept/);
    expect(await remains()).toEqual([]);
  });

  it('keeps nothing of a body that is too long, or has another root than announced', async () => {
    await expect(put(pattern('long', SIZE + 1))).rejects.toThrow(UploadTooLongError);
    await expect(put(bytes, { expectedRoot: `0x${'00'.repeat(32)}` })).rejects.toThrow(WrongRootError);
    expect(await remains()).toEqual([]);
  });

  it('heals a bad fragment and replaces bytes together with their root', async () => {
    await put(bytes);
    await markBad(shelf.store, key);
    const other = pattern('two', SIZE);
    const root = await put(other);
    expect(await stored()).toEqual({ ...key, root, sizeBytes: SIZE, bad: false });
    expect(new Uint8Array(await readFile(shelf.files.pathOf(key)))).toEqual(other);
  });

  it('ends with one whole content when two uploads of one fragment race', async () => {
    const contents = [pattern('a', SIZE), pattern('b', SIZE), pattern('c', SIZE)];
    await Promise.all(contents.map((content) => put(content)));
    const { root } = await stored();
    const kept = new FragmentHasher();
    kept.update(await readFile(shelf.files.pathOf(key)));
    expect(kept.finish().root).toEqual(hexToBytes(root));
    expect(await remains()).toHaveLength(2);
  });

  it('removes bytes and row, and files that have no row', async () => {
    await put(bytes);
    await dropFragment(shelf, key);
    expect(await remains()).toEqual([]);
    await put(bytes);
    await shelf.store.fragment.deleteMany();
    expect(await sweep(shelf)).toEqual({ litter: 1, lost: 0, done: 0 });
    expect(await remains()).toEqual([]);
  });
});

describe('requireSomeFiles', () => {
  it('takes a folder without any of its fragments for a disk that is not mounted', async () => {
    await requireSomeFiles(shelf);
    await put(bytes);
    await storeFragment(shelf, keyOf(2), { sizeBytes: SIZE, body: pieces(bytes) });
    await rm(shelf.files.pathOf(key));
    await requireSomeFiles(shelf);
    await rm(join(shelf.home, 'fragments'), { recursive: true });
    await expect(requireSomeFiles(shelf)).rejects.toMatchObject({ code: 'FRAGMENTS_GONE' });
    expect(await shelf.store.fragment.count({ where: { bad: true } })).toBe(0);
  });
});

describe('readLeaves', () => {
  it('reads into memory that is used again once the next piece is asked for, and not before', async () => {
    await put(bytes);
    const memory = new PagePool({ blockBytes: 32 * 4096, freeMax: 4 });
    const fragment = await stored();
    const read = (first: number) => readLeaves(shelf.files, fragment, { first, count: 100, memory });
    const [one, two] = await Promise.all([read(0), read(100)]);
    const [a, b] = [one.pieces[Symbol.asyncIterator](), two.pieces[Symbol.asyncIterator]()];
    const [first, second] = [(await a.next()).value as Uint8Array, (await b.next()).value as Uint8Array];
    expect(first.byteOffset).not.toBe(second.byteOffset);
    expect(Buffer.compare(first.subarray(0, 25_600), bytes.subarray(0, 25_600))).toBe(0);
    await a.next();
    const again = (await (await read(200)).pieces[Symbol.asyncIterator]().next()).value as Uint8Array;
    expect([again.buffer, again.byteOffset]).toEqual([first.buffer, first.byteOffset]);
    // The other one, still in use, is as it was.
    expect(Buffer.compare(second.subarray(0, 25_600), bytes.subarray(25_600, 51_200))).toBe(0);
  });

  const ranges: [number, number][] = [[0, LEAVES], [0, 1], [299, 1], [63, 2], [64, 64], [1, 298], [128, 172], [5, 7]];

  it.each(ranges)('proves leaves from %i, %i of them', async (first, count) => {
    await put(bytes);
    const fragment = await stored();
    const range = await readLeaves(shelf.files, fragment, { first, count });
    const bytesAndProof = await collect(range.pieces);
    const data = bytesAndProof.subarray(0, range.sizeBytes);
    const proof = decodeNodes(bytesAndProof.subarray(range.sizeBytes), range.proofBytes / 32);
    const claim = { root: hexToBytes(fragment.root), leaves: LEAVES, first, data, proof };
    expect(verifyRange(claim)).toBe(true);
    expect(verifyRange({ ...claim, first: first + 1 })).toBe(false);
  });

  it('answers from a tree that was lost or damaged by hashing the fragment again', async () => {
    await put(bytes);
    const fragment = await stored();
    await rm(shelf.files.treePathOf(key));
    expect((await readLeaf(shelf.files, fragment, 7)).leaf).toEqual(bytes.subarray(7 * 256, 8 * 256));
    await truncate(shelf.files.treePathOf(key), 40);
    shelf.files.trees.forget(shelf.files.pathOf(key));
    const { leaf, path } = await readLeaf(shelf.files, fragment, 299);
    expect(verifyPath({ root: hexToBytes(fragment.root), index: 299, size: LEAVES, leaf, path })).toBe(true);
  });

  it('does not build a path from a tree that a crash tore, though its root is right', async () => {
    await put(bytes);
    const fragment = await stored();
    const tree = await readFile(shelf.files.treePathOf(key));
    // 5 subtrees, then levels of 3, 2 and 1 nodes: zeros in the level of 3.
    await writeFile(shelf.files.treePathOf(key), tree.fill(0, 32 + 5 * 32, 32 + 7 * 32));
    const { leaf, path } = await readLeaf(shelf.files, fragment, 0);
    expect(verifyPath({ root: hexToBytes(fragment.root), index: 0, size: LEAVES, leaf, path })).toBe(true);
  });

  it('says which fragment is damaged, and where', async () => {
    await put(bytes);
    const damaged = bytes.slice();
    damaged[100 * 256]! ^= 1;
    await writeFile(shelf.files.pathOf(key), damaged);
    await expect(readLeaf(shelf.files, await stored(), 101)).rejects.toThrow(/no longer matches its committed root: agreement 1, slot 0, batch 0x\w+, leaf 101\./);
    await expect(readLeaves(shelf.files, await stored(), { first: 101, count: 5 })).rejects.toThrow(/no longer matches/);
    await truncate(shelf.files.pathOf(key), 100 * 256);
    await expect(readLeaf(shelf.files, await stored(), 299)).rejects.toThrow(/no longer matches/);
    await rm(join(shelf.home, 'fragments'), { recursive: true });
    await expect(readLeaf(shelf.files, await stored(), 0)).rejects.toThrow(/no longer matches/);
  });
});
