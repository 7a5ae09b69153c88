import { json } from 'node:stream/consumers';
import { bytesToHex, keccak256, toHex } from 'viem';
import type { Hex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readNode } from '../../offchain/chain/read-node.ts';
import { registerNode } from '../../offchain/chain/register-node.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import { requestJson } from '../../offchain/wire/http-client.ts';
import { startServer } from '../../offchain/wire/http-server.ts';
import { HeavyStatus, NameMessage } from '../../offchain/wire/messages.ts';
import { holdfastDomain, recoverTyped, signTyped } from '../../offchain/wire/typed-data.ts';
import { addressOf } from '../support/holdfast.ts';
import { PRICE, askMatch, giveSealKey, matchRequest, openMatch, sessionOf, startNetwork, until } from './support.ts';
import type { Network } from './support.ts';

type Heavy = Awaited<ReturnType<Network['heavy']>>;

let network: Network;
/** Three providers, in regions 1, 1, 2. */
let west: Heavy;
/** Three providers, in regions 3, 3, 4; the last one dear. */
let east: Heavy;
let creator: Chain;
let stranger: Chain;
let agreement: number;

beforeAll(async () => {
  network = await startNetwork();
  west = await network.heavy();
  east = await network.heavy();
  for (const region of [1, 1, 2]) await network.provider({ parent: west.id, region });
  for (const region of [3, 3]) await network.provider({ parent: east.id, region });
  await network.provider({ parent: east.id, region: 4, price: PRICE * 3n });
  creator = (await network.account()).chain;
  stranger = (await network.account()).chain;
  agreement = await openMatch(creator, await askMatch(west.url, await matchRequest(creator, { k: 1, m: 2 })));
});

afterAll(() => network?.stop());

