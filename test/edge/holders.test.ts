/** A creator that only knows a peer, and readers that ask the DHT through a heavy node's HTTP: real libp2p nodes, edges, providers and sockets. */
import http from 'node:http';
import { join } from 'node:path';
import { parseEther } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import { setEndpoint } from '../../offchain/chain/change-node.ts';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import type { Client } from '../../offchain/client/client.ts';
import { get } from '../../offchain/client/get.ts';
import { heavyUrls } from '../../offchain/client/heavies.ts';
import { put } from '../../offchain/client/put.ts';
import { rent } from '../../offchain/client/rent.ts';
import { type RunningEdge, startEdge } from '../../offchain/edge/service.ts';
import { PeerCard } from '../../offchain/p2p/messages.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { ContentProviders, batchContentId } from '../../offchain/wire/content-providers.ts';
import { requestJson } from '../../offchain/wire/http-client.ts';
import { BUNDLE_HEADER } from '../../offchain/wire/paid-reads.ts';
import { noise, snapshot, writeTree } from '../client/tree.ts';
import { PRICE, type World, rentedClient, startWorld } from '../client/world.ts';
import { readerOf } from '../reads/reader.ts';
import { payerOf } from '../reads/support.ts';

const [EDGE_ACCOUNTS, CREATOR, READER] = [[8, 9, 10], 12, 13];
const SIZE = 200_000;
let world: World;
let creator: Client;
let agreement: number;
let bundle: number;
const edges: RunningEdge[] = [];

beforeAll(async () => {
  world = await startWorld({ providers: 4 });
  ({ client: creator, rented: { agreement } } = await rentedClient(world, { account: CREATOR, batchLog2: 18, quota: 40 }));
  await writeTree(join(world.folder, 'tree'), { 'a.bin': noise('a', 900_000) });
  bundle = (await put(creator, { paths: [join(world.folder, 'tree')], name: 'tree' })).bundle!;
  const { rpcUrl, deployment } = world.holdfast;
  for (const index of EDGE_ACCOUNTS) {
    await buyTokens(await world.holdfast.as(index), { coin: parseEther('1') });
    const config = { home: join(world.folder, `edge-${index}`), region: 9, parent: world.heavies[0]!.id, popularity: { pullFrom: 2 }, p2p: { listen: { host: '127.0.0.1', tcpPort: 0 } } };
    edges.push(await startEdge({ config, rpcUrls: [rpcUrl], deployment, account: devAccount(index, DEV_CHAIN_ID), log: createLogger({ name: 'edge', write: () => undefined }) }));
  }
});
afterAll(async () => {
  for (const edge of edges) await edge.stop();
  await world?.stop();
});

const batchIdOf = async () => {
  const { batches } = await creator.reader.describe(await creator.views.get(agreement), bundle);
  return `0x${Buffer.from(batches[0]!.batchId).toString('hex')}` as const;
};
/** One request from another address of this machine, so that it counts as another reader's. */
const knock = (url: string, from: string) => new Promise<void>((resolve, reject) => {
  http.get(url, { localAddress: from, headers: { [BUNDLE_HEADER]: String(bundle) } }, (reply) => reply.resume().on('end', resolve)).on('error', reject);
});

describe('readers that do not speak libp2p', () => {
  it('learn from a heavy node, any of them, which edge holds a batch', async () => {
    const batchId = await batchIdOf();
    const [, holder] = edges;
    for (const slot of [0, 1]) for (const from of ['127.0.0.2', '127.0.0.3']) await knock(`${holder!.url}/agreements/${agreement}/batches/${batchId}/fragments/${slot}?first=0&count=4`, from);
    await holder!.edge.puller.settled();
    expect(holder!.edge.cache.entries).toBe(2);
    for (const { url } of world.heavies) {
      const ask = () => requestJson(`${url}/contents/${batchContentId(batchId)}/providers`, { schema: ContentProviders });
      await expect.poll(ask, { timeout: 60_000, interval: 1_000 }).toEqual({ providers: [{ node: holder!.id, endpoint: holder!.url }] });
    }
    const { url } = world.heavies[0]!;
    await expect(requestJson(`${url}/contents/no-cid/providers`, { schema: ContentProviders })).rejects.toMatchObject({ remoteStatus: 400 });
    expect(await requestJson(`${url}/contents/${batchContentId(`0x${'77'.repeat(32)}`)}/providers`, { schema: ContentProviders })).toEqual({ providers: [] });
  });

  it('read from that edge, whichever of them the fragment belongs to by its name', async () => {
    const reading = await payerOf(world.holdfast, READER);
    const reader = readerOf(reading, creator, { edges: 'network' }, world.heavies[1]!.url);
    const [, holder] = edges;
    try {
      // The first read does not wait for the answer of the DHT.
      const expected = await creator.reader.read({ agreement, bundle, batch: 0, offset: 0, sizeBytes: SIZE });
      expect(await reader.start(agreement, bundle, SIZE)).toEqual(expected);
      const before = holder!.edge.counts.hits;
      await expect.poll(async () => {
        const fresh = await reader.reader.read({ agreement, bundle, batch: 0, offset: Math.floor(Math.random() * 1_000), sizeBytes: 1_000 });
        return fresh.length === 1_000 && holder!.edge.counts.hits > before;
      }, { timeout: 30_000, interval: 200 }).toBe(true);
    } finally {
      await reader.close();
    }
  });
});

describe('a creator that only knows the address of some peer', () => {
  it('finds all heavy nodes over libp2p, though their addresses in the registry are wrong, and reads and stores with them', async () => {
    const [first, second] = world.heavies;
    const card = await requestJson(`${first!.url}/peer`, { schema: PeerCard });
    await Promise.all([first!, second!].map(async ({ id }, i) => setEndpoint(await world.holdfast.as(i + 1), { id, endpoint: 'http://127.0.0.1:9' })));
    const chain = await world.holdfast.as(CREATOR);
    const client = await world.client({ account: CREATOR, heavies: card.addresses });
    await expect.poll(async () => (await heavyUrls(client)).sort(), { timeout: 30_000, interval: 500 }).toEqual([first!.url, second!.url].sort());
    expect((await heavyUrls({ ...client, chain, namedHeavies: undefined }))).toEqual(['http://127.0.0.1:9']);
    await get(client, { name: 'tree', into: join(world.folder, 'back') });
    expect(await snapshot(join(world.folder, 'back'))).toEqual(await snapshot(join(world.folder, 'tree')));
    await buyTokens(client.chain, { coin: parseEther('1') });
    const rented = await rent(client, { scheme: { k: 1, m: 1 }, batchLog2: 17, quota: 4, periods: 1, priceLimit: PRICE });
    expect(rented.agreement).toBeGreaterThan(agreement);
    // Nobody at the peer's address: the registry is asked as ever.
    expect(await heavyUrls({ ...client, chain: await world.holdfast.as(CREATOR), namedHeavies: ['/ip4/127.0.0.1/tcp/9/p2p/12D3KooWGRUmXh7yyr3LrYDKGfSYoRk4wmAUXQHzNDLSgYSBcJ3d'] })).toEqual(['http://127.0.0.1:9']);
  });
});
