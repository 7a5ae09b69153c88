import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { get } from '../../offchain/client/get.ts';
import { put } from '../../offchain/client/put.ts';
import { type Mangler, type Spoil, startMangler } from './mangler.ts';
import { noise, writeTree } from './tree.ts';
import { PRICE, type World, rentedClient, startWorld } from './world.ts';

const policy = { retryPauseMs: 20, graceMs: 500, lateUnmeasuredMs: 300, idleMs: 3_000 };
const terms = { scheme: { k: 2, m: 2 }, batchLog2: 17, quota: 100, periods: 2, priceLimit: PRICE };
const ACCOUNT = 12;
let world: World;
let manglers: Mangler[] = [];

beforeAll(async () => {
  world = await startWorld({ providers: 4 });
});
afterAll(async () => {
  await Promise.all(manglers.map((one) => one.stop()));
  await world.stop();
});

async function spoil(provider: number, how: Spoil, only?: string): Promise<Mangler> {
  const mangler = await startMangler(world.redirect(provider), how, only);
  manglers = [...manglers, mangler];
  world.redirect(provider, mangler.port);
  return mangler;
}

describe('a provider that answers a reader with', () => {
  const content = noise('hostile', 300_000);
  let slotProviders: number[] = [];
  beforeAll(async () => {
    const { client, rented } = await rentedClient(world, { account: ACCOUNT, ...terms, policy });
    slotProviders = rented.providers.map(({ provider }) => provider);
    await put(client, { paths: [await writeTree(join(world.folder, 'source'), { 'a.bin': content })], name: 'a' });
  });

  it.each<Spoil>(['wrong bytes', 'too many bytes', 'no bytes', 'a byte a second', 'nothing at all', 'half, then silence', 'not found'])('%s costs time, never the file', async (how) => {
    const bad = slotProviders[0] as number;
    await spoil(bad, how);
    const reader = await world.client({ account: ACCOUNT, policy });
    const into = join(world.folder, `read ${how}`);
    const { failed, avoided } = await get(reader, { name: 'a', into });
    world.redirect(bad);
    expect(failed).toEqual([]);
    expect(Buffer.compare(await readFile(join(into, 'a.bin')), content)).toBe(0);
    expect(avoided.map(({ provider }) => provider)).toEqual([bad]);
  });
});

describe('a batch', () => {
  const files = { 'a.bin': noise('a', 100_000), 'b.bin': noise('b', 100_000), 'c.bin': noise('c', 100_000), 'd.bin': noise('d', 100_000) };

  it('that more than m providers have lost costs the files in it; they are named, the others are restored', async () => {
    const { client, rented } = await rentedClient(world, { account: 15, ...terms, policy });
    const { bundle } = await put(client, { paths: [await writeTree(join(world.folder, 'many'), files)], name: 'many' });
    const { batches } = await client.reader.describe(await client.views.get(rented.agreement), bundle ?? 0);
    const first = Buffer.from(batches[0]?.batchId ?? []).toString('hex');
    const bad = rented.providers.slice(0, 3).map(({ provider }) => provider);
    const [one] = bad;

    await spoil(one as number, 'not found', first);
    const whole = await get(await world.client({ account: 15, policy }), { name: 'many', into: join(world.folder, 'all of many') });
    expect(whole.failed).toEqual([]);

    for (const provider of bad.slice(1)) await spoil(provider, 'not found', first);
    const into = join(world.folder, 'some of many');
    const { failed, restored } = await get(await world.client({ account: 15, policy }), { name: 'many', into });
    for (const provider of bad) world.redirect(provider);
    expect(failed.map(({ path }) => path)).toContain('a.bin');
    expect(failed.every(({ error }) => (error as { code?: string }).code === 'UNRECOVERABLE')).toBe(true);
    const left = Object.entries(files).filter(([path]) => !failed.some((lost) => lost.path === path));
    expect(left.length).toBeGreaterThan(0);
    expect(restored).toBe(left.length);
    for (const [path, content] of left) expect(Buffer.compare(await readFile(join(into, path)), content), path).toBe(0);
    expect((await readdir(into)).sort()).toEqual(left.map(([path]) => path).sort());
  });
});

describe('an upload', () => {
  it('over a connection that breaks goes on where the durable bytes end', async () => {
    // Each break takes its time: nobody is given up meanwhile.
    const patient = { ...policy, graceMs: 20_000 };
    const { client, rented } = await rentedClient(world, { account: 13, ...terms, batchLog2: 18, policy: patient });
    const flaky = rented.providers[1]?.provider as number;
    const mangler = await spoil(flaky, 'cut');
    const source = await writeTree(join(world.folder, 'cut'), { 'c.bin': noise('cut', 200_000) });
    const stored = await put(client, { paths: [source], name: 'c' });
    world.redirect(flaky);
    expect(stored.lost).toEqual([]);
    expect(stored.receipts).toEqual([0, 1, 2, 3]);
    const resumed = mangler.uploads.filter(({ range }) => range !== undefined);
    expect(resumed.length).toBeGreaterThan(0);
    expect(resumed.every(({ range }) => Number(/^bytes (\d+)-/.exec(range ?? '')?.[1]) > 0)).toBe(true);
  });

  it('to a provider that takes nothing is not held up: a quorum suffices, the rest is named', async () => {
    const { client, rented } = await rentedClient(world, { account: 14, ...terms, policy });
    const slow = rented.providers[2]?.provider as number;
    await spoil(slow, 'crawl');
    const source = await writeTree(join(world.folder, 'crawl'), { 'd.bin': noise('crawl', 200_000) });
    const stored = await put(client, { paths: [source], name: 'd' });
    world.redirect(slow);
    expect(stored.receipts).toEqual([0, 1, 3]);
    expect(stored.lost).toMatchObject([{ slot: 2, provider: slow }]);
  });
});
