// What every place for whole fragments must do: files on a disk and objects in a bucket pass the same suite.
import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hexToBytes } from 'viem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TruncatedUploadError } from '../../offchain/provider/errors.ts';
import { dropFragment, findFragment, requireSomeFiles, storeFragment, sweep } from '../../offchain/provider/fragments.ts';
import { readLeaf, readLeaves } from '../../offchain/provider/read-fragment.ts';
import { Scrubber } from '../../offchain/provider/scrub.ts';
import { decodeNodes } from '../../offchain/proof/bytes.ts';
import { verifyPath } from '../../offchain/proof/verify-path.ts';
import { verifyRange } from '../../offchain/proof/verify-range.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { startS3Server } from '../support/s3-server.ts';
import type { S3Server } from '../support/s3-server.ts';
import { rootOf } from './network.ts';
import { collect, keyOf, openBucketShelf, openShelf, pattern, pieces, removeShelf } from './support.ts';
import type { Shelf } from './support.ts';

const LEAVES = 300;
const SIZE = LEAVES * 256;
const bytesOf = (i: number) => pattern(`fragment ${i}`, SIZE);

/** The same shelf, closed and opened again, and what lies on it as files. */
interface Place {
  shelf: Shelf;
  reopen(): Promise<void>;
  /** The file that holds this fragment or, with `isTree`, its tree. */
  fileOf(i: number, isTree?: boolean): string;
  /** How many things lie there. */
  count(): Promise<number>;
  remove(): Promise<void>;
}

async function onDisk(): Promise<Place> {
  const place: Place = {
    shelf: await openShelf(),
    async reopen() {
      await place.shelf.close();
      place.shelf = await openShelf(place.shelf.home);
    },
    fileOf: (i, isTree = false) => (isTree ? place.shelf.files.treePathOf(keyOf(i)) : place.shelf.files.pathOf(keyOf(i))),
    count: async () => (await readdir(join(place.shelf.home, 'fragments'), { recursive: true })).filter((name) => name.includes('.')).length,
    remove: () => removeShelf(place.shelf),
  };
  return place;
}

