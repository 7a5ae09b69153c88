import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createChain } from '../../offchain/chain/client.ts';
import type { Client } from '../../offchain/client/client.ts';
import { announce } from '../../offchain/client/adopt/announce.ts';
import { collect } from '../../offchain/client/collect.ts';
import { fetchByName } from '../../offchain/client/named/fetch-by-name.ts';
import { fetchLocation } from '../../offchain/client/named/fetch-location.ts';
import { readPublicFile } from '../../offchain/client/named/read-public-file.ts';
import { handOverName } from '../../offchain/client/named/hand-over-name.ts';
import { listNameVersions } from '../../offchain/client/named/list-name-versions.ts';
import { listOwnNames } from '../../offchain/client/named/list-own-names.ts';
import { locate } from '../../offchain/client/named/locate.ts';
import { locationOf } from '../../offchain/client/named/location-of.ts';
import { openLocation } from '../../offchain/client/named/open-location.ts';
import { createPublicReader } from '../../offchain/client/named/public-reader.ts';
import { publishName } from '../../offchain/client/named/publish-name.ts';
import { publishRecord } from '../../offchain/client/named/publish-record.ts';
import { refreshNames } from '../../offchain/client/named/refresh-names.ts';
import { resolveName } from '../../offchain/client/named/resolve-name.ts';
import { withdrawName } from '../../offchain/client/named/withdraw-name.ts';
import { lock } from '../../offchain/client/lock.ts';
import { put } from '../../offchain/client/put.ts';
import { publicContentId } from '../../offchain/codec/content-id.ts';
import { nameKey } from '../../offchain/wire/named-name.ts';
import { rendezvous } from '../../offchain/wire/rendezvous.ts';
import { type Liar, startLiar } from './named-liar.ts';
import { noise, snapshot } from './tree.ts';
import { type World, rentedClient, startWorld } from './world.ts';

const OWNER = 12;
const OTHER = 13;
let world: World;
let client: Client;
let other: Client;
/** Somebody with an RPC address and nothing else. */
let stranger: ReturnType<typeof createPublicReader>;
let video: Buffer;
/** A registered heavy node that answers every question about names with 404, until a test tells it what to say. */
let liar: Liar;
/** Names of which the liar is the first holder, and two honest nodes behind it. */
let names: string[];

beforeAll(async () => {
  world = await startWorld({ providers: 4 });
  ({ client } = await rentedClient(world, { account: OWNER }));
  ({ client: other } = await rentedClient(world, { account: OTHER }));
  liar = await startLiar(await world.holdfast.as(18));
  const ids = [...world.heavies.map(({ id }) => id), liar.id];
  names = Array.from({ length: 60 }, (_, i) => `/b.com/${i}`).filter((name) => rendezvous(nameKey(name), ids)[0] === liar.id);
  stranger = createPublicReader(await createChain({ rpcUrls: [world.holdfast.rpcUrl], deployment: world.holdfast.deployment, pollMs: 50 }));
  // Half of it compresses; it fills several batches and several of the chunks of 1 MiB.
  video = Buffer.concat([Buffer.from(noise('video', 1_300_000)), Buffer.alloc(1_200_000, 'frame')]);
  await store(client, 'video', 'izone.mp4', video);
}, 60_000);
afterAll(async () => {
  await liar?.stop();
  await stranger?.close();
  await world?.stop();
});

const into = (name: string): string => join(world.folder, 'fetched', name);

async function store(creator: Client, name: string, file: string, bytes: Uint8Array, visibility: 'public' | 'private' = 'public') {
  const folder = join(world.folder, 'sources', creator.creator, name);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, file), bytes);
  return put(creator, { paths: [join(folder, file)], name, visibility });
}

