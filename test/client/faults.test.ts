import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { readBundle } from '../../offchain/chain/read-bundle.ts';
import type { Client } from '../../offchain/client/client.ts';
import { get } from '../../offchain/client/get.ts';
import { list } from '../../offchain/client/list.ts';
import { put } from '../../offchain/client/put.ts';
import { rent } from '../../offchain/client/rent.ts';
import { restoreCatalog } from '../../offchain/client/restore-catalog.ts';
import { startFaultyProxy } from '../support/faulty-proxy.ts';
import { noise, snapshot, writeSampleTree, writeTree } from './tree.ts';
import { PRICE, type World, rentedClient, startWorld } from './world.ts';

/** Little patience, so that the tests need none. */
const policy = { retryPauseMs: 20, graceMs: 300, lateUnmeasuredMs: 300, idleMs: 3_000 };
const terms = { scheme: { k: 2, m: 2 }, batchLog2: 16, quota: 10, periods: 2, priceLimit: PRICE };
let world: World;

beforeAll(async () => {
  world = await startWorld({ providers: 6 });
});
afterAll(() => world.stop());

const folder = (name: string): string => join(world.folder, name);

describe('renting', () => {
  it('refuses a price above the limit, a cost above the limit, and a wallet without tokens', async () => {
    const client = await world.client({ account: 19 });
    await expect(rent(client, { ...terms, priceLimit: PRICE - 1n })).rejects.toMatchObject({ name: 'PriceAboveLimitError', code: 'PRICE_ABOVE_LIMIT' });
    await expect(rent(client, { ...terms, maxCost: 5n })).rejects.toMatchObject({ name: 'CostAboveLimitError' });
    await expect(rent(client, terms)).rejects.toMatchObject({ name: 'InsufficientTokensError' });
  });

  it('says how many providers there are when they are too few', async () => {
    const client = await world.client({ account: 19 });
    await expect(rent(client, { ...terms, scheme: { k: 4, m: 3 } })).rejects.toMatchObject({ name: 'TooFewProvidersError', details: { wanted: 7 } });
  });

  it('passes over a heavy node that is away', async () => {
    const [heavy] = world.heavies;
    const client = await world.client({ account: 19, heavies: ['http://127.0.0.1:1', heavy?.url ?? ''] });
    await expect(rent(client, { ...terms, maxCost: 5n })).rejects.toMatchObject({ name: 'CostAboveLimitError' });
    const lonely = await world.client({ account: 19, heavies: ['http://127.0.0.1:1'] });
    await expect(rent(lonely, terms)).rejects.toMatchObject({ name: 'NoHeavyAnsweredError', retryable: true });
  });
});

describe('quota', () => {
  it('ends an upload that does not fit before anything is committed or paid; the space can be used', async () => {
    const { client, rented } = await rentedClient(world, { account: 17, ...terms, policy });
    const source = await writeTree(folder('too-large'), { 'a.bin': noise('too large', 900_000) });
    await expect(put(client, { paths: [source], name: 'a' })).rejects.toMatchObject({ name: 'QuotaExceededError', details: { freeBatches: 10 } });
    expect((await readAgreement(client.chain, rented.agreement)).bundles).toBe(0);
    // What compresses well fits after all: the exact size decides.
    const dense = await writeTree(folder('dense'), { 'b.txt': 'the same line over and over\n'.repeat(40_000) });
    expect((await put(client, { paths: [dense], name: 'b' })).unchanged).toBe(false);
  });
});