describe('POST /match', () => {
  it('gives offers that the market accepts, all for the same terms, at most m per region', async () => {
    const match = await askMatch(west.url, await matchRequest(creator));
    expect(match.terms).toMatchObject({ creator: addressOf(creator), nonce: 1, heavy: west.id, feeBps: 150, k: 2, m: 2 });
    expect(match.offers).toHaveLength(4);
    const regions = match.offers.map(({ region }) => region);
    expect(regions.every((region) => regions.filter((one) => one === region).length <= 2)).toBe(true);
    for (const { provider, price, expiry, signature, endpoint, reason } of match.offers) {
      const node = await readNode(creator, provider);
      expect(await recoverTyped(creator.domain, 'Offer', { terms: match.terms, provider, price, expiry }, signature)).toBe(node.operator);
      expect(endpoint).toBe(node.endpoint);
      expect(reason).not.toBe('');
    }
    await openMatch(creator, match);
  });

  it("asks the neighbours when the own children do not suffice, and not when they do", async () => {
    const small = await askMatch(west.url, await matchRequest(creator, { k: 1, m: 2 }));
    expect(await parentsOf(small.offers)).toEqual([west.id]);
    const large = await askMatch(west.url, await matchRequest(creator, { k: 3, m: 2 }));
    expect(await parentsOf(large.offers)).toEqual([west.id, east.id]);
    expect(large.terms.heavy).toBe(west.id);
  });

  it('asks them for regions too', async () => {
    // Three own children would be enough for 1+1 by number; two of them may not share a region.
    const match = await askMatch(west.url, await matchRequest(creator, { k: 2, m: 1 }));
    expect(new Set(match.offers.map(({ region }) => region)).size).toBe(3);
  });

  it('says how many were wanted and found, and why the others were refused', async () => {
    const failure = askMatch(west.url, await matchRequest(creator, { k: 2, m: 2, hops: 0, exclude: [3] }));
    await expect(failure).rejects.toMatchObject({ code: 'TOO_FEW_PROVIDERS', details: { wanted: 4, found: 2 } });
    const reasons = await failure.catch((error: { details: { refused: { code: string }[] } }) => error.details.refused.map(({ code }) => code));
    expect(reasons).toContain('excluded');
  });

  it('says what the slots would cost when only the price is in the way', async () => {
    const failure = askMatch(west.url, await matchRequest(creator, { k: 3, m: 3, priceLimit: PRICE }));
    await expect(failure).rejects.toMatchObject({ code: 'PRICE_ABOVE_LIMIT', details: { wanted: 6, withinLimit: 5, needed: String(PRICE * 3n) } });
  });

  it('gives one slot to an owner with many keys, however cheap all of them are', async () => {
    const sybils: number[] = [];
    for (const region of [5, 6, 7]) sybils.push((await network.provider({ parent: west.id, region, price: PRICE / 2n, payout: addressOf(stranger) })).id);
    await until('all of them seen', async () => {
      const { children } = await requestJson(`${west.url}/status`, { schema: HeavyStatus });
      return sybils.every((id) => children.some((child) => child.id === id && child.alive)) || undefined;
    });
    const match = await askMatch(west.url, await matchRequest(creator, { k: 2, m: 2, explain: true }));
    expect(match.refused.filter(({ code }) => code === 'operator-taken').map(({ provider }) => provider).every((id) => sybils.includes(id))).toBe(true);
    expect(match.offers.filter(({ provider }) => sybils.includes(provider))).toHaveLength(1);
    await Promise.all(sybils.map(async (id) => expect((await readNode(creator, id)).payout.toLowerCase()).toBe(addressOf(stranger).toLowerCase())));
  });

  it('refuses more slots than an agreement has', async () => {
    await expect(askMatch(west.url, await matchRequest(creator, { k: 60, m: 5 }))).rejects.toMatchObject({ code: 'BAD_REQUEST', remoteStatus: 400 });
  });

  it('refuses a nonce that has passed', async () => {
    await expect(askMatch(west.url, await matchRequest(creator, { nonce: 0 }))).rejects.toMatchObject({ code: 'STALE_NONCE', retryable: true });
  });

  it('goes on when a neighbour is down', async () => {
    const north = await network.heavy();
    await north.stop();
    const match = await askMatch(west.url, await matchRequest(creator, { k: 3, m: 2 }));
    expect(match.offers).toHaveLength(5);
  });

  it("hears true offers however a neighbour spoils them, and names searches that come without a name", async () => {
    const { chain } = await network.account();
    const children = [4, 5, 6, 7, 8, 9].map((provider) => ({ provider, price: '1', expiry: 4_000_000_000, signature: `0x${'11'.repeat(64)}`, endpoint: 'http://127.0.0.1:1', region: 9, reason: 'spoiled' }));
    const heard: unknown[] = [];
    const liar = await startServer((request, response) => {
      if (request.url !== '/candidates') return void response.writeHead(404).end();
      void json(request).then((body) => {
        heard.push(body);
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ offers: children, refused: [] }));
      });
    });
    const { id } = await registerNode(chain, { tier: 'heavy', region: 9, payout: addressOf(chain), endpoint: liar.url });
    const south = await network.heavy({ neighbours: [east.id, id], p2p: { enabled: false } });
    const match = await askMatch(south.url, await matchRequest(creator, { k: 1, m: 1, hops: 1 }));
    expect(await parentsOf(match.offers)).toEqual([east.id]);
    const { terms } = match;
    await requestJson(`${south.url}/candidates`, { method: 'POST', body: { terms, hops: 1, seen: [] }, schema: z.unknown() });
    expect(heard.length).toBeGreaterThan(1);
    for (const body of heard) expect(body).toMatchObject({ request: expect.stringMatching(/^[0-9a-f]{32}$/) });
    await south.stop();
    await liar.close();
  });

  async function parentsOf(offers: readonly { provider: number }[]): Promise<number[]> {
    const parents = await Promise.all(offers.map(async ({ provider }) => (await readNode(creator, provider)).parent));
    return [...new Set(parents)].sort((a, b) => a - b);
  }
});