describe('a public object', () => {
  it('says where it lies, and gives away the keys of its own batches only', async () => {
    const location = await locate(client, { name: 'video' });
    expect(location.contentId).toBe(await publicContentId(async function* () { yield video; }));
    expect(location).toMatchObject({ v: 1, sizeBytes: video.length, segments: [{ start: 0, end: video.length, agreement: 1, bundle: 0, batch: 0, offset: 0 }], storages: [{ agreement: 1, k: 2, m: 2, batchLog2: 17 }] });
    expect(location.storages[0]?.slots.map(({ provider }) => provider).sort()).toEqual(world.providers.map(({ id }) => id).sort());
    // A second upload is in other batches: what was told before does not open it.
    await store(client, 'secret', 'diary.txt', noise('diary', 50_000), 'private');
    const later = await store(client, 'later', 'b.bin', noise('later', 60_000));
    const mixed = { ...(await locate(client, { name: 'later' })), keys: location.keys };
    expect(later.bundle).not.toBe(0);
    await expect(openLocation(stranger, mixed)).rejects.toMatchObject({ code: 'BAD_LOCATION' });
    await expect(locate(client, { name: 'secret' })).rejects.toMatchObject({ code: 'NOT_PUBLIC' });
  });

  it('is read by a stranger, whole or in part, and every lie about it is seen', async () => {
    const location = await locate(client, { name: 'video' });
    const opened = await openLocation(stranger, location);
    const [entry] = opened.manifest.entries;
    const parts: Uint8Array[] = [];
    for await (const part of readPublicFile(stranger, opened, entry!, { range: { start: 1_048_000, end: 1_050_000 } })) parts.push(part.slice());
    expect(Buffer.concat(parts).equals(video.subarray(1_048_000, 1_050_000))).toBe(true);

    const [keys] = location.keys;
    const flipped = `${keys!.keys.slice(0, -2)}${keys!.keys.endsWith('00') ? '01' : '00'}` as const;
    const lies = [
      { root: `0x${'11'.repeat(32)}` as const },
      { contentId: `bafkrei${'a'.repeat(52)}` },
      { keys: [{ ...keys!, keys: flipped as `0x${string}` }] },
      { manifest: { ...location.manifest, bundle: 1, chunks: location.manifest.chunks.map((chunk) => ({ ...chunk, offset: chunk.offset + 1 })) } },
      { manifest: { ...location.manifest, sizeBytes: location.manifest.sizeBytes + 1 } },
    ];
    for (const lie of lies) await expect(fetchLocation(stranger, { location: { ...location, ...lie }, into: into('lies') }), JSON.stringify(lie).slice(0, 60)).rejects.toMatchObject({ code: expect.any(String) });
    expect(await readdir(into('lies')).catch(() => [])).toEqual([]);
  });
});

describe('publishing under a name', () => {
  const name = '/a.com/izone.mp4';

  it('claims a free name, and anybody fetches by it', async () => {
    const published = await publishName(client, { name, stored: 'video' });
    expect(published).toMatchObject({ name, version: 1, tenure: 1, parents: [], unchanged: false, claimGas: expect.any(BigInt) });
    expect(published.claimGas).toBeLessThan(28_000n);
    expect([...published.holders].sort()).toEqual(world.heavies.map(({ id }) => id).sort());
    const fetched = await fetchByName(stranger, { name, into: into('video') });
    expect(fetched).toMatchObject({ name, version: 1, owner: client.creator, bytes: video.length, failed: [] });
    expect((await readFile(join(into('video'), 'izone.mp4'))).equals(video)).toBe(true);
    // A creator with a wallet of his own reads others' content all the same.
    await fetchByName(other, { name, into: into('video-of-another') });
  });

  it('says nothing twice', async () => {
    const again = await publishName(client, { name, stored: 'video' });
    expect(again).toMatchObject({ unchanged: true, version: 1 });
    expect(again.claimGas).toBeUndefined();
  });

  it('keeps versions, which are listed and fetched by number', async () => {
    const cut = video.subarray(0, 900_000);
    await store(client, 'video', 'izone.mp4', cut);
    const first = await resolveName(stranger, { name });
    const second = await publishName(client, { name, stored: 'video' });
    expect(second).toMatchObject({ version: 2, parents: [first.hash] });
    const versions = await listNameVersions(stranger, { name });
    expect(versions.map(({ version, hash, lostFork }) => ({ version, hash, lostFork }))).toEqual([{ version: 2, hash: second.hash, lostFork: false }, { version: 1, hash: first.hash, lostFork: false }]);
    await fetchByName(stranger, { name, into: into('cut') });
    expect((await readFile(join(into('cut'), 'izone.mp4'))).equals(cut)).toBe(true);
    await fetchByName(stranger, { name, version: 1, into: into('uncut') });
    expect((await readFile(join(into('uncut'), 'izone.mp4'))).equals(video)).toBe(true);
    await expect(resolveName(stranger, { name, version: 3 })).rejects.toMatchObject({ code: 'NO_SUCH_NAME' });
  });

  it('is the owner’s alone', async () => {
    await store(other, 'mine', 'mine.bin', noise('mine', 10_000));
    await expect(publishName(other, { name, stored: 'mine' })).rejects.toMatchObject({ code: 'NAME_NOT_YOURS' });
    await expect(withdrawName(other, { name })).rejects.toMatchObject({ code: 'NAME_NOT_YOURS' });
    await expect(handOverName(other, { name, to: other.creator })).rejects.toMatchObject({ code: 'NAME_NOT_YOURS' });
    await expect(publishName(client, { name, stored: 'secret' })).rejects.toMatchObject({ code: 'NOT_PUBLIC' });
    await expect(publishName(client, { name: 'no-slash', stored: 'video' })).rejects.toMatchObject({ code: 'BAD_NAME' });
    await expect(resolveName(stranger, { name: '/nobody/has/this' })).rejects.toMatchObject({ code: 'NO_SUCH_NAME' });
  });

  it('ends when it expires or is withdrawn; the name stays its owner’s', async () => {
    const at = Math.floor(await client.chain.nowSeconds());
    await publishName(client, { name: '/a.com/soon-over', stored: 'video', expirySeconds: at + 500 });
    await resolveName(stranger, { name: '/a.com/soon-over' });
    await world.holdfast.advance(600);
    await expect(resolveName(stranger, { name: '/a.com/soon-over' })).rejects.toMatchObject({ code: 'NO_SUCH_NAME', shortMessage: expect.stringContaining('expired') });
    expect((await resolveName(stranger, { name: '/a.com/soon-over', version: 1 })).record.version).toBe(1);

    await publishName(client, { name: '/a.com/taken-back', stored: 'video' });
    expect(await withdrawName(client, { name: '/a.com/taken-back' })).toMatchObject({ version: 2, contentId: '' });
    expect((await resolveName(stranger, { name: '/a.com/taken-back' })).value).toEqual({ kind: 'withdrawn' });
    await expect(fetchByName(stranger, { name: '/a.com/taken-back', into: into('nothing') })).rejects.toMatchObject({ code: 'NO_SUCH_NAME' });
    await expect(publishName(other, { name: '/a.com/taken-back', stored: 'mine' })).rejects.toMatchObject({ code: 'NAME_NOT_YOURS' });
  });

  it('changes hands for good', async () => {
    const sold = '/a.com/sold';
    await publishName(client, { name: sold, stored: 'video' });
    await handOverName(client, { name: sold, to: other.creator });
    const between = await resolveName(stranger, { name: sold });
    expect(between).toMatchObject({ owner: other.creator, record: { owner: client.creator, version: 1 } });
    await expect(publishName(client, { name: sold, stored: 'video' })).rejects.toMatchObject({ code: 'NAME_NOT_YOURS' });
    expect(await publishName(other, { name: sold, stored: 'mine' })).toMatchObject({ version: 2, tenure: 2, parents: [between.hash] });
    expect((await resolveName(stranger, { name: sold })).record.owner).toBe(other.creator);
  });
});

