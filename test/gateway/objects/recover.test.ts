import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AgreementViews } from '../../../offchain/client/fetch/agreement-view.ts';
import { formatDeployment } from '../../../offchain/chain/deployment.ts';
import type { OpenedObjects } from '../../../offchain/gateway/objects/open.ts';
import { type World, rentedClient, startWorld } from '../../client/world.ts';
import { type FaultKind, FaultPlan } from '../../support/faults.ts';
import { FaultyFiles } from '../../support/faulty-files.ts';
import { bytesOf, codeOf, md5, openTestObjects, pieces, put, textOf } from './store-world.ts';

const MIB = 2 ** 20;
let world: World;

beforeAll(async () => {
  world = await startWorld({ providers: 4 });
}, 60_000);

afterAll(() => world.stop());

/** All that a store shows, but where the bytes are. */
async function everything(store: OpenedObjects): Promise<object[]> {
  const all: object[] = [...(await store.listBuckets())];
  for (const { name } of await store.listBuckets()) {
    for (const version of (await store.listVersions({ bucket: name, limit: 1000 })).versions) {
      const { isSpooled: _, ...shown } = version;
      const text = version.isMarker ? '' : md5(await bytesOf((await store.getObject({ bucket: name, key: version.key, versionId: version.versionId })).read()));
      all.push({ ...shown, text });
    }
    for (const upload of (await store.listUploads({ bucket: name, limit: 1000 })).uploads) all.push(await store.listParts({ ...upload, limit: 1000 }));
  }
  return all;
}

/** What was answered, key to ETag, by a process that is ended after each of these counts of answers, and begun anew. */
async function writeUntilKilled(told: { readonly account: number; readonly home: string; readonly durability: 'network' | 'spool' }, counts: readonly number[]): Promise<Map<string, string>> {
  const deployment = JSON.parse(formatDeployment(world.holdfast.deployment)) as unknown;
  const answered = new Map<string, string>();
  for (const [run, killAfter] of counts.entries()) {
    const order = JSON.stringify({ ...told, rpcUrl: world.holdfast.rpcUrl, deployment, run });
    const child = spawn(process.execPath, [join(import.meta.dirname, 'writer-child.ts'), order], { stdio: ['ignore', 'pipe', 'inherit'] });
    let count = 0;
    for await (const line of createInterface({ input: child.stdout })) {
      const { key, etag } = JSON.parse(line) as { key: string; etag: string };
      answered.set(key, etag);
      if (++count === killAfter) child.kill('SIGKILL');
    }
  }
  return answered;
}

describe('an empty machine and the wallet', () => {
  it('find all that was committed, and go on with it', async () => {
    const { client } = await rentedClient(world, { account: 12, batchLog2: 20, quota: 120, policy: {} });
    const store = await openTestObjects(client);
    await store.createBucket('b');
    await store.createBucket('v');
    await store.patchBucket('v', { versioning: 'enabled', tags: { a: 'b' } });
    for (let i = 0; i < 20; i++) await put(store, 'b', `k${i}`, randomBytes(100_000), { headers: { user: { i: String(i) } } });
    await put(store, 'v', 'k', 'one');
    await store.flush();
    await put(store, 'v', 'k', 'two', { tags: { x: 'y' } });
    await store.deleteObject({ bucket: 'v', key: 'k' });
    const upload = await store.createUpload({ bucket: 'b', key: 'parts' });
    const first = randomBytes(5 * MIB);
    const part = await store.putPart({ ...upload, number: 1, body: pieces(first) });
    for (let i = 0; i < 15; i++) await store.deleteObject({ bucket: 'b', key: `k${i}` });
    await store.flush();
    const again = await openTestObjects(await world.client({ account: 12 }));
    const before = await everything(store);
    expect(await everything(again)).toEqual(before);
    await again.close();

    // Deleted data frees space, and what lives has moved.
    await store.copyObject({ bucket: 'v', key: 'kept', from: { bucket: 'b', key: 'k19' } });
    await store.abortUpload(upload);
    const { freeBytes } = await store.usage();
    const reading = await store.getObject({ bucket: 'b', key: 'k18' });
    expect(await store.compact()).toBe(true);
    expect(md5(await bytesOf(reading.read()))).toBe(reading.version.etag);
    expect((await store.usage()).freeBytes).toBeGreaterThan(freeBytes);
    expect(await store.compact()).toBe(false);
    await put(store, 'b', 'later', 'later');
    await store.flush();
    const third = await openTestObjects(await world.client({ account: 12 }));
    expect(await everything(third)).toEqual(await everything(store));
    expect(part.etag).toBe(md5(first));

    // Two writers: who has nothing of his own follows, who has something is stopped.
    await put(third, 'b', 'third', 'written there');
    await third.flush();
    await put(store, 'b', 'mine', 'written here');
    expect(await codeOf(store.flush())).toBe('STORE_TAKEN');
    expect(await textOf(store, 'b', 'mine')).toBe('written here');
    await store.close();
    await third.close();
  });
});

