import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate, MigrationMismatchError } from '../../offchain/store/migrate.ts';
import { openNodeStore } from '../../offchain/store/open-node-store.ts';
import { openStore } from '../../offchain/store/open.ts';
import { postgresqlTarget } from '../../offchain/store/postgresql.ts';
import { type PrivateServer, postgresqlBinaries, startPostgresql } from '../support/postgresql.ts';
import { expectEmptyModels } from '../support/models.ts';

const sources = join(import.meta.dirname, '../../offchain/store');
const binaries = postgresqlBinaries();
if (binaries === undefined) console.warn('SKIPPED: all tests on PostgreSQL, for its programs (initdb, postgres) are not on this machine');

describe.skipIf(binaries === undefined)('PostgreSQL', () => {
  let server: PrivateServer;
  let home: string;
  let schemas = 0;
  const fresh = (): string => `${server.url}?schema=test_${schemas++}`;

  beforeAll(async () => {
    server = await startPostgresql(binaries as string);
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'holdfast-store-'));
  });
  afterEach(() => rm(home, { recursive: true }));

  it('has every column of every model', async () => {
    const store = await openStore({ url: fresh() });
    await expectEmptyModels(store);
    await store.$disconnect();
  });

  it('gives back bytes, large numbers, truth and time as they were', async () => {
    const store = await openStore({ url: fresh() });
    const createdAt = new Date(1_700_000_000_123);
    const fragment = { agreement: 7, batchId: '0xab', slot: 3, root: '0xcd', sizeBytes: 2n ** 62n, bad: true, createdAt };
    await store.fragment.create({ data: fragment });
    expect(await store.fragment.findMany()).toEqual([fragment]);
    const roots = new Uint8Array([0, 255, 39, 92]);
    await store.bundleDescription.create({ data: { agreement: 7, root: '0x1', bundle: 0, createdAt, batchRoots: roots } });
    expect((await store.bundleDescription.findFirstOrThrow()).batchRoots).toEqual(roots);
    const offer = { creator: '0x1', nonce: 2 ** 32 - 1, price: '1', sizeBytes: 1n, expiry: 2 ** 40, asker: '0x2', cost: '2', isFunded: true };
    await store.offer.create({ data: offer });
    expect(await store.offer.findMany({ where: { nonce: { lte: 2 ** 32 - 1 } } })).toEqual([offer]);
    await expect(store.bundleBatch.create({ data: { agreement: 1, root: '0x', position: 0, batchId: '0x', fragmentRoots: roots, batchRoot: roots } })).rejects.toThrow(/[Ff]oreign key/);
    await store.$disconnect();
  });

  it('upserts one row from many sides at once', async () => {
    const store = await openStore({ url: fresh() });
    const rail = { heavy: 1, parent: 2 };
    await Promise.all(Array.from({ length: 40 }, () => store.rail.upsert({ where: { heavy_parent: rail }, create: rail, update: {} })));
    await Promise.all(Array.from({ length: 40 }, (_, i) => store.fact.upsert({ where: { key: 'a' }, create: { key: 'a', value: String(i) }, update: { value: String(i) } })));
    expect([await store.rail.findMany(), await store.fact.count()]).toEqual([[rail], 1]);
    await store.$disconnect();
  });

  it('keeps many nodes apart in one database, each by the name in its folder', async () => {
    const [one, two] = [join(home, 'one'), join(home, 'two')];
    const stores = await Promise.all([one, two].map((folder) => openNodeStore({ home: folder, name: 'state', databaseUrl: server.url })));
    await stores[0]?.fact.create({ data: { key: 'id', value: '1' } });
    expect(await stores[1]?.fact.findMany()).toEqual([]);
    await Promise.all(stores.map((store) => store.$disconnect()));
    await cp(one, join(home, 'moved'), { recursive: true });
    const moved = await openNodeStore({ home: join(home, 'moved'), name: 'state', databaseUrl: server.url });
    expect(await moved.fact.findMany()).toEqual([{ key: 'id', value: '1' }]);
    await moved.$disconnect();
  });

  it('is migrated once by nodes that start together, all or nothing', async () => {
    const url = fresh();
    const stores = await Promise.all(Array.from({ length: 6 }, () => openStore({ url })));
    await Promise.all(stores.map((store) => store.$disconnect()));

    const folder = join(home, 'migrations');
    await cp(join(sources, 'migrations'), folder, { recursive: true });
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    await client.query('CREATE SCHEMA halves');
    await client.query('SET search_path TO halves');
    const run = () => migrate(postgresqlTarget(client, 'halves'), folder);
    await writeFile(join(folder, '9000_bad.sql'), 'CREATE TABLE "Half" ("x" TEXT); CREATE NONSENSE;');
    await expect(run()).rejects.toThrow(/NONSENSE/);
    expect((await client.query(`SELECT 1 FROM information_schema.tables WHERE table_schema = 'halves' AND table_name = 'Half'`)).rowCount).toBe(0);
    await writeFile(join(folder, '9000_bad.sql'), 'CREATE TABLE "Half" ("x" BLOB, "at" DATETIME);');
    await run();
    await writeFile(join(folder, '9000_bad.sql'), 'CREATE TABLE "Whole" ("x" TEXT);');
    await expect(run()).rejects.toThrow(MigrationMismatchError);
    await client.end();
  });

  it('outlives a server that is killed: what was committed is there, and the same client goes on', async () => {
    const store = await openStore({ url: fresh() });
    await store.fact.create({ data: { key: 'a', value: '1' } });
    await server.kill();
    await expect(store.fact.findMany()).rejects.toThrow();
    await server.start();
    expect(await store.fact.findMany()).toEqual([{ key: 'a', value: '1' }]);
    await store.$disconnect();
  });

  it('waits at a start for a server that is coming up', async () => {
    await server.kill();
    const opening = openStore({ url: fresh() });
    opening.catch(() => undefined);
    await server.start();
    await (await opening).$disconnect();
  });

  it('says where it could not connect and why, never the password', async () => {
    const url = server.url.replace('holdfast@', 'stranger:secret@');
    const error = await openStore({ url }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'STORE_UNAVAILABLE', message: expect.stringContaining('role "stranger" does not exist') });
    expect(JSON.stringify(error) + String(error)).not.toContain('secret');
  });

  it.each(['x"; DROP SCHEMA public; --', 'Upper', '', 'a'.repeat(64)])('refuses the schema name %j', async (schema) => {
    const url = new URL(server.url);
    url.searchParams.set('schema', schema);
    await expect(openStore({ url: url.href })).rejects.toMatchObject({ code: 'BAD_DATABASE_URL' });
  });
});

it('refuses addresses of other databases, without repeating what may be a password', async () => {
  await expect(openStore({ url: 'mysql://me:secret@host/x' })).rejects.toMatchObject({ code: 'BAD_DATABASE_URL', message: expect.not.stringContaining('secret') });
});
