import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEVNET } from '../../offchain/chain/devnet-parameters.ts';
import { readNotice } from '../../offchain/chain/give-notice.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { readBundle } from '../../offchain/chain/read-bundle.ts';
import { readChallenge } from '../../offchain/chain/read-challenge.ts';
import { owedTo, owedToNode } from '../../offchain/chain/read-money.ts';
import { retireBundle } from '../../offchain/chain/retire-bundle.ts';
import { autoRenew, renewalOf, takePot, topUp } from '../../offchain/client/auto-renew.ts';
import { challenge, previewChallenge } from '../../offchain/client/challenge.ts';
import type { Client } from '../../offchain/client/client.ts';
import { collect } from '../../offchain/client/collect.ts';
import { extend, extensionQuote } from '../../offchain/client/extend.ts';
import { get } from '../../offchain/client/get.ts';
import { giveNotice } from '../../offchain/client/give-notice.ts';
import { grow } from '../../offchain/client/grow.ts';
import { list } from '../../offchain/client/list.ts';
import { put } from '../../offchain/client/put.ts';
import { remove } from '../../offchain/client/remove.ts';
import { restoreCatalog } from '../../offchain/client/restore-catalog.ts';
import { retire } from '../../offchain/client/retire.ts';
import { setSessionKey } from '../../offchain/client/session-key.ts';
import { status } from '../../offchain/client/status.ts';
import { withdraw } from '../../offchain/client/withdraw.ts';
import { addressOf } from '../support/holdfast.ts';
import { PACE } from '../support/pace.ts';
import { noise, writeTree } from './tree.ts';
import { PRICE, type World, rentedClient, startWorld } from './world.ts';

const ACCOUNT = 12;
const STRANGER = 13;
let world: World;
let client: Client;
let agreement: number;

beforeAll(async () => {
  // Epochs go by, so that providers prove and a growth finds a moment for itself.
  world = await startWorld({ providers: 4, parameters: { epochSeconds: 5, epochsPerPeriod: 200, standard: { ...DEVNET.standard, faultRun: 100, missAllowance: 100, answerEpochs: 5 } } });
  const rented = await rentedClient(world, { account: ACCOUNT, quota: 40, periods: 1 });
  ({ client } = rented);
  agreement = rented.rented.agreement;
});
afterAll(() => world?.stop());

const state = () => readAgreement(client.chain, agreement);
const tree = (name: string) => join(world.folder, name);

describe('an agreement', () => {
  it('is extended at its own price, with the consent of all its providers', async () => {
    const before = await state();
    const { cost, newEndPeriod } = await extensionQuote(client, { agreement, periods: 2 });
    expect(cost).toBe(4n * PRICE * 40n * 2n * 200n);
    expect(await extend(client, { agreement, periods: 2 })).toMatchObject({ endPeriod: newEndPeriod, cost });
    expect(await state()).toMatchObject({ endPeriod: before.endPeriod + 2, turns: before.turns + 1 });
    await expect(extend(client, { agreement, periods: 1, maxCost: 1n })).rejects.toMatchObject({ code: 'COST_ABOVE_LIMIT', message: expect.stringContaining('tokens') });
  });

  it('may be renewed out of its pot, and the pot is the creator\'s', async () => {
    const renewal = await autoRenew(client, { agreement, periods: 3 });
    expect(renewal).toMatchObject({ pot: 0n, maxPerPeriod: renewal.costPerPeriod, untilPeriod: renewal.endPeriod + 3, periodsPaid: 0 });
    expect((await topUp(client, { agreement, amount: renewal.costPerPeriod * 2n })).periodsPaid).toBe(2);
    const owed = await owedTo(client.chain, client.creator);
    expect(await takePot(client, { agreement })).toEqual({ amount: renewal.costPerPeriod * 2n });
    expect((await owedTo(client.chain, client.creator)) - owed).toBe(renewal.costPerPeriod * 2n);
    expect((await withdraw(client)).amount).toBeGreaterThanOrEqual(renewal.costPerPeriod * 2n);
    expect(await autoRenew(client, { agreement, periods: 0 })).toMatchObject({ maxPerPeriod: 0n, untilPeriod: 0 });
    expect(await takePot(client, { agreement })).toEqual({ amount: 0n });
    expect((await renewalOf(client, { agreement })).pot).toBe(0n);
  });

  it('grows by new offers of its providers', async () => {
    await expect(grow(client, { agreement, quota: 10, priceLimit: 1n })).rejects.toMatchObject({ code: 'PRICE_ABOVE_LIMIT' });
    const grown = await grow(client, { agreement, quota: 10, priceLimit: PRICE });
    expect(grown.quota).toBe(50);
    const { quota, slots } = await state();
    expect(quota).toBe(50);
    expect(slots.map(({ rent }) => rent)).toEqual(Array.from({ length: 4 }, () => PRICE * 50n));
    const { provider } = world.providers[0]!;
    await expect.poll(async () => (await provider.store.heldSlot.findFirst({ where: { agreement } }))?.quota, { timeout: 15_000 * PACE }).toBe(50);
    expect(await provider.store.offer.count()).toBe(0);
  });

  it('gives a provider notice, as its creator alone may', async () => {
    const stranger = await world.client({ account: STRANGER });
    const { slots } = await state();
    const { provider, slot } = slots[3]!;
    await expect(giveNotice(stranger, { agreement, provider })).rejects.toMatchObject({ code: 'AGREEMENT_NOT_YOURS' });
    await expect(giveNotice(client, { agreement, provider: 999 })).rejects.toMatchObject({ code: 'NO_SUCH_PROVIDER' });
    const noticed = await giveNotice(client, { agreement, provider });
    expect(noticed).toMatchObject({ slot, provider, fromPeriod: 1 });
    expect(await readNotice(client.chain, { agreement, slot })).toBe(1);
  });
});

