import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../offchain/store/log.ts';
import { migrate, MigrationMismatchError } from '../../offchain/store/migrate.ts';
import { openStore } from '../../offchain/store/open.ts';
import { sqliteTarget } from '../../offchain/store/sqlite.ts';
import { expectEmptyModels } from '../support/models.ts';

const sources = join(import.meta.dirname, '../../offchain/store');
let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'holdfast-store-'));
});
afterEach(() => rm(home, { recursive: true }));

const urlOf = (name: string) => `file:${join(home, name)}`;

describe('openStore', () => {
  it('has every column of every model in the SQL', async () => {
    const store = await openStore({ url: urlOf('state.db') });
    await expectEmptyModels(store);
    await store.$disconnect();
  });

  it('keeps what was written, creates missing folders and is idempotent', async () => {
    const first = await openStore({ url: urlOf('deep/er/state.db') });
    await first.fact.create({ data: { key: 'id', value: '7' } });
    await first.$disconnect();
    const second = await openStore({ url: urlOf('deep/er/state.db') });
    expect(await second.fact.findUnique({ where: { key: 'id' } })).toEqual({ key: 'id', value: '7' });
    await second.$disconnect();
  });

  it('commits durably: write-ahead log, full synchronisation, foreign keys', async () => {
    const store = await openStore({ url: urlOf('state.db') });
    expect(await store.$queryRawUnsafe('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(Object.values((await store.$queryRawUnsafe<object[]>('PRAGMA synchronous'))[0] ?? {}).map(Number)).toEqual([2]);
    const orphan = { agreement: 1, root: '0x00', position: 0, batchId: '0x01', fragmentRoots: new Uint8Array(64), batchRoot: new Uint8Array(32) };
    await expect(store.bundleBatch.create({ data: orphan })).rejects.toThrow(/[Ff]oreign key/);
    await store.$disconnect();
  });
});

describe('a damaged file', () => {
  it('is named as such, before anything else happens to it', async () => {
    const store = await openStore({ url: urlOf('state.db') });
    // What waits in the log would heal the file.
    await store.$queryRawUnsafe('PRAGMA wal_checkpoint(TRUNCATE)');
    await store.$disconnect();
    const path = join(home, 'state.db');
    const whole = await readFile(path);
    for (const beside of ['-wal', '-shm']) await rm(`${path}${beside}`, { force: true });
    for (const damaged of [Buffer.from('This was a database once.'.repeat(400)), Buffer.concat([whole.subarray(0, 100), Buffer.alloc(whole.length - 100, 7)])]) {
      await writeFile(path, damaged);
      await expect(openStore({ url: urlOf('state.db') })).rejects.toMatchObject({ code: 'STORE_DAMAGED', message: expect.stringContaining(path) });
    }
  });
});

describe('migrate', () => {
  const run = async (folder: string) => {
    const database = await new PrismaLibSql({ url: urlOf('m.db') }).connect();
    try {
      await migrate(sqliteTarget(database), folder);
      return (await database.queryRaw({ sql: 'SELECT name FROM sqlite_master ORDER BY name', args: [], argTypes: [] })).rows.flat();
    } finally {
      await database.dispose();
    }
  };

  it('applies new files once, in order, and refuses a changed or unknown one', async () => {
    const folder = join(home, 'migrations');
    await cp(join(sources, 'migrations'), folder, { recursive: true });
    await writeFile(join(folder, '9001_b.sql'), 'ALTER TABLE "A" ADD COLUMN "y" TEXT;');
    await writeFile(join(folder, '9000_a.sql'), 'CREATE TABLE "A" ("x" TEXT);');
    await writeFile(join(folder, 'notes.txt'), 'not SQL');
    expect(await run(folder)).toContain('A');
    await run(folder);
    await writeFile(join(folder, '9001_b.sql'), 'ALTER TABLE "A" ADD COLUMN "z" TEXT;');
    await expect(run(folder)).rejects.toThrow(MigrationMismatchError);
    await rm(join(folder, '9001_b.sql'));
    await expect(run(folder)).rejects.toThrow(/9001_b.sql is unknown/);
  });

  it('leaves nothing of a file that fails half-way', async () => {
    const folder = join(home, 'migrations');
    await cp(join(sources, 'migrations'), folder, { recursive: true });
    await writeFile(join(folder, '9000_bad.sql'), 'CREATE TABLE "Half" ("x" TEXT); CREATE NONSENSE;');
    await expect(run(folder)).rejects.toThrow();
    await rm(join(folder, '9000_bad.sql'));
    expect(await run(folder)).not.toContain('Half');
  });
});

describe('createLogger', () => {
  it('writes one JSON object per line, with bigints and errors as text', () => {
    const lines: string[] = [];
    const log = createLogger({ name: 'provider-1', write: (line) => lines.push(line), now: () => new Date(0) });
    log.warn('proof.failed', { epoch: 3, pay: 10n, error: new Error('no disk') });
    expect(lines).toEqual([
      '{"time":"1970-01-01T00:00:00.000Z","level":"warn","name":"provider-1","event":"proof.failed","epoch":3,"pay":"10","error":"no disk"}\n',
    ]);
  });
});
