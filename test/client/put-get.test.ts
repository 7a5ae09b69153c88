import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readAgreement } from '../../offchain/chain/read-agreement.ts';
import type { Client } from '../../offchain/client/client.ts';
import { get } from '../../offchain/client/get.ts';
import { list } from '../../offchain/client/list.ts';
import type { Progress } from '../../offchain/client/progress.ts';
import { put } from '../../offchain/client/put.ts';
import { remove } from '../../offchain/client/remove.ts';
import type { Rented } from '../../offchain/client/rent.ts';
import { restoreCatalog } from '../../offchain/client/restore-catalog.ts';
import { status } from '../../offchain/client/status.ts';
import { noise, snapshot, writeSampleTree, writeTree } from './tree.ts';
import { PRICE, type World, rentedClient, startWorld } from './world.ts';

const ACCOUNT = 12;
let world: World;
let client: Client;
let rented: Rented;
let tree: string;

beforeAll(async () => {
  world = await startWorld({ providers: 4 });
  ({ client, rented } = await rentedClient(world, { account: ACCOUNT }));
  tree = await writeSampleTree(join(world.folder, 'tree'));
});
afterAll(() => world.stop());

const into = (name: string): string => join(world.folder, 'restored', name);

describe('renting', () => {
  it('gives one slot to each provider, at its price, and the heavy node the seal key', async () => {
    expect(rented.providers.map(({ provider }) => provider).sort()).toEqual(world.providers.map(({ id }) => id).sort());
    expect(rented.providers.every(({ price }) => price === PRICE)).toBe(true);
    expect(rented.sealKeySent).toBe(true);
    const { agreements } = await status(client);
    expect(agreements).toMatchObject([{ agreement: rented.agreement, k: 2, m: 2, isRunning: true, quota: 200, batches: 0, spare: 2 }]);
  });
});

describe('storing and fetching', () => {
  it('brings a tree back as it was, and is stored only when committed', async () => {
    const progress: Progress[] = [];
    const stored = await put(client, { paths: [tree], name: 'tree', onProgress: (one) => progress.push(one) });
    expect(stored).toMatchObject({ unchanged: false, bundle: 0, receipts: [0, 1, 2, 3], lost: [], problems: [], published: 2 });
    expect(stored.contentId).toMatch(/^b/);
    const { bundles, batches } = await readAgreement(client.chain, rented.agreement);
    expect({ bundles, batches }).toEqual({ bundles: 1, batches: stored.batches });
    expect([...new Set(progress.map(({ stage }) => stage))]).toEqual(expect.arrayContaining(['scan', 'encode', 'send', 'receipts', 'commit', 'publish']));

    const fetched = await get(client, { name: 'tree', into: into('first') });
    expect(fetched).toMatchObject({ failed: [], version: 1, contentId: stored.contentId, avoided: [] });
    expect(await snapshot(into('first'))).toEqual(await snapshot(tree));
  });

  it('sends no transaction when nothing changed', async () => {
    const before = await client.chain.public.getTransactionCount({ address: client.creator });
    const again = await put(client, { paths: [tree], name: 'tree' });
    expect(again).toMatchObject({ unchanged: true, bundle: null, batches: 0, transactionHash: undefined });
    expect(await client.chain.public.getTransactionCount({ address: client.creator })).toBe(before);
  });

  it('stores little when little changed, and keeps the old version', async () => {
    const path = join(tree, 'large.bin');
    const original = await readFile(path);
    const changed = Buffer.from(original);
    changed.set(noise('patch', 15_000), 1_400_000);
    await writeFile(path, changed);
    const stored = await put(client, { paths: [tree], name: 'tree' });
    expect(stored.unchanged).toBe(false);
    expect(stored.stats.storedBytes).toBeLessThan(stored.stats.plainBytes * 0.7);
    await get(client, { name: 'tree', into: into('old'), version: 1, path: 'large.bin' });
    expect(await readFile(join(into('old'), 'large.bin'))).toEqual(original);
    await get(client, { name: 'tree', into: into('new') });
    expect(await snapshot(into('new'))).toEqual(await snapshot(tree));
  });

  it('fetches one folder of an object, and says what is not there', async () => {
    const fetched = await get(client, { name: 'tree', into: into('part'), path: 'photos/' });
    expect(fetched.failed).toEqual([]);
    expect(Object.keys(await snapshot(into('part')))).toContain('photos/deep/er/still/file');
    expect(Object.keys(await snapshot(into('part')))).not.toContain('letter.txt');
    await expect(get(client, { name: 'tree', into: into('none'), path: 'no/such' })).rejects.toMatchObject({ code: 'NO_SUCH_OBJECT' });
    await expect(get(client, { name: 'other', into: into('none') })).rejects.toMatchObject({ code: 'NO_SUCH_OBJECT' });
    await expect(get(client, { name: 'tree', into: into('none'), version: 9 })).rejects.toMatchObject({ code: 'NO_SUCH_OBJECT' });
  });

  it('stores a public file under the content id of IPFS, readable without any key', async () => {
    const folder = await writeTree(join(world.folder, 'public'), { 'page.html': '<h1>hello</h1>\n' });
    const stored = await put(client, { paths: [join(folder, 'page.html')], name: '/a.com/page.html', visibility: 'public' });
    // What `ipfs-car pack --no-wrap` prints for this file: a raw block.
    expect(stored.contentId).toMatch(/^bafkrei/);
    await get(client, { name: '/a.com/page.html', into: into('public') });
    expect(await readFile(join(into('public'), 'page.html'), 'utf8')).toBe('<h1>hello</h1>\n');
  });
});