describe('/names', () => {
  const put = async (url: string, chain: Chain, version: number, text: string, changes: Partial<NameMessage> = {}) =>
    requestJson(`${url}/names/${addressOf(creator)}`, { method: 'PUT', body: { ...(await record(chain, version, text)), ...changes }, schema: z.unknown() });
  const get = (url: string) => requestJson(`${url}/names/${addressOf(creator)}`, { schema: NameMessage });

  it('has no record of a creator that never wrote one', async () => {
    await expect(requestJson(`${west.url}/names/${addressOf(stranger)}`, { schema: NameMessage })).rejects.toMatchObject({ code: 'NO_SUCH_NAME', remoteStatus: 404 });
  });

  it('copies a record to the other heavy nodes', async () => {
    await put(west.url, creator, 1, 'one');
    expect(await get(west.url)).toMatchObject({ version: 1, value: toHex('one') });
    await until('the copy', async () => (await requestJson(`${east.url}/names/${addressOf(creator)}?local=1`, { schema: NameMessage }).catch(() => undefined)) ?? undefined);
  });

  it('accepts higher versions and repetitions, and refuses everything else', async () => {
    await put(west.url, creator, 3, 'three');
    await put(west.url, creator, 3, 'three');
    await expect(put(west.url, creator, 3, 'other')).rejects.toMatchObject({ code: 'NAME_CONFLICT', remoteStatus: 409, details: { stored: 3 } });
    await expect(put(west.url, creator, 2, 'two')).rejects.toMatchObject({ code: 'NAME_CONFLICT' });
    expect(await get(west.url)).toMatchObject({ version: 3, value: toHex('three') });
  });

  it.each([
    ['signed by somebody else', async () => record(stranger, 9, 'nine')],
    ['with another value than was signed', async () => ({ ...(await record(creator, 9, 'nine')), value: toHex('ten') })],
    ['with another version than was signed', async () => ({ ...(await record(creator, 9, 'nine')), version: 10 })],
    ['signed for another market', async () => record(creator, 9, 'nine', { ...creator.deployment, market: addressOf(stranger) })],
  ])('refuses a record %s', async (_what, make) => {
    const failure = requestJson(`${west.url}/names/${addressOf(creator)}`, { method: 'PUT', body: await make(), schema: z.unknown() });
    await expect(failure).rejects.toMatchObject({ code: 'BAD_SIGNATURE', remoteStatus: 403 });
    expect((await get(west.url)).version).toBe(3);
  });

  it('keeps no records for keys that never rented anything', async () => {
    const body = await record(stranger, 1, 'spam', stranger.deployment, addressOf(stranger));
    await expect(requestJson(`${west.url}/names/${addressOf(stranger)}`, { method: 'PUT', body, schema: z.unknown() })).rejects.toMatchObject({ code: 'NO_AGREEMENT' });
  });

  it('ends with one value everywhere when two nodes took different ones while they were apart', async () => {
    await east.stop();
    await put(west.url, creator, 5, 'in the west');
    await west.stop();
    east = await network.heavy({}, east.index, east.home);
    await put(east.url, creator, 5, 'in the east');
    west = await network.heavy({}, west.index, west.home);
    const value = [toHex('in the west'), toHex('in the east')].sort((a, b) => (keccak256(a) > keccak256(b) ? -1 : 1))[0];
    await until('the same record at both', async () => ((await get(west.url)).value === value && (await get(east.url)).value === value ? true : undefined));
  });

  it('brings a node that was away up to date', async () => {
    await east.stop();
    await put(west.url, creator, 6, 'six');
    east = await network.heavy({}, east.index, east.home);
    await until('the newer record', async () => ((await get(east.url)).version === 6 ? true : undefined));
  });

  async function record(chain: Chain, version: number, text: string, deployment = chain.deployment, owner = addressOf(creator)): Promise<NameMessage> {
    const { account } = chain;
    if (account === undefined) throw new Error('a chain without a key');
    const value = toHex(text);
    const signature = await signTyped(account, holdfastDomain(deployment), 'NameRecord', { creator: owner, version, valueHash: keccak256(value) });
    return { version, value, keyCheck: '0x0011223344556677', signature };
  }
});

