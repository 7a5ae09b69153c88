import { mkdtemp, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hexToBytes } from 'viem';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Cache, type CacheLimits } from '../../offchain/edge/cache.ts';
import { rootOf } from '../provider/network.ts';
import { keyOf, pattern, pieces } from '../provider/support.ts';

const SIZE = 64 << 10;
let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'holdfast-edge-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const open = (limits: Partial<CacheLimits> = {}) => Cache.open({ home, limits: { maxBytes: 10 * SIZE, maxEntries: 10, ...limits } });
const bytesOf = (number: number) => pattern(`fragment ${number}`, SIZE);
const must = (number: number) => ({ root: hexToBytes(rootOf(bytesOf(number))), sizeBytes: SIZE });
const add = (cache: Cache, number: number) => cache.receive(keyOf(number), { root: rootOf(bytesOf(number)), sizeBytes: SIZE, body: pieces(bytesOf(number)) });
const here = (cache: Cache, ...numbers: number[]) => numbers.filter((number) => cache.has(keyOf(number)));

describe('the cache', () => {
  it('keeps so many entries, and drops the least recently used first', async () => {
    const cache = await open({ maxEntries: 3 });
    for (const number of [1, 2, 3]) await add(cache, number);
    expect(await cache.use(keyOf(1), must(1))).toBe(true);
    await add(cache, 4);
    expect(here(cache, 1, 2, 3, 4)).toEqual([1, 3, 4]);
    expect(cache.entries).toBe(3);
    expect((await readdir(join(home, 'fragments', '1'))).length).toBe(6);
  });

  it('keeps so many bytes, those on their way included', async () => {
    const cache = await open({ maxBytes: 3 * SIZE + 1 });
    await Promise.all([1, 2, 3].map((number) => add(cache, number)));
    expect(cache.bytes).toBe(3 * SIZE);
    await Promise.all([4, 5].map((number) => add(cache, number)));
    expect(cache.bytes).toBe(3 * SIZE);
    expect(here(cache, 4, 5)).toEqual([4, 5]);
    await expect(cache.receive(keyOf(9), { root: rootOf(bytesOf(9)), sizeBytes: 4 * SIZE, body: pieces(bytesOf(9)) })).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(cache.bytes).toBe(3 * SIZE);
    // Nor do more pulls at once than it has room for.
    const outcomes = await Promise.allSettled([6, 7, 8, 10].map((number) => add(cache, number)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'NO_ROOM' } });
    expect(cache.bytes).toBe(3 * SIZE);
  });

  it('takes nothing whose root is another one, or that ends too soon', async () => {
    const cache = await open();
    await expect(cache.receive(keyOf(1), { root: rootOf(bytesOf(2)), sizeBytes: SIZE, body: pieces(bytesOf(1)) })).rejects.toMatchObject({ code: 'BAD_PIECE' });
    await expect(cache.receive(keyOf(1), { root: rootOf(bytesOf(1)), sizeBytes: SIZE, body: pieces(bytesOf(1).subarray(0, 1000)) })).rejects.toMatchObject({ code: 'TRUNCATED_UPLOAD' });
    expect(cache.entries).toBe(0);
    expect(await readdir(join(home, 'incoming'))).toEqual([]);
  });

  it('is found again after a restart, in its order, without what a crash left', async () => {
    const cache = await open();
    for (const number of [1, 2, 3]) await add(cache, number);
    const old = new Date(Date.now() - 60_000);
    await utimes(cache.files.pathOf(keyOf(3)), old, old);
    await writeFile(join(home, 'incoming', 'b2b7c3a0-0000-4000-8000-000000000000'), 'half a fragment');
    const again = await open({ maxEntries: 2 });
    expect(here(again, 1, 2, 3)).toEqual([1, 2]);
    expect(again.bytes).toBe(2 * SIZE);
    expect(await readdir(join(home, 'incoming'))).toEqual([]);
    expect(await Promise.all([again.use(keyOf(1), must(1)), again.use(keyOf(1), must(1))])).toEqual([true, true]);
  });

  it('serves nothing after a restart that is not what it must be', async () => {
    const cache = await open();
    for (const number of [1, 2]) await add(cache, number);
    const path = cache.files.pathOf(keyOf(1));
    const bytes = await readFile(path);
    bytes[SIZE / 2] = (bytes[SIZE / 2] ?? 0) ^ 1;
    await writeFile(path, bytes);
    await writeFile(cache.files.pathOf(keyOf(2)), bytes.subarray(0, 1024));
    const again = await open();
    expect(await again.use(keyOf(1), must(1))).toBe(false);
    expect(await again.use(keyOf(2), must(2))).toBe(false);
    expect(again.entries).toBe(0);
    expect(await readdir(join(home, 'fragments', '1'))).toEqual([]);
  });

  it('holds on to nothing that the chain names otherwise', async () => {
    const cache = await open();
    await add(cache, 1);
    expect(await cache.use(keyOf(1), must(2))).toBe(false);
    expect(await cache.use(keyOf(1), must(1))).toBe(false);
  });
});
