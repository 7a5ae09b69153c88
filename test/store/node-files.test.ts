import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FileLayer } from '../../offchain/store/files.ts';
import { nodeFiles } from '../../offchain/store/node-files.ts';
import { isPageAligned, PAGE_BYTES, pageMemory } from '../../offchain/store/page-memory.ts';
import { FaultPlan } from '../support/faults.ts';
import { FaultyFiles } from '../support/faulty-files.ts';

let real: string;

beforeEach(async () => {
  real = await mkdtemp(join(tmpdir(), 'holdfast-files-'));
});
afterEach(() => rm(real, { recursive: true }));

const layers: [string, () => Promise<{ layer: FileLayer; home: string }>][] = [
  ['node:fs', async () => ({ layer: nodeFiles, home: real })],
  ['the one that tests fail and cut', async () => ({ layer: new FaultyFiles(new FaultPlan()), home: '/' })],
];

describe.each(layers)('%s', (_name, make) => {
  it('writes pieces at their place, reads to the end and tells sizes', async () => {
    const { layer, home } = await make();
    const path = join(home, 'a');
    const file = await layer.open(path, 'wx+');
    await file.write([new Uint8Array([1, 2]), new Uint8Array(), new Uint8Array([3])], 0);
    await file.write([new Uint8Array([9, 9])], 5);
    const into = new Uint8Array(10);
    expect(await file.read(into, 1)).toBe(6);
    expect([...into]).toEqual([2, 3, 0, 0, 9, 9, 0, 0, 0, 0]);
    await file.truncate(2);
    await file.sync();
    expect(await file.sizeBytes()).toBe(2);
    await file.close();
    expect(await layer.stat(path)).toMatchObject({ sizeBytes: 2 });
    const again = await layer.open(path, 'r');
    expect(await again.read(into, 2)).toBe(0);
    await again.close();
  });

  it('has folders, renames that replace, and the same errors', async () => {
    const { layer, home } = await make();
    const at = (name: string) => join(home, name);
    await layer.mkdir(at('f'));
    await expect(layer.mkdir(at('f'))).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(layer.mkdir(at('x/y'))).rejects.toMatchObject({ code: 'ENOENT' });
    for (const name of ['f/1', 'f/2']) await (await layer.open(at(name), 'wx+')).close();
    await expect(layer.open(at('f/1'), 'wx+')).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(layer.open(at('f/3'), 'r+')).rejects.toMatchObject({ code: 'ENOENT' });
    await layer.rename(at('f/1'), at('f/2'));
    expect(await layer.readdir(at('f'))).toEqual(['2']);
    await expect(layer.rename(at('f/1'), at('f/2'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(layer.rmdir(at('f'))).rejects.toMatchObject({ code: 'ENOTEMPTY' });
    await layer.syncFolder(at('f'));
    await layer.unlink(at('f/2'));
    await expect(layer.unlink(at('f/2'))).rejects.toMatchObject({ code: 'ENOENT' });
    await layer.rmdir(at('f'));
    await expect(layer.readdir(at('f'))).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await layer.freeBytes(home)).toBeGreaterThan(0n);
  });
});

it('writes from page memory and reads into it past the page cache, and the rest through it, to one file', async () => {
  const path = join(real, 'direct');
  const memory = pageMemory(1 << 20);
  memory.forEach((_, i) => (memory[i] = i * 7 + (i >> 8)));
  expect(isPageAligned(memory)).toBe(true);
  expect(isPageAligned(memory.subarray(PAGE_BYTES))).toBe(true);
  expect(isPageAligned(memory.subarray(1))).toBe(false);
  expect(isPageAligned(new Uint8Array(PAGE_BYTES))).toBe(false);
  // Each at the end of the one before: aligned, with a tail, at a place in the middle of a page, from the middle of one, small.
  const lengths: [number, number][] = [[0, 512 * 1024], [0, 100_000], [0, 300_000], [256, 300_000], [0, 100]];
  const wanted: Uint8Array[] = [];
  const file = await nodeFiles.open(path, 'wx+');
  let at = 0;
  for (const [start, length] of lengths) {
    const piece = memory.subarray(start, start + length);
    await file.write([piece], at);
    wanted.push(piece.slice());
    at += length;
  }
  // Over bytes that the page cache has.
  const over = new Uint8Array(memory.subarray(0, 2 * 65_536)).reverse();
  memory.set(over);
  await file.write([memory.subarray(0, over.length)], 0);
  await file.sync();
  const all = Buffer.concat(wanted);
  all.set(over);
  const read = new Uint8Array(at + 1);
  expect(await file.read(read, 0)).toBe(at);
  expect(Buffer.compare(read.subarray(0, at), all)).toBe(0);
  // The same from the disk itself, to the end and past it, beside bytes that were not synced.
  await file.write([new Uint8Array([1, 2, 3])], at - 3);
  all.set([1, 2, 3], at - 3);
  const disk = pageMemory(2 << 20);
  expect(await file.read(disk, 0)).toBe(at);
  expect(Buffer.compare(disk.subarray(0, at), all)).toBe(0);
  expect(await file.read(disk.subarray(0, 200_000), 8_192)).toBe(200_000);
  expect(Buffer.compare(disk.subarray(0, 200_000), all.subarray(8_192, 208_192))).toBe(0);
  await file.close();
  expect(Buffer.compare(await readFile(path), all)).toBe(0);
  await expect(file.write([memory], 0)).rejects.toMatchObject({ code: 'EBADF' });
});

it('forgets in a crash what was not synced, and only that', async () => {
  const layer = new FaultyFiles(new FaultPlan());
  await layer.mkdir('/f');
  await layer.syncFolder('/');
  const file = await layer.open('/f/a', 'wx+');
  await file.write([new Uint8Array([1])], 0);
  await file.sync();
  expect(layer.crash('lose').names('/f')).toEqual([]);
  await layer.syncFolder('/f');
  await file.write([new Uint8Array([2])], 0);
  await layer.rename('/f/a', '/f/b');
  expect(layer.crash('lose').peek('/f/a')).toEqual(new Uint8Array([1]));
  expect(layer.crash('keep').peek('/f/b')).toEqual(new Uint8Array([2]));
});

it('writes through short writes of the kernel', async () => {
  const path = join(real, 'large');
  const file = await nodeFiles.open(path, 'wx+');
  // More pieces than one writev takes.
  const pieces = Array.from({ length: 3_000 }, (_, i) => new Uint8Array(7).fill(i));
  await file.write(pieces, 0);
  await file.close();
  expect(Buffer.compare(await readFile(path), Buffer.concat(pieces))).toBe(0);
});