describe('a location that is too large for a record', () => {
  it('is stored beside the object and referred to', async () => {
    const folder = join(world.folder, 'many');
    const turned = join(world.folder, 'turned');
    await Promise.all([folder, turned].map((path) => mkdir(path)));
    // The second folder has the first one's chunks in the opposite order: no two of them follow each other.
    for (let i = 0; i < 700; i++) {
      const bytes = noise(`many ${i}`, 40 + (i % 7));
      await writeFile(join(folder, String(i).padStart(4, '0')), bytes);
      await writeFile(join(turned, String(699 - i).padStart(4, '0')), bytes);
    }
    await put(client, { paths: [folder], name: 'many', visibility: 'public' });
    await put(client, { paths: [turned], name: 'turned', visibility: 'public' });
    await publishName(client, { name: '/a.com/turned', stored: 'turned' });
    const resolved = await resolveName(stranger, { name: '/a.com/turned' });
    expect(resolved.value.kind).toBe('reference');
    const location = await locationOf(stranger, resolved);
    expect(location.segments).toHaveLength(700);
    await fetchByName(stranger, { name: '/a.com/turned', into: into('turned') });
    expect(await snapshot(into('turned'))).toEqual(await snapshot(turned));
  });
});

describe('content that moves', () => {
  it('is published anew under all names that stand for it', async () => {
    const folder = join(world.folder, 'album');
    await mkdir(folder);
    await writeFile(join(folder, 'large'), noise('large', 600_000));
    await writeFile(join(folder, 'small'), noise('small', 50_000));
    await put(other, { paths: [folder], name: 'album', visibility: 'public' });
    await rm(join(folder, 'large'));
    await put(other, { paths: [folder], name: 'album', visibility: 'public' });
    await publishName(other, { name: '/o.com/album', stored: 'album' });
    const before = await resolveName(stranger, { name: '/o.com/album' });
    expect((await refreshNames(other)).published).toEqual([]);

    const { moved, bundles } = await collect(other, { keepVersions: 1 });
    expect({ moved: moved.includes('album'), bundles: bundles.length > 0 }).toEqual({ moved: true, bundles: true });
    expect(await refreshNames(other)).toMatchObject({ published: [{ name: '/o.com/album', version: 2 }], failed: [] });
    const { names: own, silent } = await listOwnNames(stranger, { owner: other.creator });
    expect(own).toEqual(['/a.com/sold', '/o.com/album']);
    expect(silent).toEqual([liar.id]);
    const after = await resolveName(stranger, { name: '/o.com/album' });
    expect(after.record.contentId).toBe(before.record.contentId);
    expect(after.record.value).not.toBe(before.record.value);
    await fetchByName(stranger, { name: '/o.com/album', into: into('album') });
    expect(await snapshot(into('album'))).toEqual(await snapshot(folder));
  });
});

