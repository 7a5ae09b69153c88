import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEther } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addStake } from '../../offchain/chain/add-stake.ts';
import { setEndpoint } from '../../offchain/chain/change-node.ts';
import { listNodes } from '../../offchain/chain/list-nodes.ts';
import { registerNode } from '../../offchain/chain/register-node.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { createBook } from '../../offchain/heavy/book.ts';
import { createDirectory } from '../../offchain/heavy/directory.ts';
import { addressOf, registerNodes, startHoldfast } from '../support/holdfast.ts';
import type { TestHoldfast } from '../support/holdfast.ts';

let holdfast: TestHoldfast;
let providers: Chain[];
let folder: string;
beforeAll(async () => {
  holdfast = await startHoldfast();
  ({ providers } = await registerNodes(holdfast, 5));
  folder = await mkdtemp(join(tmpdir(), 'holdfast-directory-'));
});
afterAll(async () => {
  await holdfast?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Every question to the chain, by name. */
async function counted(): Promise<{ chain: Chain; reads: string[] }> {
  const chain = await holdfast.as(0);
  const reads: string[] = [];
  return { reads, chain: { ...chain, read: (request) => (reads.push(request.functionName), chain.read(request)) as never, ask: (what, question) => (reads.push(what), chain.ask(what, question)) } };
}

describe('the directory', () => {
  it('follows events instead of reading everything, and ends equal to the chain', async () => {
    const { chain, reads } = await counted();
    const large = createDirectory(chain, { maxAgeMs: 0, smallNodes: 3 });
    expect(await large.all()).toEqual(await listNodes(chain));
    await setEndpoint(providers[0]!, { id: 2, endpoint: 'http://127.0.0.1:77' });
    await addStake(providers[1]!, { id: 3, amount: parseEther('7') });
    const newcomer = await holdfast.as(9);
    const { id } = await registerNode(newcomer, { tier: 'edge', region: 9, parent: 1, payout: addressOf(newcomer), endpoint: 'http://127.0.0.1:99' });
    reads.length = 0;
    // Who is not in a hurry gets the last answer at once, and the next one is read behind it.
    expect((await large.all()).length).toBe(6);
    const nodes = await large.fresh();
    expect(nodes).toEqual(await listNodes(await holdfast.as(0)));
    expect(nodes.at(-1)).toMatchObject({ id, tier: 'edge', endpoint: 'http://127.0.0.1:99' });
    // All that events named lately with one question, and one page of the slow round.
    expect(reads.filter((name) => name === 'nodes' || name === 'node').length).toBeLessThanOrEqual(2);
    // Once more, because another machine of an RPC service may have answered; and then no more, though the blocks may still be reorganised.
    for (const isLast of [false, false, true]) {
      await addStake(providers[4]!, { id: 6, amount: 1n });
      reads.length = 0;
      expect(await large.fresh()).toEqual(await listNodes(await holdfast.as(0)));
      if (!isLast) continue;
      expect(reads.filter((name) => name === 'node').length).toBe(1);
      expect(reads.filter((name) => name === 'nodes').length).toBeLessThanOrEqual(1);
    }
  });

  it('asks a small registry only when there is a new block', async () => {
    const { chain, reads } = await counted();
    const small = createDirectory(chain, { maxAgeMs: 0 });
    await small.all();
    const first = reads.length;
    await small.all();
    expect(reads.slice(first).filter((name) => name === 'nodes')).toEqual([]);
  });

  it('starts again from its file, follows from there, and does without a damaged one', async () => {
    const path = join(folder, 'directory.json');
    const before = createDirectory(await holdfast.as(0), { maxAgeMs: 0, smallNodes: 3, path });
    await before.all();
    await before.save();
    await setEndpoint(providers[2]!, { id: 4, endpoint: 'http://127.0.0.1:44' });
    const { chain, reads } = await counted();
    const after = createDirectory(chain, { maxAgeMs: 0, smallNodes: 3, path });
    expect((await after.all()).find(({ id }) => id === 4)?.endpoint).toBe('http://127.0.0.1:44');
    expect(await after.fresh()).toEqual(await listNodes(await holdfast.as(0)));
    expect(reads.filter((name) => name === 'nodeCount')).toEqual([]);
    const whole = await readFile(path, 'utf8');
    for (const damaged of ['', '{', whole.slice(0, whole.length / 2), whole.replace('"market"', '"mkt"')]) {
      await writeFile(path, damaged);
      expect(await createDirectory(chain, { maxAgeMs: 0, smallNodes: 3, path }).all()).toEqual(await listNodes(chain));
    }
  });

  it('reads named nodes anew when it is large', async () => {
    let now = 0;
    const large = createDirectory(await holdfast.as(0), { maxAgeMs: 3_600_000, smallNodes: 3, now: () => now });
    await large.all();
    await addStake(providers[3]!, { id: 5, amount: parseEther('3') });
    const stake = async (): Promise<bigint | undefined> => (await large.refresh([5]))[0]?.stake;
    expect(await stake()).toBe(parseEther('100'));
    now += 30_000;
    expect(await stake()).toBe(parseEther('103'));
  });
});

describe('the book', () => {
  const ask = { provider: 7, price: { perGibEpoch: 2n ** 30n }, freeBytes: 50, capacityBytes: 100 };

  it('keeps the newest word, and what a provider asks for a fragment', () => {
    const book = createBook({ now: () => 100_000 });
    expect(book.asked(7, 1024)).toBeUndefined();
    book.learn({ ...ask, atMs: 90_000 });
    book.learn({ ...ask, price: { perBatchEpoch: 1n }, atMs: 80_000 });
    expect(book.asked(7, 1024)).toBe(1024n);
    expect(book.asked(7, 1025)).toBe(1025n);
    book.failed(7);
    expect(book.of(7)?.alive).toBe(false);
    book.learn({ ...ask, atMs: 100_000 });
    expect(book.of(7)?.alive).toBe(true);
  });

  it('prefers a gossiped ask to an old status, and a fresh status to a gossiped ask', () => {
    let now = 1_000_000;
    const gossiped = { provider: 7, sequence: 1, tier: 'standard', region: 1, unit: 'batch', price: 9n, freeBytes: 5n, capacityBytes: 5n, url: '', expiry: 2_000, signature: '0x' } as const;
    const book = createBook({ now: () => now, asks: { get: (id) => (id === 7 ? gossiped : undefined) } });
    expect(book.asked(7, 1024)).toBe(9n);
    book.learn({ ...ask, atMs: now });
    expect(book.asked(7, 1024)).toBe(1024n);
    now += 61_000;
    expect([book.asked(7, 1024), book.freeBytes(7)]).toEqual([9n, 5]);
    now = 2_000_001;
    expect(book.asked(7, 1024)).toBe(1024n);
  });

  it('remembers bait: a low ask and a dear offer count as dear for a while', () => {
    let now = 0;
    const book = createBook({ now: () => now });
    book.offered(7, 3);
    expect(book.surcharge(7)).toBe(3);
    book.offered(8, 0.9);
    expect(book.surcharge(8)).toBe(1);
    now = 3_600_001;
    expect(book.surcharge(7)).toBe(1);
  });

  it('resolves names, keeps the answer for a while, and takes no answer for none', async () => {
    let asked = 0;
    let now = 0;
    const resolver = async (host: string) => {
      asked++;
      if (host === 'gone.example') throw new Error('ENOTFOUND');
      return ['203.0.113.7', '2001:db8::1'];
    };
    const book = createBook({ now: () => now, resolver });
    expect(await book.resolve({ id: 1, endpoint: 'http://a.example:80' })).toEqual(['203.0.113.7', '2001:db8::1']);
    await book.resolve({ id: 1, endpoint: 'http://a.example:80' });
    expect(asked).toBe(1);
    expect(await book.resolve({ id: 2, endpoint: 'http://gone.example' })).toEqual([]);
    expect(await book.resolve({ id: 3, endpoint: 'http://[2001:db8::9]:81' })).toEqual(['2001:db8::9']);
    expect(await book.resolve({ id: 4, endpoint: 'nonsense' })).toEqual([]);
    now = 600_001;
    await book.resolve({ id: 1, endpoint: 'http://a.example:80' });
    expect(asked).toBe(3);
  });
});
