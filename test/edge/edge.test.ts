import http from 'node:http';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEther } from 'viem';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { readNode } from '../../offchain/chain/read-node.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import type { Client } from '../../offchain/client/client.ts';
import { put } from '../../offchain/client/put.ts';
import type { EdgeConfigInput } from '../../offchain/edge/config.ts';
import { type RunningEdge, startEdge } from '../../offchain/edge/service.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { BUNDLE_HEADER } from '../../offchain/wire/paid-reads.ts';
import { noise, writeTree } from '../client/tree.ts';
import { type World, rentedClient, startWorld } from '../client/world.ts';
import { type SharedReader, readerOf } from '../reads/reader.ts';
import { payerOf } from '../reads/support.ts';

const [EDGE_ACCOUNT, CREATOR, READER] = [10, 12, 13];
const PRICE = 10n ** 15n;
/** Both data slots of the first batch. */
const SIZE = 200_000;
let world: World;
let creator: Client;
let agreement: number;
let bundle: number;
let expected: Uint8Array;
let reading: Chain;
let edge: RunningEdge | undefined;
const announced: string[] = [];
const readers: SharedReader[] = [];

beforeAll(async () => {
  world = await startWorld({ providers: 4, reads: () => ({ pricePerGib: PRICE }) });
  ({ client: creator, rented: { agreement } } = await rentedClient(world, { account: CREATOR, batchLog2: 18, quota: 40 }));
  await writeTree(join(world.folder, 'tree'), { 'a.bin': noise('a', 900_000) });
  bundle = (await put(creator, { paths: [join(world.folder, 'tree')], name: 'tree' })).bundle!;
  expected = await creator.reader.read({ agreement, bundle, batch: 0, offset: 0, sizeBytes: SIZE });
  reading = await payerOf(world.holdfast, READER);
  await buyTokens(await world.holdfast.as(EDGE_ACCOUNT), { coin: parseEther('1') });
});
afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.close();
});
afterAll(async () => {
  await edge?.stop();
  await world?.stop();
});

const start = async (change: Partial<EdgeConfigInput> = {}) => {
  const { rpcUrl, deployment } = world.holdfast;
  const config = { home: join(world.folder, 'edge'), region: 9, parent: world.heavies[0]!.id, popularity: { pullFrom: 2 }, reads: { pricePerGib: PRICE }, upstream: { maxPricePerGib: PRICE }, p2p: { enabled: false }, ...change };
  const announcer = { announce: async (contentId: string) => void announced.push(contentId) };
  edge = await startEdge({ config, rpcUrls: [rpcUrl], deployment, account: devAccount(EDGE_ACCOUNT, DEV_CHAIN_ID), announcer, log: createLogger({ name: 'edge', write: () => undefined }) });
  return edge;
};
/** A reader who has nothing in memory and remembers no edge. */
const newReader = () => {
  const reader = readerOf(reading, creator, { maxPricePerGib: PRICE, edges: 'registry' });
  readers.push(reader);
  return reader;
};
const read = () => newReader().start(agreement, bundle, SIZE);
const readBytesOf = () => world.providers.reduce((sum, { provider }) => sum + provider.traffic.readBytes, 0);

/** One request from another address of this machine. */
async function ask(path: string, options: { from?: string; headers?: Record<string, string> } = {}): Promise<{ status: number; body: string }> {
  const { from = '127.0.0.1', headers = { [BUNDLE_HEADER]: String(bundle) } } = options;
  return new Promise((resolve, reject) => {
    http.get(`${edge!.url}${path}`, { localAddress: from, headers }, (reply) => {
      let body = '';
      reply.on('data', (part: Buffer) => (body += part.toString('latin1')));
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, body }));
    }).on('error', reject);
  });
}
const fragmentPath = async (slot: number) => {
  const view = await creator.views.get(agreement);
  const { batches } = await creator.reader.describe(view, bundle);
  return `/agreements/${agreement}/batches/0x${Buffer.from(batches[0]!.batchId).toString('hex')}/fragments/${slot}`;
};