describe('content that is gone from where its owner says', () => {
  it('is taken from whoever keeps the same bytes', async () => {
    const twin = Buffer.from(noise('twin', 70_000));
    await store(client, 'twin', 'mine.bin', twin);
    const there = await locate(client, { name: 'twin' });
    const lost = { ...there, manifest: { ...there.manifest, bundle: 99, chunks: there.manifest.chunks.map((chunk) => ({ ...chunk, bundle: 99 })) }, keys: there.keys.map((keys) => ({ ...keys, bundle: 99 })) };
    const { contentId, root } = there;
    await publishRecord(client, { name: '/a.com/twin', contentId, root, value: JSON.stringify({ kind: 'object', location: lost }), expiry: 0 });
    await expect(fetchByName(stranger, { name: '/a.com/twin', into: into('lost') })).rejects.toMatchObject({ code: 'NO_SUCH_BUNDLE' });

    await store(other, 'twin', 'theirs.bin', twin);
    await lock(other, { agreement: (await locate(other, { name: 'twin' })).manifest.agreement });
    await announce(other, { name: 'twin' });
    expect(await fetchByName(stranger, { name: '/a.com/twin', into: into('twin') })).toMatchObject({ contentId, owner: client.creator });
    expect((await readFile(join(into('twin'), 'theirs.bin'))).equals(twin)).toBe(true);
  });
});

describe('with providers that die and lie', () => {
  it('the bytes come from the others', async () => {
    const [dead, corrupt] = world.providers as readonly [{ id: number }, { id: number }, ...unknown[]];
    await world.corruptProvider(corrupt.id);
    await world.stopProvider(dead.id);
    const fetched = await fetchByName(stranger, { name: '/a.com/izone.mp4', version: 1, into: into('survived') });
    expect(fetched.avoided.map(({ provider }) => provider)).toEqual(expect.arrayContaining([corrupt.id]));
    expect((await readFile(join(into('survived'), 'izone.mp4'))).equals(video)).toBe(true);
  });
});

describe('a holder that lies', () => {
  it('withholds a record: the others have it', async () => {
    const [name] = names as [string];
    const { holders } = await publishName(client, { name, stored: 'later' });
    expect(holders).not.toContain(liar.id);
    const before = liar.asked;
    expect((await resolveName(stranger, { name })).record.version).toBe(1);
    expect(liar.asked).toBeGreaterThan(before);
  });

  it('shows an old version: the newest is taken from the others', async () => {
    const [, name] = names as [string, string];
    await publishName(client, { name, stored: 'later' });
    const old = await resolveName(stranger, { name });
    await publishName(client, { name, stored: 'video' });
    liar.says = () => ({ status: 200, body: { hash: old.hash, record: old.record } });
    const now = await resolveName(stranger, { name });
    expect(now).toMatchObject({ record: { version: 2 }, distrusted: [] });
    expect(now.holders.find(({ node }) => node === liar.id)?.hash).toBe(old.hash);
  });

  it('changes a record, forges one, or sends anything else: it is distrusted', async () => {
    const [, , name] = names as [string, string, string];
    await publishName(client, { name, stored: 'later' });
    const { hash, record } = await resolveName(stranger, { name });
    const lies: unknown[] = [
      { hash, record: { ...record, version: 9 } },
      { hash, record: { ...record, value: '{"kind":"withdrawn"}' } },
      { hash, record: { ...record, name: '/b.com/other' } },
      { hash, record: { ...record, signature: `0x${'11'.repeat(64)}` } },
      { hash: 'x', record: 7 },
      [],
    ];
    for (const body of lies) {
      liar.says = () => ({ status: 200, body });
      const resolved = await resolveName(stranger, { name });
      expect(resolved.record.version).toBe(1);
      expect(resolved.distrusted.map(({ node }) => node), JSON.stringify(body).slice(0, 60)).toEqual([liar.id]);
    }
    liar.says = () => ({ status: 500, body: {} });
    expect(await resolveName(stranger, { name })).toMatchObject({ record: { version: 1 }, distrusted: [] });
  });

  it('is not enough by itself: without a majority of the holders nothing is said', async () => {
    const [name] = names as [string];
    await Promise.all(world.heavies.map((heavy) => heavy.stop()));
    liar.says = () => ({ status: 404, body: { code: 'NO_SUCH_NAME', message: 'No.' } });
    await expect(resolveName(stranger, { name })).rejects.toMatchObject({ code: 'NO_HOLDER', retryable: true });
  });
});
