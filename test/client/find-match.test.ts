import { parseEther } from 'viem';
import type { Address } from 'viem';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { addStake } from '../../offchain/chain/add-stake.ts';
import { buyTokens } from '../../offchain/chain/buy-tokens.ts';
import { registerNode } from '../../offchain/chain/register-node.ts';
import type { Client } from '../../offchain/client/client.ts';
import { quote, rent } from '../../offchain/client/rent.ts';
import type { RentOptions } from '../../offchain/client/rent.ts';
import { createApp, startServer } from '../../offchain/wire/http-server.ts';
import type { RunningServer } from '../../offchain/wire/http-server.ts';
import { addressOf } from '../support/holdfast.ts';
import { startLyingHeavy } from './lying-heavy.ts';
import type { Lie, LyingHeavy, Own } from './lying-heavy.ts';
import { PRICE, startWorld } from './world.ts';
import type { World } from './world.ts';

let world: World;
let liar: LyingHeavy;
/** Answers for the liar's own providers. */
let fronts: RunningServer;
let client: Client;
const wanted: RentOptions = { scheme: { k: 2, m: 2 }, batchLog2: 17, quota: 20, periods: 2, priceLimit: PRICE * 4n };

beforeAll(async () => {
  world = await startWorld({ providers: 6 });
  liar = await startLyingHeavy();
  const heavyChain = await world.holdfast.as(9);
  liar.id = (await registerNode(heavyChain, { tier: 'heavy', region: 1, payout: addressOf(heavyChain), endpoint: liar.url })).id;
  liar.honestUrl = world.heavies[0]!.url;
  const app = createApp();
  app.get('/p/:id/status', (request, response) => void response.json({ id: Number(request.params['id']), operator: addressOf(heavyChain), tier: 'standard', region: 1, epoch: 0, mode: 'normal', freeBytes: 1e9, storedBytes: 0, agreements: 0 }));
  fronts = await startServer(app);
  const owner = addressOf(heavyChain);
  liar.own.set('sybils', await ownProviders({ accounts: [10, 11, 12, 13], payout: owner, isThere: true, regionsFrom: 50 }));
  liar.own.set('dead', await ownProviders({ accounts: [14, 15, 16, 17], payout: undefined, isThere: false, regionsFrom: 60 }));
  liar.own.set('dear', (await ownProviders({ accounts: [18, 19], payout: undefined, isThere: true, regionsFrom: 70 })).concat(liar.own.get('sybils')!.slice(0, 1)));
  const chain = await world.holdfast.as(0);
  await buyTokens(chain, { coin: parseEther('5') });
  // The liar is asked first.
  client = await world.client({ account: 0, heavies: [liar.url, ...world.heavies.map(({ url }) => url)] });
}, 60_000);

afterAll(async () => {
  await world?.stop();
  await liar?.close();
  await fronts?.close();
});

beforeEach(() => {
  liar.lie = 'none';
  liar.asked = 0;
});

async function ownProviders(options: { accounts: readonly number[]; payout: Address | undefined; isThere: boolean; regionsFrom: number }): Promise<Own[]> {
  const own: Own[] = [];
  for (const [i, account] of options.accounts.entries()) {
    const chain = await world.holdfast.as(account);
    await buyTokens(chain, { coin: parseEther('1') });
    // Its number is known before it registers: nobody else does meanwhile.
    const id = Math.max(liar.id, ...[...liar.own.values()].flat().map((one) => one.id), ...own.map((one) => one.id)) + 1;
    const endpoint = options.isThere ? `${fronts.url}/p/${id}` : 'http://127.0.0.1:9';
    const registered = await registerNode(chain, { tier: 'standard', region: options.regionsFrom + i, parent: liar.id, payout: options.payout ?? addressOf(chain), endpoint });
    expect(registered.id).toBe(id);
    await addStake(chain, { id, amount: parseEther('100') });
    own.push({ id, chain, region: options.regionsFrom + i, endpoint });
  }
  return own;
}

describe('a heavy node that lies', () => {
  it.each<[Lie, RegExp]>([
    ['none', /is not the registry's|was not signed/],
    ['elsewhere', /is not the registry's/],
    ['sybils', /two slots would go to one operator/],
    ['dead', /do not answer/],
    ['censor', /it found nothing .* where heavy node \d+ found 4 providers/],
  ])('%s: is seen through, and another one is taken', async (lie, why) => {
    liar.lie = lie;
    const { match, distrusted } = await quote(client, wanted);
    expect(match.terms.heavy).not.toBe(liar.id);
    expect(match.offers).toHaveLength(4);
    expect(distrusted).toHaveLength(1);
    expect(distrusted[0]).toMatchObject({ url: liar.url, why: expect.stringMatching(why) });
    expect(liar.asked).toBeGreaterThan(0);
  });

  it('dear: offers that are good and three times as dear lose against another heavy node\'s', async () => {
    liar.lie = 'dear';
    const { match, distrusted, proposals } = await quote(client, { ...wanted, scheme: { k: 2, m: 1 } });
    expect(match.terms.heavy).not.toBe(liar.id);
    expect(proposals).toBe(2);
    expect(distrusted).toEqual([{ url: liar.url, why: expect.stringMatching(/costs 200 % more than that of heavy node/) }]);
  });

  it('is believed by who compares nothing, as long as what it says is possible', async () => {
    liar.lie = 'dear';
    const { match } = await quote(client, { ...wanted, scheme: { k: 2, m: 1 }, compare: 0 });
    expect(match.terms.heavy).toBe(liar.id);
  });

  it('costs a creator nothing: the agreement is opened with the honest one', async () => {
    liar.lie = 'dead';
    const rented = await rent(client, wanted);
    expect(rented.heavy).toBe(world.heavies[0]!.id);
    expect(rented.distrusted).toHaveLength(1);
  });
});

describe('when nobody finds enough', () => {
  it('the refusal that says most is told', async () => {
    liar.lie = 'censor';
    const failure = quote(client, { ...wanted, scheme: { k: 10, m: 6 } });
    await expect(failure).rejects.toMatchObject({ code: 'TOO_FEW_PROVIDERS', details: { wanted: 16, found: 6 } });
  });

  it('a policy that leaves too few says which rule did', async () => {
    liar.lie = 'censor';
    const failure = quote(client, { ...wanted, policy: { regions: [1, 2] } });
    await expect(failure).rejects.toMatchObject({ code: 'TOO_FEW_PROVIDERS', details: { counts: { 'region-refused': 4 } } });
  });
});