describe('PUT /seals', () => {
  const sealKey = nodePlatform.randomBytes(32);

  it("takes the creator's key, and the same one again", async () => {
    await giveSealKey(creator, west.url, agreement, sealKey);
    expect(await giveSealKey(creator, west.url, agreement, sealKey)).toEqual({ agreement, stored: true });
  });

  it('refuses a stranger, another agreement and an expired session', async () => {
    await expect(giveSealKey(stranger, west.url, agreement, sealKey)).rejects.toMatchObject({ code: 'BAD_SESSION_SIGNATURE' });
    const { signature } = await sessionOf(creator, agreement);
    const body = { sealKey: bytesToHex(sealKey), expiry: 1, signature };
    await expect(requestJson(`${west.url}/seals/${agreement}`, { method: 'PUT', body, schema: z.unknown() })).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
    await expect(giveSealKey(creator, west.url, 999, sealKey)).rejects.toMatchObject({ code: 'NO_SUCH_AGREEMENT' });
  });

  it('keeps a few keys and no more', async () => {
    for (let i = 0; i < 3; i++) await giveSealKey(creator, west.url, agreement, nodePlatform.randomBytes(32));
    await expect(giveSealKey(creator, west.url, agreement, nodePlatform.randomBytes(32))).rejects.toMatchObject({ code: 'TOO_MANY_SEAL_KEYS', remoteStatus: 409 });
  });
});

describe('whatever else arrives', () => {
  const send = async (path: string, body: string, method = 'POST') => {
    const reply = await fetch(`${west.url}${path}`, { method, body, headers: { 'content-type': 'application/json' } });
    return { status: reply.status, body: (await reply.json()) as { code: string; message: string } };
  };
  const random = (sizeBytes: number): Hex => bytesToHex(nodePlatform.randomBytes(sizeBytes));

  it.each([
    ['no JSON', '/match', 'POST', '{', 400],
    ['an empty object', '/match', 'POST', '{}', 400],
    ['a list', '/match', 'POST', '[]', 400],
    ['absurd numbers', '/match', 'POST', JSON.stringify({ creator: `0x${'11'.repeat(20)}`, k: 1e9, m: -1, batchLog2: 1.5, quota: 0, periods: 1e9, priceLimit: '1', nonce: 0 }), 400],
    ['terms without fields', '/candidates', 'POST', '{"terms":{},"hops":1,"seen":[]}', 400],
    ['more hops than there may be', '/candidates', 'POST', '{"terms":{},"hops":1000,"seen":[]}', 400],
    ['a name that is no address', '/names/nobody', 'GET', '', 400],
    ['an agreement that is no number', '/seals/one', 'PUT', '{}', 400],
    ['a path that does not exist', '/nothing', 'POST', '{}', 404],
  ])('answers %s with a clear error', async (_what, path, method, body, status) => {
    const reply = method === 'GET' ? await fetch(`${west.url}${path}`).then(async (one) => ({ status: one.status, body: (await one.json()) as { code: string; message: string } })) : await send(path, body, method);
    expect(reply.status).toBe(status);
    expect(reply.body.code).not.toBe('INTERNAL');
    expect(reply.body.message).not.toBe('');
  });

  it('answers oversize bodies with 413', async () => {
    const record = JSON.stringify({ version: 1, value: random(40_000), keyCheck: random(8), signature: random(64) });
    expect((await send(`/names/${addressOf(creator)}`, record, 'PUT')).status).toBe(413);
    expect((await send('/match', JSON.stringify({ padding: 'x'.repeat(2 ** 21) }))).status).toBe(413);
  });

  it('refuses a name value above 8 KiB and signatures of another length', async () => {
    const body = { version: 1, value: random(8_193), keyCheck: random(8), signature: random(64) };
    expect((await send(`/names/${addressOf(creator)}`, JSON.stringify(body), 'PUT')).status).toBe(400);
    expect((await send(`/names/${addressOf(creator)}`, JSON.stringify({ ...body, value: '0x01', signature: random(65) }), 'PUT')).status).toBe(400);
  });

  it('refuses random signatures', async () => {
    for (let i = 0; i < 20; i++) {
      const reply = await send(`/names/${addressOf(creator)}`, JSON.stringify({ version: 99, value: '0x01', keyCheck: random(8), signature: random(64) }), 'PUT');
      expect([400, 403]).toContain(reply.status);
    }
  });

  it('still answers afterwards', async () => {
    const status = await requestJson(`${west.url}/status`, { schema: HeavyStatus });
    expect(status.id).toBe(west.id);
    expect(status.children).toHaveLength(6);
    await until('all children seen', async () => ((await requestJson(`${west.url}/status`, { schema: HeavyStatus })).children.every(({ alive }) => alive) ? true : undefined));
    expect((await fetch(`${west.url}/readyz`)).status).toBe(200);
    expect((await fetch(`${west.url}/healthz`)).status).toBe(200);
  });
});