describe('a new machine', () => {
  it('restores everything with the wallet alone, and stores nothing twice', async () => {
    const fresh = await world.client({ account: ACCOUNT });
    const restored = await restoreCatalog(fresh);
    expect(restored.names).toBe(2);
    expect(await list(fresh)).toEqual(await list(client));
    await get(fresh, { name: 'tree', into: into('fresh') });
    expect(await snapshot(into('fresh'))).toEqual(await snapshot(tree));
    // Whoever only reads has no use for the chunks of all manifests.
    expect(await fresh.store.chunk.count()).toBe(0);
    expect((await put(fresh, { paths: [tree], name: 'tree' })).unchanged).toBe(true);
    const copy = await put(fresh, { paths: [tree], name: 'copy' });
    expect(copy.stats.newBytes).toBe(0);
  });

  it('finds the catalog through the chain when no heavy node answers', async () => {
    const fresh = await world.client({ account: ACCOUNT, heavies: ['http://127.0.0.1:1'] });
    expect((await restoreCatalog(fresh)).names).toBe(3);
  });

  it('notices what the other machine stored', async () => {
    expect((await list(client)).map(({ name }) => name)).toEqual(['/a.com/page.html', 'copy', 'tree']);
  });
});

describe('deleting', () => {
  it('hides the name and keeps its versions', async () => {
    await remove(client, { name: 'copy' });
    expect((await list(client)).find(({ name }) => name === 'copy')).toMatchObject({ deleted: true });
    await expect(get(client, { name: 'copy', into: into('copy') })).rejects.toMatchObject({ code: 'NO_SUCH_OBJECT' });
    expect((await get(client, { name: 'copy', into: into('copy'), version: 1 })).failed).toEqual([]);
    await expect(remove(client, { name: 'copy' })).rejects.toMatchObject({ code: 'NO_SUCH_OBJECT' });
  });

  it('on a machine that has stored nothing yet leaves what lies before its own bundle to be looked up', async () => {
    const fresh = await world.client({ account: ACCOUNT });
    await remove(fresh, { name: '/a.com/page.html' });
    expect(await fresh.store.knownAgreement.findFirst()).toMatchObject({ bundles: (await readAgreement(fresh.chain, rented.agreement)).bundles, indexed: 0 });
    expect((await put(fresh, { paths: [tree], name: 'once more' })).stats.newBytes).toBe(0);
    const { bundles, indexed } = await fresh.store.knownAgreement.findFirstOrThrow();
    expect(indexed).toBe(bundles);
  });
});
