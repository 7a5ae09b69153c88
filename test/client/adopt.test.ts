import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transferTokens } from '../../offchain/chain/approve-tokens.ts';
import { readPool, readPoolShare } from '../../offchain/chain/commons.ts';
import { currentPeriod } from '../../offchain/chain/current-epoch.ts';
import { tokenBalance } from '../../offchain/chain/read-money.ts';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import { adopt, findAdoptable } from '../../offchain/client/adopt/adopt.ts';
import { adoptions } from '../../offchain/client/adopt/adoptions.ts';
import { announce } from '../../offchain/client/adopt/announce.ts';
import { contentIdOf } from '../../offchain/client/adopt/content-id-of.ts';
import { dropAdopted } from '../../offchain/client/adopt/drop.ts';
import { payPool } from '../../offchain/client/adopt/pay-pool.ts';
import { findKept } from '../../offchain/client/adopt/find-kept.ts';
import type { Client } from '../../offchain/client/client.ts';
import { collect } from '../../offchain/client/collect.ts';
import { get } from '../../offchain/client/get.ts';
import { grow } from '../../offchain/client/grow.ts';
import { list } from '../../offchain/client/list.ts';
import { lock } from '../../offchain/client/lock.ts';
import { locate } from '../../offchain/client/named/locate.ts';
import { put } from '../../offchain/client/put.ts';
import { restoreCatalog } from '../../offchain/client/restore-catalog.ts';
import { retire } from '../../offchain/client/retire.ts';
import { requestJson } from '../../offchain/wire/http-client.ts';
import { KeptPlaces, KeptReply } from '../../offchain/wire/kept-content.ts';
import type { PublicLocation } from '../../offchain/wire/named.ts';
import { EPOCHS_PER_PERIOD, provenUntil, startAdoptWorld } from './adopt-world.ts';
import { PRICE, type World, rentedClient } from './world.ts';
import { PACE } from '../support/pace.ts';

const [ADA, BOB, CLEO, DAN] = [12, 13, 14, 15];
let world: World;
let folder: string;
let ada: Client;
let bob: Client;
let cleo: Client;
let kept: number;
let film: string;
let bytes: Buffer;
let contentId: string;
/** The period in which what ada paid for ends. */
let end: number;

beforeAll(async () => {
  world = await startAdoptWorld();
  folder = await mkdtemp(join(tmpdir(), 'holdfast-adopt-'));
  film = join(folder, 'film.mp4');
  bytes = randomBytes(2_400_000);
  await writeFile(film, bytes);
  const own = { quota: 10, periods: 20, batchLog2: 20 };
  const stored = await rentedClient(world, { account: ADA, quota: 10, periods: 3, batchLog2: 20 });
  [ada, kept] = [stored.client, stored.rented.agreement];
  ({ client: bob } = await rentedClient(world, { account: BOB, ...own }));
  ({ client: cleo } = await rentedClient(world, { account: CLEO, ...own }));
  ({ contentId } = await put(ada, { paths: [film], name: 'film', visibility: 'public' }));
  end = await endOf();
}, 120_000);
afterAll(async () => {
  await world?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

const until = (period: number): Promise<void> => provenUntil(world, period * EPOCHS_PER_PERIOD);
const endOf = async (): Promise<number> => (await readAgreement(ada.chain, kept)).endPeriod;
const shareOf = async (client: Client): Promise<bigint> => (await readPoolShare(client.chain, { agreement: kept, member: client.creator })).worth;

async function fetched(client: Client, name: string): Promise<Buffer> {
  const into = await mkdtemp(join(folder, 'got-'));
  await get(client, { name, into });
  return readFile(join(into, 'film.mp4'));
}

/** A heavy node that says what it is told to. */
async function liar(places: readonly unknown[]): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((_request, response) => void response.setHeader('content-type', 'application/json').end(JSON.stringify({ places })));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => new Promise((done) => void server.close(() => done())) };
}