describe('with durability: network', () => {
  it('an answer means that providers have it, and a failure that nobody sees it', async () => {
    const { client, rented } = await rentedClient(world, { account: 13, batchLog2: 20, quota: 16, policy: { attempts: 1, graceMs: 50 } });
    const store = await openTestObjects(client, { durability: 'network' });
    await store.createBucket('b');
    const bytes = randomBytes(2 * MIB);
    const written = await Promise.all([put(store, 'b', 'a', bytes), put(store, 'b', 'b', 'small'), put(store, 'b', 'c', 'small too')]);
    expect(written.map(({ isSpooled }) => isSpooled)).toEqual([false, false, false]);
    const fresh = await openTestObjects(await world.client({ account: 13 }));
    expect(await everything(fresh)).toEqual(await everything(store));
    await fresh.close();
    expect(await store.usage()).toMatchObject({ spooledBytes: 0, pendingChanges: 0 });
    // More than was rented: told before a byte is read when the size is known, and while it comes when it is not.
    const large = async function* (): AsyncGenerator<Uint8Array, void> {
      for (let i = 0; i < 20; i++) yield randomBytes(MIB);
    };
    expect(await codeOf(store.putObject({ bucket: 'b', key: 'large', body: pieces('never read'), sizeBytes: 20 * MIB }))).toBe('NO_SPACE');
    expect(await codeOf(store.putObject({ bucket: 'b', key: 'large', body: large() }))).toBe('NO_SPACE');
    expect(await codeOf(store.headObject({ bucket: 'b', key: 'large' }))).toBe('NO_SUCH_KEY');
    expect((await store.usage()).spooledBytes).toBe(0);
    await store.deleteObject({ bucket: 'b', key: 'a' });

    for (const { provider } of rented.providers.slice(0, 2)) world.stall(provider);
    const failing = new AbortController();
    const failed = codeOf(put(store, 'b', 'failed', 'not stored', { signal: failing.signal }));
    await store.close();
    expect(await failed).not.toBe('no error');
    for (const { provider } of rented.providers.slice(0, 2)) world.wake(provider);
    const later = await openTestObjects(client, { durability: 'network' });
    expect((await later.listObjects({ bucket: 'b', limit: 10 })).objects.map(({ key }) => key)).toEqual(['b', 'c']);
    await later.close();
  });
});

describe('an agreement that is nearly full', () => {
  it('takes what is stored already and what shrinks, and nothing that it could not commit', async () => {
    const { client } = await rentedClient(world, { account: 17, batchLog2: 20, quota: 16, policy: {} });
    const store = await openTestObjects(client);
    await store.createBucket('b');
    const bytes = randomBytes(9 * MIB);
    await put(store, 'b', 'first', bytes, { sizeBytes: bytes.length });
    expect(await codeOf(put(store, 'b', 'unknown size', randomBytes(9 * MIB)))).toBe('NO_SPACE');
    await put(store, 'b', 'again', bytes, { sizeBytes: bytes.length });
    await put(store, 'b', 'zeros', new Uint8Array(12 * MIB), { sizeBytes: 12 * MIB });
    const other = randomBytes(9 * MIB);
    expect(await codeOf(put(store, 'b', 'other', other, { sizeBytes: other.length }))).toBe('NO_SPACE');
    expect(await codeOf(put(store, 'b', 'wrong', bytes, { sizeBytes: bytes.length, md5: md5('x') }))).toBe('BAD_DIGEST');
    expect(await store.usage()).toMatchObject({ spooledBytes: 0, pendingChanges: 0 });
    const fresh = await openTestObjects(await world.client({ account: 17 }));
    expect((await fresh.listObjects({ bucket: 'b', limit: 10 })).objects.map(({ key }) => key)).toEqual(['again', 'first', 'zeros']);
    expect(md5(await bytesOf((await fresh.getObject({ bucket: 'b', key: 'again' })).read()))).toBe(md5(bytes));
    await fresh.close();
    await store.close();
  });
});

