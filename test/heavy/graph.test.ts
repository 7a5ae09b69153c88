import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { creatorNonce } from '../../offchain/chain/creator-nonce.ts';
import { currentEpoch } from '../../offchain/chain/current-epoch.ts';
import { owedToNode } from '../../offchain/chain/read-money.ts';
import { readNode } from '../../offchain/chain/read-node.ts';
import { hasProved } from '../../offchain/chain/read-proofs.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import type { RunningProvider } from '../../offchain/provider/service.ts';
import { requestJson } from '../../offchain/wire/http-client.ts';
import { CandidatesReply, HeavyStatus } from '../../offchain/wire/messages.ts';
import { addressOf } from '../support/holdfast.ts';
import { askMatch, giveSealKey, matchRequest, openMatch, startNetwork, storeBundle, until } from './support.ts';
import type { Network } from './support.ts';

type Heavy = Awaited<ReturnType<Network['heavy']>>;

const EPOCH_SECONDS = 4;
const GRAPH = { tickMs: 200, leaseMs: 1_000 };
const LIGHT = { tickMs: 100, askSeconds: 5, rehomeSeconds: 2, returnSeconds: 1 };
let network: Network;
let west: Heavy;
let east: Heavy;
let providers: RunningProvider[];
let creator: Chain;

beforeAll(async () => {
  network = await startNetwork({ epochSeconds: EPOCH_SECONDS, epochsPerPeriod: 4 });
  west = await network.heavy({ p2p: GRAPH, paydayPeriods: 0 });
  east = await network.heavy({ p2p: GRAPH, paydayPeriods: 0 });
  providers = [];
  for (const region of [1, 2, 3, 4]) providers.push(await network.provider({ parent: east.id, region, p2p: LIGHT }));
  creator = (await network.account()).chain;
});
afterAll(() => network?.stop());

const statusOf = (heavy: Heavy) => requestJson(`${heavy.url}/status`, { schema: HeavyStatus });

describe('the graph of heavy nodes', () => {
  it('attaches every provider to its parent, and connects the heavy nodes', async () => {
    await until('four leases', async () => (await statusOf(east)).graph?.attached === 4 || undefined);
    await until('neighbours', async () => ((await statusOf(west)).graph?.neighbours.includes(east.id) && (await statusOf(east)).graph?.neighbours.includes(west.id)) || undefined);
    expect((await statusOf(west)).graph?.attached).toBe(0);
  });

  it("tells every heavy node of every provider's ask, with the price in its configuration", async () => {
    const Asks = z.object({ asks: z.array(z.object({ provider: z.number(), unit: z.string(), price: z.string() })) });
    const known = await until('the asks', async () => {
      const { asks } = await requestJson(`${west.url}/asks`, { schema: Asks });
      return asks.length === 4 ? asks : undefined;
    });
    expect(known.map(({ provider }) => provider).sort()).toEqual(providers.map(({ id }) => id).sort());
    expect(new Set(known.map(({ unit, price }) => `${unit} ${price}`))).toEqual(new Set(['batch 10000000000']));
  });

  it('answers a search once, by whatever paths it comes', async () => {
    const endPeriod = Math.floor((await currentEpoch(creator)) / 4) + 3;
    const terms = { creator: addressOf(creator), nonce: await creatorNonce(creator, addressOf(creator)), heavy: west.id, feeBps: 100, k: 2, m: 2, batchLog2: 16, quota: 4, endPeriod };
    const body = { terms, hops: 0, seen: [west.id], request: randomBytes(16).toString('hex') };
    const ask = () => requestJson(`${east.url}/candidates`, { method: 'POST', body, schema: CandidatesReply });
    const first = await ask();
    expect(first.refused.map(({ provider, reason }) => `${provider}: ${reason}`)).toEqual([]);
    expect(first.offers).toHaveLength(4);
    expect(await ask()).toEqual({ offers: [], refused: [] });
    // A plain client that names no search is answered every time.
    const { request: _named, ...plain } = body;
    expect((await requestJson(`${east.url}/candidates`, { method: 'POST', body: plain, schema: CandidatesReply })).offers).toHaveLength(4);
    expect((await requestJson(`${east.url}/candidates`, { method: 'POST', body: plain, schema: CandidatesReply })).offers).toHaveLength(4);
  });

  it('pays the finder and the parent of the providers, from the same rail', async () => {
    const match = await askMatch(west.url, await matchRequest(creator));
    expect(match.terms.heavy).toBe(west.id);
    const agreement = await openMatch(creator, match);
    const sealKey = nodePlatform.randomBytes(32);
    await giveSealKey(creator, west.url, agreement, sealKey);
    await storeBundle(creator, { agreement, bundle: 0, match, sealKey, payloads: [nodePlatform.randomBytes(5_000)] });
    const first = (await currentEpoch(creator)) + 1;
    await until('an epoch that everybody proved', async () => {
      const now = await currentEpoch(creator);
      if (now <= first) return undefined;
      const proofs = await Promise.all(match.offers.map(({ provider }) => hasProved(creator, provider, now - 1)));
      return proofs.every(Boolean) || undefined;
    });
    const epoch = await currentEpoch(creator);
    await until('the next epoch', async () => ((await currentEpoch(creator)) > epoch + 1 ? true : undefined));
    // Only the parent settles: it finds the rails in which it has a share by itself.
    const { rails, fee } = await east.settleFees();
    expect(rails).toBe(4);
    expect(fee).toBeGreaterThan(0n);
    const [finder, parent] = [await owedToNode(creator, west.id), await owedToNode(creator, east.id)];
    expect(finder).toBeGreaterThan(0n);
    expect(parent).toBeGreaterThan(0n);
    expect(finder - parent).toBeLessThanOrEqual(8n);
    const { fees } = await east.withdrawAll();
    expect(fees).toBe(parent);
  });

  it('when a parent dies its providers serve on under another one, and come home when it is back', async () => {
    const { home, index } = east;
    await east.stop();
    await until('four leases', async () => (await statusOf(west)).graph?.attached === 4 || undefined);
    const match = await askMatch(west.url, await matchRequest(creator, { hops: 0 }));
    expect(match.offers).toHaveLength(4);
    const parents = async () => Promise.all(providers.map(async ({ id }) => (await readNode(creator, id)).parent));
    await until('the registry to say so', async () => (await parents()).every((one) => one === west.id) || undefined);
    east = await network.heavy({ p2p: GRAPH, paydayPeriods: 0 }, index, home);
    await until('everybody home', async () => (await statusOf(east)).graph?.attached === 4 || undefined);
    await until('the registry to say so', async () => (await parents()).every((one) => one === east.id) || undefined);
    await until('no leases left', async () => (await statusOf(west)).graph?.attached === 0 || undefined);
  });

  it('does without libp2p where it is switched off', async () => {
    const plain = await network.heavy({ p2p: { enabled: false } });
    expect((await statusOf(plain)).graph).toBeUndefined();
    await expect(requestJson(`${plain.url}/peer`, { schema: z.unknown() })).rejects.toMatchObject({ code: 'PEER_OFF' });
    await expect(requestJson(`${plain.url}/relay/5/status`, { schema: z.unknown() })).rejects.toMatchObject({ code: 'RELAY_OFF' });
    const match = await askMatch(plain.url, await matchRequest(creator));
    expect(match.offers).toHaveLength(4);
  });
});