describe('an edge node', () => {
  it('registers as one, and sends readers to the providers as long as it has nothing', async () => {
    const { id, url } = await start();
    expect(await readNode(reading, id)).toMatchObject({ tier: 'edge', region: 9, endpoint: url });
    expect(await read()).toEqual(expected);
    expect(edge!.edge.counts.misses).toBeGreaterThan(0);
    await edge!.edge.puller.settled();
    expect(edge!.edge.cache.entries).toBe(0);
  });

  it('pulls what a second reader asks for, pays its provider, verifies it, and announces it', async () => {
    const counts = edge!.edge.counts.misses;
    for (const slot of [0, 1]) {
      const path = `${await fragmentPath(slot)}?first=0&count=4`;
      expect((await ask(path, { from: '127.0.0.2' })).status).toBe(404);
    }
    await edge!.edge.puller.settled();
    expect(edge!.edge.counts.misses).toBe(counts + 2);
    expect(edge!.edge.cache.entries).toBe(2);
    expect(announced.length).toBe(2);
    expect(announced[0]).toMatch(/^bafkrei/);
    const paid = world.providers.flatMap(({ provider }) => [...provider.till.accounts.values()]).filter(({ used }) => used > 0n);
    expect(paid.length).toBeGreaterThan(0);
  });

  it('then serves it for vouchers, and the providers have nothing to do', async () => {
    const before = readBytesOf();
    expect(await read()).toEqual(expected);
    expect(readBytesOf()).toBe(before);
    expect(edge!.edge.counts.hits).toBeGreaterThan(0);
    const [account] = [...edge!.edge.till.accounts.values()];
    expect(account?.used).toBeGreaterThan(0n);
    expect(await edge!.redeem()).toBeGreaterThan(0n);
  });

  it('answers only what it can answer for', async () => {
    const path = await fragmentPath(0);
    expect(await ask(`${path}?first=0&count=4`)).toMatchObject({ status: 402, body: expect.stringContaining('PAYMENT_REQUIRED') });
    expect(await ask(`${path}?first=0&count=4`, { headers: {} })).toMatchObject({ status: 400, body: expect.stringContaining('x-holdfast-bundle') });
    expect((await ask(`${path}?first=0&count=4`, { headers: { [BUNDLE_HEADER]: '77' } })).status).toBe(404);
    expect((await ask(`${path}?first=0&count=9999999`)).status).toBe(400);
    expect((await ask(path)).status).toBe(400);
    expect((await ask(`/agreements/${agreement}/batches/0x12/fragments/0?first=0&count=4`)).status).toBe(400);
    expect((await ask('/healthz')).status).toBe(200);
    expect(JSON.parse((await ask('/status')).body)).toMatchObject({ entries: 2, pulls: 2 });
  });

  it('that changed a byte on its disk is found out by the reader, who takes the rest from providers', async () => {
    for (const path of await cachedFiles()) {
      const bytes = await readFile(path);
      for (let at = 0; at < bytes.length; at += 1024) bytes[at] = (bytes[at] ?? 0) ^ 1;
      await writeFile(path, bytes);
    }
    expect(await read()).toEqual(expected);
  });

  it('looks at its files after a restart before it serves any of them', async () => {
    // What it noticed itself it has dropped; the rest is still damaged.
    const before = edge!.edge.cache.entries;
    expect(before).toBeGreaterThan(0);
    await edge!.stop();
    await start();
    expect(edge!.edge.cache.entries).toBe(before);
    expect(await read()).toEqual(expected);
    expect(edge!.edge.cache.entries).toBe(0);
    expect(edge!.edge.counts.hits).toBe(0);
  });

  it('keeps nothing of a provider that sends other bytes', async () => {
    const slots = (await creator.views.get(agreement)).state.slots;
    await world.corruptProvider(slots[0]!.provider);
    const path = `${await fragmentPath(0)}?first=0&count=4`;
    await ask(path, { from: '127.0.0.3' });
    await ask(path, { from: '127.0.0.4' });
    await edge!.edge.puller.settled();
    expect(edge!.edge.cache.entries).toBe(0);
    expect(await readdir(join(world.folder, 'edge', 'incoming'))).toEqual([]);
  });

  it('spends no more than it may in an hour, and pays no more than it wants to', async () => {
    await edge!.stop();
    await start({ popularity: { pullFrom: 2, pullBytesPerHour: 1000 } });
    const path = `${await fragmentPath(1)}?first=0&count=4`;
    for (const from of ['127.0.0.5', '127.0.0.6']) await ask(path, { from });
    await edge!.edge.puller.settled();
    expect(edge!.edge.cache.entries).toBe(0);
    await edge!.stop();
    await start({ upstream: { maxPricePerGib: PRICE - 1n } });
    for (const from of ['127.0.0.5', '127.0.0.6']) await ask(path, { from });
    await edge!.edge.puller.settled();
    expect(edge!.edge.cache.entries).toBe(0);
  });
});

async function cachedFiles(): Promise<string[]> {
  const folder = join(world.folder, 'edge', 'fragments', String(agreement));
  return (await readdir(folder)).filter((name) => !name.endsWith('.tree')).map((name) => join(folder, name));
}