async function inBucket(): Promise<Place> {
  const folder = join(tmpdir(), `holdfast-bucket-${randomUUID()}`);
  const server: S3Server = await startS3Server(folder);
  const place: Place = {
    shelf: await openBucketShelf(server),
    async reopen() {
      await place.shelf.close();
      place.shelf = await openBucketShelf(server, place.shelf.home);
    },
    fileOf: (i, isTree = false) => server.fileOf(`node-1/${isTree ? place.shelf.files.treePathOf(keyOf(i)) : place.shelf.files.pathOf(keyOf(i))}`),
    count: async () => (await server.keys()).filter((key) => /\/(fragments|trees)\//.test(key)).length,
    async remove() {
      await removeShelf(place.shelf);
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
  return place;
}

describe.each([['files on a disk', onDisk], ['objects in a bucket', inBucket]] as const)('%s', (_name, open) => {
  let place: Place;
  beforeEach(async () => {
    place = await open();
  });
  afterEach(() => place.remove());

  const put = (i: number, bytes = bytesOf(i), more = {}) => storeFragment(place.shelf, keyOf(i), { sizeBytes: SIZE, body: pieces(bytes), ...more });
  const stored = async (i: number) => (await findFragment(place.shelf.store, keyOf(i)))!;
  const incoming = () => readdir(join(place.shelf.home, 'incoming'));
  const scrub = async () => {
    const log = createLogger({ name: 'scrub', write: () => undefined });
    const scrubber = new Scrubber({ ...place.shelf, traffic: { isBusy: false }, bytesPerTick: 1 << 30, pauseMs: 0, log });
    await scrubber.tick();
    await scrubber.close();
  };

  it('keeps what was acknowledged, bytes and tree, over a restart', async () => {
    const roots = await Promise.all([0, 1, 2, 3, 4].map((i) => put(i)));
    expect(roots).toEqual([0, 1, 2, 3, 4].map((i) => rootOf(bytesOf(i))));
    expect(await place.count()).toBe(10);
    expect(await incoming()).toEqual([]);
    await place.reopen();
    expect(await sweep(place.shelf)).toEqual({ litter: 0, lost: 0, done: 0 });
    expect((await place.shelf.files.shelf.list(1)).map(({ batchId }) => batchId).sort()).toEqual([0, 1, 2, 3, 4].map((i) => keyOf(i).batchId).sort());
    expect(await place.shelf.files.shelf.agreements()).toEqual([1]);
    const { leaf, path } = await readLeaf(place.shelf.files, await stored(3), 299);
    expect(verifyPath({ root: hexToBytes(roots[3]!), index: 299, size: LEAVES, leaf, path })).toBe(true);
    for (const [first, count] of [[0, LEAVES], [0, 1], [299, 1], [63, 2], [1, 298], [128, 172]] as const) {
      const range = await readLeaves(place.shelf.files, await stored(3), { first, count });
      const all = await collect(range.pieces);
      const [data, proof] = [all.subarray(0, range.sizeBytes), decodeNodes(all.subarray(range.sizeBytes), range.proofBytes / 32)];
      expect(verifyRange({ root: hexToBytes(roots[3]!), leaves: LEAVES, first, data, proof })).toBe(true);
      expect(Buffer.compare(data, bytesOf(3).subarray(first * 256, (first + count) * 256))).toBe(0);
    }
  });

  it('goes on with an upload that broke off', async () => {
    const bytes = bytesOf(0);
    const expectedRoot = rootOf(bytes);
    await expect(put(0, bytes.subarray(0, 50_000), { expectedRoot })).rejects.toThrow(TruncatedUploadError);
    expect(await place.count()).toBe(0);
    await place.reopen();
    expect(await place.shelf.files.partials.marked({ ...keyOf(0), root: expectedRoot })).toBe(50_000);
    await put(0, bytes.subarray(50_000), { expectedRoot, fromBytes: 50_000 });
    await scrub();
    expect(await stored(0)).toMatchObject({ root: expectedRoot, bad: false });
    expect(await incoming()).toEqual([]);
  });

  it('ends with one whole content when uploads of one fragment race', async () => {
    const contents = ['a', 'b', 'c'].map((seed) => pattern(seed, SIZE));
    await Promise.all(contents.map((content) => put(0, content)));
    await scrub();
    expect((await stored(0)).bad).toBe(false);
    expect(await place.count()).toBe(2);
  });

  it('removes fragments, whole agreements, and what has no row; marks what has no bytes', async () => {
    for (let i = 0; i < 4; i++) await put(i);
    await dropFragment(place.shelf, keyOf(0));
    expect(await place.count()).toBe(6);
    await place.shelf.store.fragment.deleteMany({ where: { batchId: keyOf(1).batchId } });
    await rm(place.fileOf(2));
    await place.reopen();
    expect(await sweep(place.shelf)).toEqual({ litter: 1, lost: 1, done: 0 });
    expect([(await stored(2)).bad, (await stored(3)).bad]).toEqual([true, false]);
    await place.shelf.files.shelf.removeAgreement(1);
    expect(await place.count()).toBe(0);
    await place.shelf.files.shelf.removeAgreement(1);
  });

  it('is not emptied because the database was lost', async () => {
    for (let i = 0; i < 4; i++) await put(i);
    await place.shelf.store.fragment.deleteMany({ where: { batchId: { not: keyOf(0).batchId } } });
    await expect(sweep(place.shelf, { litterMax: 2 })).rejects.toMatchObject({ code: 'ROWS_GONE' });
    expect(await place.count()).toBe(8);
    expect(await sweep(place.shelf, { litterMax: 3 })).toEqual({ litter: 3, lost: 0, done: 0 });
    expect(await place.count()).toBe(2);
  });

  it('finds damage and heals it: flipped, shortened, lengthened and lost bytes; makes lost and torn trees anew', async () => {
    for (let i = 0; i < 6; i++) await put(i);
    const whole = await readFile(place.fileOf(0));
    const flipped = Buffer.from(whole);
    flipped[40_000]! ^= 1;
    await writeFile(place.fileOf(0), flipped);
    await writeFile(place.fileOf(1), bytesOf(1).subarray(0, SIZE - 256));
    await writeFile(place.fileOf(2), Buffer.concat([bytesOf(2), bytesOf(2).subarray(0, 256)]));
    await rm(place.fileOf(3));
    const trees = await Promise.all([4, 5].map((i) => readFile(place.fileOf(i, true))));
    await rm(place.fileOf(4, true));
    await writeFile(place.fileOf(5, true), trees[1]!.subarray(0, 50));
    await expect(readLeaf(place.shelf.files, await stored(0), 157)).rejects.toMatchObject({ code: 'FRAGMENT_DAMAGED' });
    await expect(readLeaf(place.shelf.files, await stored(3), 0)).rejects.toMatchObject({ code: 'FRAGMENT_DAMAGED' });
    await expect(readLeaves(place.shelf.files, await stored(1), { first: 290, count: 10 })).rejects.toMatchObject({ code: 'FRAGMENT_DAMAGED' });
    expect((await readLeaf(place.shelf.files, await stored(4), 7)).leaf).toEqual(bytesOf(4).subarray(7 * 256, 8 * 256));
    await scrub();
    expect((await Promise.all([0, 1, 2, 3, 4, 5].map(stored))).map(({ bad }) => bad)).toEqual([true, true, true, true, false, false]);
    expect(await Promise.all([4, 5].map((i) => readFile(place.fileOf(i, true))))).toEqual(trees);
    await writeFile(place.fileOf(0), whole);
    await put(3);
    await scrub();
    expect((await Promise.all([0, 1, 2, 3].map(stored))).map(({ bad }) => bad)).toEqual([false, true, true, false]);
  });

  it('is not taken for empty where nothing of it is there', async () => {
    await put(0);
    await put(1);
    await rm(place.fileOf(0));
    await requireSomeFiles(place.shelf);
    await rm(place.fileOf(1));
    await expect(requireSomeFiles(place.shelf)).rejects.toMatchObject({ code: 'FRAGMENTS_GONE' });
    expect(await place.shelf.store.fragment.count({ where: { bad: true } })).toBe(0);
  });
});