describe('content that its creator could delete', () => {
  it('is announced to nobody, and found by nobody', async () => {
    expect(await contentIdOf(bob.platform, { paths: [film] })).toBe(contentId);
    await expect(announce(ada, { name: 'film' })).rejects.toMatchObject({ code: 'NOT_LOCKED' });
    const location = await locate(ada, { name: 'film' });
    const headers = await ada.sessions.headers(kept);
    await expect(requestJson(`${world.heavies[0]!.url}/contents/${contentId}`, { method: 'PUT', headers, body: location, schema: KeptReply })).rejects.toMatchObject({ code: 'NOT_LOCKED' });
    await expect(adopt(bob, { contentId, periods: 1 })).rejects.toMatchObject({ code: 'NOT_ADOPTABLE', message: expect.stringContaining('No heavy node knows') });
    await expect(adopt(bob, { contentId, location, periods: 1 })).rejects.toMatchObject({ code: 'NOT_ADOPTABLE', message: expect.stringContaining('is not locked') });
  });

  it('is nobody else\'s to announce', async () => {
    await lock(ada, { agreement: kept });
    const location = await locate(ada, { name: 'film' });
    const send = async (by: Client, what: PublicLocation = location) =>
      requestJson(`${world.heavies[0]!.url}/contents/${contentId}`, { method: 'PUT', headers: await by.sessions.headers(kept), body: what, schema: KeptReply });
    await expect(send(bob)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    await expect(send(ada, { ...location, contentId: 'bafkreiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' })).rejects.toMatchObject({ code: 'WRONG_CONTENT' });
    await expect(send(ada, { ...location, segments: location.segments.map((one) => ({ ...one, bundle: 7 })) })).rejects.toMatchObject({ code: 'NO_SUCH_BUNDLE' });
  });
});

describe('what is locked', () => {
  it('is neither deleted nor made dearer, by no verb of its creator', async () => {
    await put(ada, { paths: [film], name: 'again', visibility: 'public' });
    await expect(retire(ada, { agreement: kept, bundle: 0 })).rejects.toMatchObject({ code: 'AGREEMENT_LOCKED' });
    expect(await retire(ada, { agreement: kept })).toMatchObject({ bundles: [] });
    expect(await collect(ada, { agreement: kept })).toMatchObject({ bundles: [], moved: [] });
    await expect(grow(ada, { agreement: kept, quota: 1, priceLimit: PRICE })).rejects.toMatchObject({ code: 'AGREEMENT_LOCKED' });
  });
});

describe('public content that is kept already', () => {
  it('is found at any heavy node, checked, and adopted for a stated cost', async () => {
    expect(await announce(ada, { name: 'film' })).toMatchObject({ contentId, heavies: 2, endPeriod: end });
    expect(await findKept(bob, { contentId })).toMatchObject([{ endPeriod: end, location: { contentId, sizeBytes: bytes.length } }]);
    const { cost, location } = await findAdoptable(bob, { contentId, periods: 2, verify: 'full' });
    const [one] = cost.agreements;
    expect(one).toMatchObject({ agreement: kept, total: 2n * one!.perPeriod, due: 2n * one!.perPeriod, own: 0n, pool: 0n });
    expect(cost.storingAgain).toBeGreaterThan(0n);
    await expect(adopt(bob, { contentId, periods: 2, maxCost: 1n })).rejects.toMatchObject({ code: 'COST_ABOVE_LIMIT' });
    const before = await tokenBalance(bob.chain, bob.creator);
    const adopted = await adopt(bob, { contentId, location, periods: 2, name: 'a film' });
    expect(adopted).toMatchObject({ name: 'a film', paid: cost.due, endPeriod: end, unchanged: false });
    expect(before - (await tokenBalance(bob.chain, bob.creator))).toBe(cost.due);
    expect(await adopt(cleo, { contentId, periods: 4 })).toMatchObject({ name: contentId, unchanged: false });
    expect(await adopt(bob, { contentId, periods: 2, name: 'a film' })).toMatchObject({ paid: 0n, unchanged: true });
    expect((await readPool(ada.chain, kept)).tokens).toBe(6n * one!.perPeriod);
  });

  it('lies in one\'s own list, on a new machine too, and is fetched like one\'s own', async () => {
    expect(await list(bob)).toMatchObject([{ name: 'a film', versions: [{ contentId, visibility: 'public', agreement: kept, adopted: true }] }]);
    expect((await fetched(bob, 'a film')).equals(bytes)).toBe(true);
    const elsewhere = await world.client({ account: BOB });
    expect(await restoreCatalog(elsewhere)).toMatchObject({ names: 1 });
    expect((await fetched(elsewhere, 'a film')).equals(bytes)).toBe(true);
    expect(await adoptions(elsewhere)).toMatchObject([{ agreement: kept, names: ['a film'], isRunning: true, ownPeriods: 2, poolPeriods: 6 }]);
    // Whoever pays may announce it as well, should its creator be gone.
    expect(await announce(elsewhere, { name: 'a film' })).toMatchObject({ contentId, heavies: 2 });
    await collect(bob, {});
  });

  it('costs nothing where the money does not suffice', async () => {
    const { client: dan } = await rentedClient(world, { account: DAN, quota: 10, periods: 2, batchLog2: 20 });
    await transferTokens(dan.chain, { to: ada.creator, amount: (await tokenBalance(dan.chain, dan.creator)) - 1n });
    await expect(adopt(dan, { contentId, periods: 1 })).rejects.toMatchObject({ code: 'INSUFFICIENT_TOKENS' });
    expect(await shareOf(dan)).toBe(0n);
    expect(await list(dan)).toEqual([]);
  });

  it('is stored by two at the same time without harm, and each finds the other\'s afterwards', async () => {
    const song = join(folder, 'song.mp3');
    await writeFile(song, randomBytes(300_000));
    const [first, second] = await Promise.all([bob, cleo].map((client) => put(client, { paths: [song], name: 'song', visibility: 'public' })));
    expect(first!.contentId).toBe(second!.contentId);
    await lock(bob, { agreement: first!.agreement });
    // One heavy node is told, another one is asked: it asks the first.
    const there = await world.client({ account: BOB, heavies: [world.heavies[0]!.url] });
    expect(await announce(there, { name: 'song' })).toMatchObject({ heavies: 1 });
    await put(there, { paths: [song], name: 'full', visibility: 'public', dedupe: false });
    await expect(announce(there, { name: 'full' })).resolves.toMatchObject({ contentId: first!.contentId });
    const here = await world.client({ account: CLEO, heavies: [world.heavies[1]!.url] });
    expect(await findKept(here, { contentId: first!.contentId })).toHaveLength(1);
    await expect(adopt(cleo, { contentId: first!.contentId, periods: 1, name: 'song' })).resolves.toMatchObject({ name: 'song', unchanged: false });
    expect((await list(cleo)).find(({ name }) => name === 'song')!.versions).toMatchObject([{ agreement: second!.agreement }, { agreement: first!.agreement, adopted: true }]);
    // Paid twenty periods ahead: it is not due.
    await expect(payPool(cleo, { agreement: first!.agreement })).rejects.toMatchObject({ errorName: 'NotDue' });
    await dropAdopted(cleo, { name: 'song' });
    const third = join(folder, 'third.bin');
    await writeFile(third, randomBytes(1_000));
    await put(there, { paths: [third], name: 'third', visibility: 'public' });
    await expect(announce(there, { name: 'third' })).rejects.toMatchObject({ code: 'NOT_OFFERED', message: expect.stringContaining('registers no further contents') });
  });
});

describe('a register that lies', () => {
  it('gets nobody to pay: each claim is refuted by the chain, by the roots or by the ContentID', async () => {
    const good = await locate(ada, { name: 'film' });
    const other = join(folder, 'other.bin');
    await writeFile(other, randomBytes(100_000));
    await put(ada, { paths: [other], name: 'other', visibility: 'public' });
    const wrong = { ...(await locate(ada, { name: 'other' })), contentId };
    const moved = { ...good, manifest: { ...good.manifest, chunks: good.manifest.chunks.map((chunk) => ({ ...chunk, offset: chunk.offset + 1 })) } };
    const cases: readonly (readonly [PublicLocation, RegExp])[] = [
      [wrong, /ContentID|root/],
      [{ ...wrong, root: good.root }, /\broot\b/],
      [{ ...good, segments: [{ ...good.segments[0]!, bundle: 99 }] }, /no such batches/],
      [{ ...good, manifest: { ...good.manifest, agreement: 999 } }, /no agreement 999/],
      [moved, /./],
      [{ ...good, keys: [] }, /./],
      [{ ...good, sizeBytes: 5 }, /size/],
    ];
    for (const [location, reason] of cases) {
      const node = await liar([{ endPeriod: 500, location }]);
      const victim = await world.client({ account: BOB, heavies: [node.url] });
      const refused = adopt(victim, { contentId, periods: 1, name: 'trap' });
      await expect(refused).rejects.toMatchObject({ code: 'NOT_ADOPTABLE', message: expect.stringMatching(reason) });
      await node.close();
    }
    expect((await list(bob)).map(({ name }) => name)).not.toContain('trap');
  });

  it('gets nobody to pay for bytes that are withheld', async () => {
    const gone = await liar([]);
    await gone.close();
    const withheld = world.providers.slice(0, 3).map(({ id }) => id);
    for (const id of withheld) world.redirect(id, Number(new URL(gone.url).port));
    const victim = await world.client({ account: BOB });
    await expect(adopt(victim, { contentId, periods: 1, name: 'trap' })).rejects.toMatchObject({ code: 'NOT_ADOPTABLE', message: expect.stringContaining('in agreement') });
    for (const id of withheld) world.redirect(id);
  });

  it('does no harm beside an honest one', async () => {
    const node = await liar([{ endPeriod: 500, location: { ...(await locate(ada, { name: 'film' })), sizeBytes: 5 } }]);
    const careful = await world.client({ account: BOB, heavies: [node.url, world.heavies[0]!.url] });
    expect(await findAdoptable(careful, { contentId, periods: 1 })).toMatchObject({ location: { sizeBytes: bytes.length }, refused: [expect.stringContaining('size')] });
    await node.close();
  });
});

describe('the last who pays', () => {
  it('keeps it alive when its creator pays nothing and others leave', async () => {
    const perPeriod = (await adoptions(bob)).find(({ agreement }) => agreement === kept)!.perPeriod;
    await until(end - 2);
    await expect.poll(endOf, { timeout: 30_000 * PACE }).toBe(end + 1);
    await until(end - 1);
    await expect.poll(endOf, { timeout: 30_000 * PACE }).toBe(end + 2);
    const [bobs, cleos] = [await shareOf(bob), await shareOf(cleo)];
    expect(bobs + cleos).toBeGreaterThanOrEqual(4n * perPeriod - 1n);
    const before = await tokenBalance(bob.chain, bob.creator);
    expect(await dropAdopted(bob, { name: 'a film' })).toMatchObject({ contentId, quit: [{ agreement: kept, amount: bobs }] });
    expect((await tokenBalance(bob.chain, bob.creator)) - before).toBe(bobs);
    expect((await list(bob)).map(({ name }) => name)).not.toContain('a film');
    await until(end);
    await expect.poll(endOf, { timeout: 30_000 * PACE }).toBe(end + 3);
    expect(await shareOf(cleo)).toBeLessThan(cleos);
    const elsewhere = await world.client({ account: CLEO });
    expect((await fetched(elsewhere, contentId)).equals(bytes)).toBe(true);
  });

  it('ends it by leaving', async () => {
    const { quit } = await dropAdopted(cleo, { name: contentId });
    expect(quit[0]!.amount).toBeGreaterThan(0n);
    expect(await readPool(ada.chain, kept)).toMatchObject({ tokens: 0n, waiting: 0n });
    await until(end + 2);
    // In the last period: too late for anybody else.
    await provenUntil(world, (end + 3) * EPOCHS_PER_PERIOD - 2);
    await expect(adopt(bob, { contentId, periods: 1 })).rejects.toMatchObject({ code: 'NOT_ADOPTABLE', message: expect.stringContaining('too soon') });
    await until(end + 3);
    expect([await endOf(), await currentPeriod(ada.chain)]).toEqual([end + 3, end + 3]);
    await expect.poll(async () => (await requestJson(`${world.heavies[0]!.url}/contents/${contentId}`, { schema: KeptPlaces })).places, { timeout: 10_000 * PACE }).toEqual([]);
    await expect(adopt(bob, { contentId, periods: 1 })).rejects.toMatchObject({ code: 'NOT_ADOPTABLE' });
  });
});