it('who reads all the time never waits for the chain', async () => {
  const { client, rented } = await rentedClient(world, { account: 18, batchLog2: 17, quota: 4, policy: {} });
  const views = new AgreementViews(client.chain, 4_000);
  const first = await views.get(rented.agreement);
  await setTimeout(2_100);
  expect(await views.get(rented.agreement)).toBe(first);
  await expect.poll(async () => (await views.get(rented.agreement)) === first, { timeout: 20_000 }).toBe(false);
  await client.close();
});

describe('a machine that dies', () => {
  it('by kill -9 at any moment keeps what it answered', async () => {
    const home = join(world.folder, 'killed');
    const { client } = await rentedClient(world, { account: 14, home, batchLog2: 20, quota: 120, policy: {} });
    await client.close();
    const answered = await writeUntilKilled({ account: 14, home, durability: 'spool' }, [3, 11, 30]);
    expect(answered.size).toBeGreaterThanOrEqual(44);
    const again = await world.client({ account: 14, home });
    const store = await openTestObjects(again);
    const shown = (await store.listObjects({ bucket: 'b', limit: 1000 })).objects;
    for (const { key, etag } of shown) expect(md5(await bytesOf((await store.getObject({ bucket: 'b', key })).read()))).toBe(etag);
    const found = new Map(shown.map(({ key, etag }) => [key, etag]));
    expect([...answered].filter(([key, etag]) => found.get(key) !== etag)).toEqual([]);
    await store.flush();
    const fresh = await openTestObjects(await world.client({ account: 14 }));
    expect(await everything(fresh)).toEqual(await everything(store));
    await fresh.close();
    await store.close();
  });

  it('by kill -9 in the middle of commits has in the network what it answered, where that is the setting', async () => {
    const home = join(world.folder, 'killed-network');
    const { client } = await rentedClient(world, { account: 16, home, batchLog2: 20, quota: 120, policy: {} });
    await client.close();
    const answered = await writeUntilKilled({ account: 16, home, durability: 'network' }, [1, 4]);
    expect(answered.size).toBeGreaterThanOrEqual(5);
    // Nothing of that machine is needed.
    const store = await openTestObjects(await world.client({ account: 16 }), { durability: 'network' });
    const shown = (await store.listObjects({ bucket: 'b', limit: 1000 })).objects;
    for (const { key, etag } of shown) expect(md5(await bytesOf((await store.getObject({ bucket: 'b', key })).read()))).toBe(etag);
    expect([...answered].filter(([key, etag]) => !shown.some((one) => one.key === key && one.etag === etag))).toEqual([]);
    await put(store, 'b', 'later', 'later');
    await store.close();
  });

  it('with a disk that fails, is full, or loses what was not synced shows what it answered and nothing half', async () => {
    const { client } = await rentedClient(world, { account: 15, batchLog2: 20, quota: 40, policy: {} });
    const plan = new FaultPlan();
    let files = new FaultyFiles(plan);
    let store = await openTestObjects(client, { spool: '/spool' }, { files });
    await store.createBucket('b');
    const answered = new Map<string, string>();
    for (const kind of ['EIO', 'ENOSPC', 'cut'] as FaultKind[]) {
      for (let at = 1, hasFired = true; hasFired; at++) {
        const key = `${kind} ${at}`;
        plan.arm(at, kind);
        const written = await put(store, 'b', key, `${key} ${'x'.repeat(9000)}`).catch(() => undefined);
        hasFired = plan.hasFired;
        plan.disarm();
        if (written !== undefined) answered.set(key, written.etag);
        if (kind !== 'cut') continue;
        files = files.crash('lose');
        await store.close();
        store = await openTestObjects(client, { spool: '/spool' }, { files });
      }
    }
    const shown = (await store.listObjects({ bucket: 'b', limit: 1000 })).objects;
    expect(new Map(shown.map(({ key, etag }) => [key, etag]))).toEqual(answered);
    for (const { key, etag } of shown) expect(md5(await textOf(store, 'b', key))).toBe(etag);
    expect(answered.size).toBeGreaterThanOrEqual(3);
    expect((await files.readdir('/spool')).length).toBe(answered.size);
    await store.flush();
    expect(await files.readdir('/spool')).toEqual([]);
    await store.close();
  });
});
