import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findFragment, markBad } from '../../offchain/provider/fragments.ts';
import { saveRow } from '../../offchain/provider/row-writer.ts';
import type { Store } from '../../offchain/store/open.ts';
import { FaultPlan, faultyStore } from '../support/faults.ts';
import { batchId, keyOf, openShelf, removeShelf } from './support.ts';
import type { Shelf } from './support.ts';

let shelf: Shelf;
let plan: FaultPlan;
let store: Store;

beforeAll(async () => {
  shelf = await openShelf();
  plan = new FaultPlan();
  store = faultyStore(shelf.store, plan);
});
afterAll(() => removeShelf(shelf));

const save = (i: number, rootNumber = i) => saveRow(store, { ...keyOf(i), root: batchId(1_000 + rootNumber), sizeBytes: 512 });
const commits = () => plan.names.filter((name) => name === 'db $executeRaw').length;

it('writes rows that come together with one commit, and those that come meanwhile with the next', async () => {
  plan.names.length = 0;
  const first = Promise.all(Array.from({ length: 40 }, (_, i) => save(i)));
  await setImmediate();
  await Promise.all([first, save(40), save(41)]);
  expect(commits()).toBe(2);
  for (let i = 0; i < 42; i++) expect(await findFragment(shelf.store, keyOf(i))).toEqual({ ...keyOf(i), root: batchId(1_000 + i), sizeBytes: 512, bad: false });
});

it('bounds the rows of a commit', async () => {
  plan.names.length = 0;
  await Promise.all(Array.from({ length: 250 }, (_, i) => save(100 + i)));
  expect(commits()).toBe(3);
  expect(await shelf.store.fragment.count({ where: { root: { in: Array.from({ length: 250 }, (_, i) => batchId(1_100 + i)) } } })).toBe(250);
});

it('takes a damaged fragment into service with its new root, and keeps the time of its first coming', async () => {
  const { batchId: id } = keyOf(3);
  const before = await shelf.store.fragment.findFirstOrThrow({ where: { batchId: id } });
  await markBad(store, keyOf(3));
  await save(3, 77);
  expect(await shelf.store.fragment.findFirst({ where: { batchId: id } })).toEqual({ ...before, root: batchId(1_077), bad: false });
});

it.each(['EIO', 'ENOSPC'] as const)('acknowledges no row of a commit that fails with %s, and goes on afterwards', async (kind) => {
  plan.arm(1, kind);
  const results = await Promise.allSettled([save(500), save(501), save(3)]);
  plan.disarm();
  expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected', 'rejected']);
  for (const i of [500, 501]) expect(await findFragment(shelf.store, keyOf(i))).toBeUndefined();
  expect(await findFragment(shelf.store, keyOf(3))).toMatchObject({ root: batchId(1_077) });
  await Promise.all([save(502), save(503)]);
  expect(await findFragment(shelf.store, keyOf(503))).toMatchObject({ bad: false });
});