describe('what is stored', () => {
  it('can be challenged, and its provider answers by itself', async () => {
    await writeTree(tree('one'), { 'a.bin': noise('1', 700_000) });
    const { bundle } = await put(client, { paths: [tree('one')], name: 'one' });
    const { bond } = await previewChallenge(client, { agreement, slot: 1, bundle: bundle! });
    const posted = await challenge(client, { agreement, slot: 1, bundle: bundle! });
    expect(posted.bond).toBe(bond);
    expect(posted.leaf).toBeLessThan(256);
    await expect.poll(() => readChallenge(client.chain, posted.challenge), { timeout: 20_000 * PACE }).toBeUndefined();
    expect(await owedToNode(client.chain, posted.provider)).toBeGreaterThanOrEqual(posted.bond);
  });

  it('is kept from being retired as long as a name needs it', async () => {
    await expect(retire(client, { agreement, bundle: 0 })).rejects.toMatchObject({ code: 'BUNDLE_NEEDED', message: expect.stringContaining('"one"') });
    expect(await retire(client, { agreement })).toMatchObject({ bundles: [], batches: 0 });
  });

  it('is freed once it was deleted, and the rest stays whole', async () => {
    await writeTree(tree('two'), { 'b.bin': noise('2', 400_000), 'c.txt': new TextEncoder().encode('holds fast') });
    await put(client, { paths: [tree('two')], name: 'two' });
    await remove(client, { name: 'one' });
    const used = (await status(client)).agreements[0]!.batches;
    const collected = await collect(client, { agreement });
    expect(collected).toMatchObject({ forgotten: 2, isPartial: false });
    expect(collected.bundles).toContain(0);
    expect(collected.freedBatches).toBeGreaterThan(3);
    expect((await status(client)).agreements[0]!.batches).toBe(used - collected.freedBatches);
    expect((await readBundle(client.chain, agreement, 0)).retired).toBeGreaterThan(0);
    await expect(previewChallenge(client, { agreement, slot: 1, bundle: 0 })).rejects.toMatchObject({ errorName: 'AlreadyRetired' });
    expect((await list(client)).map(({ name }) => name)).toEqual(['two']);
    expect(await collect(client, { agreement })).toMatchObject({ forgotten: 0, moved: [] });
  });

  it('is moved out of a bundle that is mostly dead', async () => {
    // One version with two files, then a second one without the large file: the small one keeps the first bundle alive.
    const small = noise('4', 300_000);
    await writeTree(tree('three'), { 'big.bin': noise('3', 1_500_000), 'small.bin': small });
    const { bundle: first } = await put(client, { paths: [tree('three')], name: 'three' });
    await writeTree(tree('three-again'), { 'small.bin': small });
    await put(client, { paths: [tree('three-again')], name: 'three' });
    const collected = await collect(client, { agreement, keepVersions: 1 });
    expect(collected).toMatchObject({ moved: ['three'], isPartial: false });
    expect(collected.bundles).toContain(first);
    expect(collected.freedBatches).toBeGreaterThan(5);
    const into = join(world.folder, 'restored-three');
    await get(client, { name: 'three', into });
    expect(new Uint8Array(await readFile(join(into, 'small.bin')))).toEqual(small);
  });

  it('is found and restored on a new machine after all that, and stored on top of it', async () => {
    const elsewhere = await world.client({ account: ACCOUNT });
    expect(await restoreCatalog(elsewhere)).toMatchObject({ names: 2 });
    const into = join(world.folder, 'restored-two');
    await get(elsewhere, { name: 'two', into });
    expect(await readFile(join(into, 'c.txt'), 'utf8')).toBe('holds fast');
    // A chunk of a retired bundle must not count as stored.
    await put(elsewhere, { paths: [tree('one')], name: 'one again' });
    const back = join(world.folder, 'restored-one');
    await get(client, { name: 'one again', into: back });
    expect(new Uint8Array(await readFile(join(back, 'a.bin')))).toEqual(noise('1', 700_000));
  });

  it('may be given up by a session key, while its session lasts', async () => {
    const key = await world.holdfast.as(STRANGER);
    const { bundles } = await state();
    const at = { agreement, bundle: bundles - 1 };
    await expect(retireBundle(key, at)).rejects.toMatchObject({ errorName: 'NotCreator' });
    await setSessionKey(client, { key: addressOf(key), lifeSeconds: 3600 });
    await retireBundle(key, at);
    expect((await readBundle(client.chain, agreement, at.bundle)).retired).toBeGreaterThan(0);
    await setSessionKey(client, { key: addressOf(key), lifeSeconds: 0 });
    await expect(retireBundle(key, { agreement, bundle: bundles - 2 })).rejects.toMatchObject({ code: 'CONTRACT_REVERT' });
  });
});

describe('a provider that does not answer', () => {
  it('keeps an agreement from being extended, and is named', async () => {
    const { provider } = (await state()).slots[2]!;
    await world.stopProvider(provider);
    await expect(extend(client, { agreement, periods: 1 })).rejects.toMatchObject({ code: 'NO_CONSENT', message: expect.stringContaining(`provider ${provider}`) });
  });
});