describe('a wrong key', () => {
  it('is called a wrong key, never an empty catalog', async () => {
    const home = folder('home-of-18');
    const { client } = await rentedClient(world, { account: 18, home, ...terms, policy });
    const source = await writeTree(folder('mine'), { 'a.txt': 'mine' });
    await put(client, { paths: [source], name: 'mine' });

    await expect(world.client({ account: 19, home })).rejects.toMatchObject({ name: 'WrongKeyError' });
    const stranger = await world.client({ account: 19 });
    await expect(restoreCatalog(stranger, { creator: client.creator })).rejects.toMatchObject({ name: 'WrongKeyError' });
    await expect(restoreCatalog(stranger)).rejects.toMatchObject({ name: 'NothingStoredError' });

    const recoveryPhrase = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
    const phrase = await world.client({ account: 18, recoveryPhrase });
    await expect(restoreCatalog(phrase)).rejects.toMatchObject({ name: 'WrongKeyError' });
    // Without any heavy node the chain's bytes themselves show it.
    const alone = await world.client({ account: 18, recoveryPhrase, heavies: ['http://127.0.0.1:1'] });
    await expect(list(alone)).rejects.toMatchObject({ name: 'WrongKeyError' });
    await expect(put(alone, { paths: [source], name: 'mine' })).rejects.toMatchObject({ name: 'WrongKeyError' });
    const misspelt = await world.client({ account: 18, recoveryPhrase: 'legal winner' });
    await expect(list(misspelt)).rejects.toMatchObject({ name: 'BadPhraseError' });
  });
});

describe('an RPC that is down', () => {
  it('is named as the cause, and work goes on when it is back', async () => {
    let isDown = false;
    const proxy = await startFaultyProxy(world.holdfast.rpcUrl, () => (isDown ? 'drop' : 'pass'));
    const { client } = await rentedClient(world, { account: 16, ...terms, quota: 40, policy });
    const other = await world.client({ account: 16, policy, chain: { rpcUrls: [proxy.url], retry: { retries: 1, firstDelayMs: 10 } } });
    const source = await writeTree(folder('rpc'), { 'a.bin': noise('rpc', 100_000) });
    isDown = true;
    await expect(put(other, { paths: [source], name: 'a' })).rejects.toMatchObject({ name: 'RpcUnavailableError', retryable: true });
    isDown = false;
    expect((await put(other, { paths: [source], name: 'a' })).bundle).toBe(0);
    expect((await list(client)).map(({ name }) => name)).toEqual(['a']);
    await proxy.stop();
  });
});

describe('providers that die or lie', () => {
  it('cost nothing but redundancy: up to m of them, when storing and when fetching', async () => {
    const { client, rented } = await rentedClient(world, { account: 15, ...terms, quota: 200, policy });
    const tree = await writeSampleTree(folder('tree'));
    const before = await put(client, { paths: [tree], name: 'tree' });
    expect(before.receipts).toEqual([0, 1, 2, 3]);

    const [liar, dead] = rented.providers;
    expect(await world.corruptProvider(liar?.provider ?? 0)).toBeGreaterThan(0);
    const fresh = (): Promise<Client> => world.client({ account: 15, policy });
    const cheated = await get(await fresh(), { name: 'tree', into: folder('cheated') });
    expect(cheated.failed).toEqual([]);
    expect(cheated.avoided).toMatchObject([{ provider: liar?.provider }]);
    expect(await snapshot(folder('cheated'))).toEqual(await snapshot(tree));

    await world.stopProvider(dead?.provider ?? 0);
    const survived = await get(await fresh(), { name: 'tree', into: folder('survived') });
    expect(survived.failed).toEqual([]);
    expect(survived.avoided.map(({ provider }) => provider).sort()).toEqual([liar?.provider, dead?.provider].sort());
    expect(await snapshot(folder('survived'))).toEqual(await snapshot(tree));

    const more = await writeTree(folder('more'), { 'more.bin': noise('more', 200_000) });
    const stored = await put(await fresh(), { paths: [more], name: 'more' });
    expect(stored.lost).toMatchObject([{ slot: 1, provider: dead?.provider }]);
    expect(stored.receipts).toEqual([0, 2, 3]);
    expect((await readBundle(client.chain, rented.agreement, stored.bundle ?? 0)).acknowledged).toBe(0b1101n);

    const third = rented.providers[2]?.provider ?? 0;
    await world.stopProvider(third);
    await expect(put(await fresh(), { paths: [tree], name: 'again', dedupe: false })).rejects.toMatchObject({ name: 'NotStoredError', details: { have: 2, need: 3 } });
    const lost = await fresh();
    await expect(get(lost, { name: 'tree', into: folder('lost') })).rejects.toMatchObject({ retryable: true });
  });
});
