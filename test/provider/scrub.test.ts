import { chmod, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findFragment, markBad, storeFragment } from '../../offchain/provider/fragments.ts';
import { loadScrubProgress } from '../../offchain/provider/scrub-progress.ts';
import { Scrubber } from '../../offchain/provider/scrub.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { keyOf, openShelf, pattern, pieces, removeShelf } from './support.ts';
import type { Shelf } from './support.ts';

const SIZE = 2048 * 256;
const COUNT = 4;
let shelf: Shelf;
let lines: Record<string, unknown>[];
let nowMs: number;
let traffic: { isBusy: boolean };

beforeEach(async () => {
  shelf = await openShelf();
  lines = [];
  nowMs = 1_000_000;
  traffic = { isBusy: false };
  for (let i = 0; i < COUNT; i++) await put(i);
});
afterEach(() => removeShelf(shelf));

const put = (i: number) => storeFragment(shelf, keyOf(i), { sizeBytes: SIZE, body: pieces(pattern(`fragment ${i}`, SIZE), 65_536) });
const pathOf = (i: number) => shelf.files.pathOf(keyOf(i));
const isBad = async (i: number) => (await findFragment(shelf.store, keyOf(i)))?.bad;

function newScrubber(bytesPerTick = SIZE * 10): Scrubber {
  const log = createLogger({ name: 'scrub', write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) });
  return new Scrubber({ ...shelf, traffic, bytesPerTick, pauseMs: 60_000, log, now: () => nowMs });
}

async function flip(i: number, at: number): Promise<void> {
  const bytes = await readFile(pathOf(i));
  bytes[at]! ^= 1;
  await writeFile(pathOf(i), bytes);
}

describe('Scrubber', () => {
  it('reads everything once, then rests', async () => {
    const scrubber = newScrubber();
    expect(await scrubber.tick()).toBe(COUNT * SIZE);
    expect(await loadScrubProgress(shelf.store)).toMatchObject({ pass: 1, bytes: COUNT * SIZE, fragments: COUNT, damaged: 0, healed: 0, endedMs: nowMs });
    expect(await scrubber.tick()).toBe(0);
    nowMs += 60_000;
    expect(await scrubber.tick()).toBe(COUNT * SIZE);
    expect(await loadScrubProgress(shelf.store)).toMatchObject({ pass: 2, last: { fragments: COUNT, endedMs: 1_000_000 } });
  });

  it.each([0, 300_001, SIZE - 1])('finds a flipped bit in byte %i, says where, and takes the fragment out of service', async (at) => {
    await flip(2, at);
    await newScrubber().tick();
    expect(await Promise.all([0, 1, 2, 3].map(isBad))).toEqual([false, false, true, false]);
    expect(lines.filter(({ event }) => event === 'scrub.damaged')).toEqual([
      expect.objectContaining({ ...keyOf(2), why: 'its bytes hash to another root', leaf: Math.floor(at / 16_384) * 64 }),
    ]);
    expect(await loadScrubProgress(shelf.store)).toMatchObject({ damaged: 1, fragments: COUNT });
  });

  it('finds a file that was shortened, lengthened or removed', async () => {
    await truncate(pathOf(0), SIZE - 1);
    await truncate(pathOf(1), SIZE + 1);
    await rm(pathOf(3));
    await newScrubber().tick();
    expect(await Promise.all([0, 1, 2, 3].map(isBad))).toEqual([true, true, false, true]);
    const why = Object.fromEntries(lines.filter(({ event }) => event === 'scrub.damaged').map((line) => [String(line['batchId']), line['why']]));
    expect(why).toEqual({
      [keyOf(0).batchId]: `its file has ${SIZE - 1} of ${SIZE} bytes`,
      [keyOf(1).batchId]: `its file has ${SIZE + 1} of ${SIZE} bytes`,
      [keyOf(3).batchId]: 'its file is gone',
    });
  });

  it('takes a fragment into service again that is whole after all', async () => {
    const bytes = await readFile(pathOf(1));
    await rm(pathOf(1));
    const scrubber = newScrubber();
    await scrubber.tick();
    expect(await isBad(1)).toBe(true);
    await writeFile(pathOf(1), bytes);
    nowMs += 60_000;
    await scrubber.tick();
    expect(await isBad(1)).toBe(false);
    expect(await loadScrubProgress(shelf.store)).toMatchObject({ pass: 2, healed: 1, damaged: 0 });
  });

  it('counts what stays damaged in every pass, and mends lost and torn trees', async () => {
    await flip(0, 7);
    await markBad(shelf.store, keyOf(0));
    const trees = await Promise.all([1, 2].map((i) => readFile(shelf.files.treePathOf(keyOf(i)))));
    await rm(shelf.files.treePathOf(keyOf(1)));
    await writeFile(shelf.files.treePathOf(keyOf(2)), trees[1]!.subarray(0, 100));
    await newScrubber().tick();
    expect(await loadScrubProgress(shelf.store)).toMatchObject({ damaged: 1 });
    expect(lines.map(({ event }) => event).sort()).toEqual(['scrub.passed', 'scrub.tree-mended', 'scrub.tree-mended']);
    expect(await Promise.all([1, 2].map((i) => readFile(shelf.files.treePathOf(keyOf(i)))))).toEqual(trees);
  });

  it('keeps to its rate, and to an eighth of it while others read', async () => {
    const scrubber = newScrubber(262_144);
    expect(await scrubber.tick()).toBe(262_144);
    traffic.isBusy = true;
    expect(await scrubber.tick()).toBe(32_768);
    traffic.isBusy = false;
    let ticks = 0;
    while ((await scrubber.tick()) > 0) ticks += 1;
    expect(ticks).toBe(Math.ceil((COUNT * SIZE - 262_144 - 32_768) / 262_144));
    await scrubber.close();
  });

  it('goes on where it was after a restart, and misses nothing that comes or goes', async () => {
    const last = [0, 1, 2, 3].reduce((a, b) => (keyOf(a).batchId > keyOf(b).batchId ? a : b));
    await flip(last, 9);
    const first = newScrubber(SIZE);
    nowMs += 10_000;
    await first.tick();
    await first.tick();
    await first.close();
    const { fragments, after } = (await loadScrubProgress(shelf.store))!;
    expect(fragments).toBeGreaterThan(0);
    expect(fragments).toBeLessThan(COUNT);
    await put(7);
    await shelf.store.fragment.deleteMany({ where: { batchId: after![1] } });
    const second = newScrubber();
    await second.tick();
    expect(await isBad(last)).toBe(true);
    expect((await loadScrubProgress(shelf.store))!.pass).toBe(1);
  });

  it('leaves alone what is replaced while it reads', async () => {
    const scrubber = newScrubber(262_144);
    await scrubber.tick();
    const { after } = (await loadScrubProgress(shelf.store)) ?? { after: null };
    expect(after).toBeNull();
    for (let i = 0; i < COUNT; i++) await storeFragment(shelf, keyOf(i), { sizeBytes: SIZE, body: pieces(pattern(`other ${i}`, SIZE), 65_536) });
    while ((await scrubber.tick()) > 0);
    expect(await Promise.all([0, 1, 2, 3].map(isBad))).toEqual([false, false, false, false]);
  });

  it.skipIf(process.getuid?.() === 0)('takes missing rights for what they are, not for damage', async () => {
    await chmod(pathOf(0), 0);
    await expect(newScrubber().tick()).rejects.toMatchObject({ code: 'EACCES' });
    expect(await isBad(0)).toBe(false);
  });
});
