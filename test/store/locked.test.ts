/** Another process holds the file's write lock for longer than a statement waits, and lets go: what is answered as written afterwards must be in the file. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Store } from '../../offchain/store/open.ts';
import { openStore } from '../../offchain/store/open.ts';

const HOLD = "const { DatabaseSync } = require('node:sqlite'); new DatabaseSync(process.argv[1]).exec('BEGIN IMMEDIATE'); process.stdout.write('held'); setInterval(() => {}, 1000);";
const LOOK = "const { DatabaseSync } = require('node:sqlite'); const db = new DatabaseSync(process.argv[1]); db.exec('BEGIN IMMEDIATE'); process.stdout.write(JSON.stringify(db.prepare('SELECT value FROM \"Fact\"').all().map(({ value }) => value))); db.exec('COMMIT');";

let home: string;
let path: string;
let store: Store;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'holdfast-locked-'));
  path = join(home, 'state.db');
  store = await openStore({ url: `file:${path}` });
  await store.fact.create({ data: { key: 'a', value: 'before' } });
});
afterEach(async () => {
  await store.$disconnect();
  await rm(home, { recursive: true });
});

/** Each fails while the file is locked. */
const WRITES: Readonly<Record<string, (value: string) => Promise<unknown>>> = {
  'a row': (value) => store.fact.update({ where: { key: 'a' }, data: { value } }),
  'an upsert': (value) => store.fact.upsert({ where: { key: 'a' }, create: { key: 'a', value }, update: { value } }),
  'a transaction': (value) => store.$transaction(async (tx) => void ((await tx.fact.count()) === 1 && (await tx.fact.update({ where: { key: 'a' }, data: { value } })))),
  'a list of statements': (value) => store.$transaction([store.fact.count(), store.fact.update({ where: { key: 'a' }, data: { value } })]),
};

it.each(Object.keys(WRITES))('keeps %s that is written after the lock is gone, and no lock of its own', async (name) => {
  const write = WRITES[name]!;
  await store.$queryRawUnsafe('PRAGMA busy_timeout = 100');
  const holder = spawn(process.execPath, ['-e', HOLD, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  await expect(write('while it was locked')).rejects.toThrow();
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  await write('after');
  expect(await store.fact.findMany()).toEqual([{ key: 'a', value: 'after' }]);
  expect(JSON.parse(execFileSync(process.execPath, ['-e', LOOK, path], { encoding: 'utf8' }))).toEqual(['after']);
});

it('has as many files open after hundreds of transactions as after one', async () => {
  const descriptors = async (): Promise<number> => (await readdir('/proc/self/fd')).length;
  const change = (value: string) => store.$transaction(async (tx) => void (await tx.fact.update({ where: { key: 'a' }, data: { value } })));
  await change('once');
  const before = await descriptors();
  for (let i = 0; i < 300; i++) await change(String(i));
  await expect(store.$transaction(async (tx) => {
    await tx.fact.update({ where: { key: 'a' }, data: { value: 'never' } });
    throw new Error('changed my mind');
  })).rejects.toThrow('changed my mind');
  expect(await descriptors()).toBeLessThan(before + 10);
  expect((await store.fact.findUnique({ where: { key: 'a' } }))?.value).toBe('299');
});
