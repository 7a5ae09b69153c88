import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FragmentKey } from '../../offchain/provider/errors.ts';
import { dropFragment, markBad } from '../../offchain/provider/fragments.ts';
import { getMetrics } from '../../offchain/provider/get-metrics.ts';
import type { Provider } from '../../offchain/provider/context.ts';
import { saveRow } from '../../offchain/provider/row-writer.ts';
import { measureSpace } from '../../offchain/provider/space.ts';
import { Tally, tallyOf } from '../../offchain/provider/tally.ts';
import type { Stored } from '../../offchain/provider/tally.ts';
import type { Store } from '../../offchain/store/open.ts';
import { range, seededRandom } from '../codec/random.ts';
import type { Random } from '../codec/random.ts';
import { batchId, openShelf, removeShelf } from './support.ts';
import type { Shelf } from './support.ts';

const AGREEMENTS = 3;
const SLOTS = 2;
const BATCHES = 12;
const FAILURE = /the database is away/;

let shelf: Shelf;
/** The shelf's database, watched and disturbed by `meet`. */
let store: Store;
/** Statements that reached it, as text. */
let asked: string[];
let meet: ((sql: string, run: () => Promise<unknown>) => Promise<unknown>) | undefined;

beforeEach(async () => {
  shelf = await openShelf();
  asked = [];
  meet = undefined;
  store = watched(shelf.store);
});
afterEach(async () => {
  vi.useRealTimers();
  await removeShelf(shelf);
});

function watched(open: Store): Store {
  return open.$extends({
    query: {
      async $allOperations({ model, operation, args, query }) {
        const sql = model === undefined ? (args as { sql: string }).sql.replace(/\s+/g, ' ').trim() : `${model}.${operation}`;
        asked.push(sql);
        return meet === undefined ? query(args) : meet(sql, () => query(args));
      },
    },
  }) as unknown as Store;
}

const fail = () => Promise.reject(new Error('the database is away'));
const keyOf = (agreement: number, slot: number, batch: number): FragmentKey => ({ agreement, slot, batchId: batchId(batch) });
const save = (key: FragmentKey, isNew: boolean | undefined = true, sizeBytes = 512) => saveRow(store, { ...key, root: batchId(9_999), sizeBytes, isNew });
const drop = (key: FragmentKey) => dropFragment({ store, files: shelf.files }, key);
const overAllRows = () => asked.filter((sql) => sql.includes('GROUP BY') || sql.startsWith('Fragment.'));
const countsAsked = () => asked.filter((sql) => sql.includes('COUNT(*)'));

async function counted(where: { agreement?: number; slot?: number } = {}): Promise<Stored> {
  const { _count, _sum } = await shelf.store.fragment.aggregate({ where, _count: true, _sum: { sizeBytes: true } });
  return { fragments: _count, bytes: _sum.sizeBytes ?? 0n };
}

async function expectTrue(): Promise<void> {
  expect(await tallyOf(store).ofAll()).toEqual(await counted());
  for (const agreement of range(AGREEMENTS)) {
    for (const slot of range(SLOTS)) expect(await tallyOf(store).ofSlot({ agreement, slot }), `${agreement}/${slot}`).toEqual(await counted({ agreement, slot }));
  }
}

const randomKey = (random: Random) => keyOf(random.below(AGREEMENTS), random.below(SLOTS), random.below(BATCHES));

/** A save or a drop of anything, there or not, with a true or a wrong word about whether it is new. */
async function change(random: Random): Promise<void> {
  const key = randomKey(random);
  if (random.below(3) === 0) return drop(key);
  await save(key, [true, true, false, undefined][random.below(4)], 256 * (1 + random.below(3)));
}

describe('the tally', () => {
  it.each(range(8))('says what the database counts after any saves, drops and failures, one after the other (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    vi.useFakeTimers({ toFake: ['performance'] });
    const before = random.below(2) === 0;
    for (let i = 0; i < 120; i++) {
      if (random.below(6) === 0) {
        // The statement itself fails, or only its answer.
        const isDone = random.below(2) === 0;
        meet = async (_, run) => {
          meet = undefined;
          if (isDone) await run();
          return fail();
        };
        await change(random).catch((error: unknown) => expect(String(error)).toMatch(FAILURE));
        meet = undefined;
        // What is still doubted is asked about each time: that alone would be an easy test.
        if (random.below(3) > 0) vi.advanceTimersByTime(60_000);
      } else {
        await change(random);
      }
      if (before || i > 60) await (random.below(3) === 0 ? expectTrue() : tallyOf(store).ofSlot(randomKey(random)));
    }
    await expectTrue();
    for (const row of await shelf.store.fragment.findMany()) await drop(row as FragmentKey);
    await expectTrue();
    expect(await tallyOf(store).ofAll()).toEqual({ fragments: 0, bytes: 0n });
  });

  it.each(range(4))('says so after many at once, with looks and failures between (seed %i)', async (seed) => {
    const random = seededRandom(100 + seed);
    for (let i = 0; i < 6; i++) {
      meet = (_, run) => (random.below(12) === 0 ? fail() : run());
      const acts = [() => change(random), () => change(random), () => tallyOf(store).ofAll(), () => tallyOf(store).ofSlot(randomKey(random))];
      await Promise.allSettled(range(60).map(() => acts[random.below(acts.length)]!()));
      meet = undefined;
      await expectTrue();
    }
  });

  it('asks about all rows once; what changes afterwards is counted without a question', async () => {
    await Promise.all(range(BATCHES).map((i) => save(keyOf(1, 0, i))));
    await Promise.all(range(5).map((i) => save(keyOf(2, 1, i))));
    store = watched(shelf.store);
    asked = [];
    await Promise.all([tallyOf(store).ofAll(), tallyOf(store).ofSlot({ agreement: 1, slot: 0 }), tallyOf(store).ofAll()]);
    expect(countsAsked()).toHaveLength(1);
    await Promise.all(range(BATCHES).map((i) => save(keyOf(2, 0, i))));
    await drop(keyOf(1, 0, 3));
    await drop(keyOf(1, 0, 3));
    await markBad(store, keyOf(1, 0, 4));
    asked = [];
    expect(await tallyOf(store).ofAll()).toEqual({ fragments: 28, bytes: 28n * 512n });
    expect(await tallyOf(store).ofSlot({ agreement: 1, slot: 0 })).toEqual({ fragments: 11, bytes: 11n * 512n });
    expect(await tallyOf(store).ofSlot({ agreement: 7, slot: 7 })).toEqual({ fragments: 0, bytes: 0n });
    expect(asked).toEqual([]);
    await expectTrue();
  });

  it('serves space and metrics, which ask about no rows of fragments but the damaged', async () => {
    await save(keyOf(1, 0, 1));
    const provider = { store, files: shelf.files, traffic: {}, uploads: {}, disk: {} } as unknown as Provider;
    const look = async () => [(await measureSpace({ store, files: shelf.files, capacityBytes: 1n << 20n, nowSeconds: 0 })).storedBytes, await getMetrics(provider)];
    await look();
    await save(keyOf(1, 0, 2));
    asked = [];
    const [storedBytes, metrics] = await look();
    expect(storedBytes).toBe(1024n);
    expect(metrics).toMatch(/\nholdfast_provider_fragments 2\n[^]*\nholdfast_provider_stored_bytes 1024\n/);
    expect(overAllRows()).toEqual([]);
    expect(asked.filter((sql) => sql.includes('"Fragment"'))).toEqual(['SELECT COUNT(*) AS "bad" FROM "Fragment" WHERE "bad"']);
  });

  it('asks about one slot again, and once, when a row of it was replaced', async () => {
    for (const [slot, i] of [[0, 1], [0, 2], [1, 1]] as const) await save(keyOf(1, slot, i));
    await tallyOf(store).ofAll();
    await save(keyOf(1, 0, 2), false, 256);
    asked = [];
    await expectTrue();
    await expectTrue();
    expect(countsAsked()).toHaveLength(1);
    expect(overAllRows()).toEqual([]);
  });

  it('is not deceived by who takes for new what is there', async () => {
    await tallyOf(store).ofAll();
    await Promise.all([save(keyOf(1, 0, 1)), save(keyOf(1, 0, 2))]);
    await Promise.all([save(keyOf(1, 0, 1), true, 256), save(keyOf(1, 0, 3)), save(keyOf(1, 1, 3))]);
    expect(await tallyOf(store).ofSlot({ agreement: 1, slot: 0 })).toEqual({ fragments: 3, bytes: 1280n });
    expect(await shelf.store.fragment.findMany({ where: { slot: 0, batchId: batchId(1) } })).toMatchObject([{ sizeBytes: 256n }]);
    await expectTrue();
  });
});

/** A statement that waits for a word before it is carried out, and for another one before its answer comes. */
class Slow {
  readonly #gates = range(4).map(() => Promise.withResolvers<void>());
  readonly #is: (sql: string) => boolean;
  readonly #act: () => Promise<unknown>;
  #acting: Promise<unknown> | undefined;

  constructor(is: (sql: string) => boolean, act: () => Promise<unknown>) {
    this.#is = is;
    this.#act = act;
  }

  async meet(sql: string, run: () => Promise<unknown>): Promise<unknown> {
    if (!this.#is(sql)) return run();
    const [reached, mayRun, ran, mayEnd] = this.#gates;
    reached!.resolve();
    await mayRun!.promise;
    const answer = await run();
    ran!.resolve();
    await mayEnd!.promise;
    return answer;
  }

  /** Begins it, lets it run, lets it end. */
  readonly steps = [
    () => ((this.#acting = this.#act()), this.#gates[0]!.promise),
    () => (this.#gates[1]!.resolve(), this.#gates[2]!.promise),
    () => (this.#gates[3]!.resolve(), this.#acting),
  ];
}

/** Every order of three things of one and three of another. */
function orders(ones: number, others: number): boolean[][] {
  if (ones + others === 0) return [[]];
  const after = (isOne: boolean, rest: boolean[][]) => rest.map((order) => [isOne, ...order]);
  return [...(ones > 0 ? after(true, orders(ones - 1, others)) : []), ...(others > 0 ? after(false, orders(ones, others - 1)) : [])];
}

describe.each(['all slots', 'one slot'] as const)('what is written while %s is asked about', (what) => {
  const key = keyOf(1, 0, 1);
  const writes = {
    'a new fragment': () => save(keyOf(1, 0, 2)),
    'a replaced one': () => save(key, false, 256),
    'a dropped one': () => drop(key),
  };
  it.each(Object.keys(writes) as (keyof typeof writes)[])('is neither lost nor counted twice: %s', async (name) => {
    for (const order of orders(3, 3)) {
      await shelf.store.fragment.deleteMany();
      store = watched(shelf.store);
      await save(key);
      await save(keyOf(2, 1, 1));
      if (what === 'one slot') {
        await tallyOf(store).ofAll();
        await save(key, false);
      } else {
        // Another look at the same database, which no write has passed through.
        store = watched(shelf.store);
      }
      const write = new Slow((sql) => /^(INSERT|DELETE)/.test(sql), writes[name]);
      const look = new Slow((sql) => sql.includes('COUNT(*)'), () => tallyOf(store).ofSlot(key));
      meet = (sql, run) => write.meet(sql, () => look.meet(sql, run));
      const [toWrite, toLook] = [[...write.steps], [...look.steps]];
      for (const isWrite of order) await (isWrite ? toWrite : toLook).shift()!();
      meet = undefined;
      await expectTrue();
      await expectTrue();
    }
  });
});

it('forgets no slot that looks empty while something is being written to it', async () => {
  await tallyOf(store).ofAll();
  const slow = new Slow((sql) => sql.startsWith('INSERT'), () => expect(save(keyOf(1, 0, 1))).rejects.toThrow(FAILURE));
  meet = async (sql, run) => {
    const answer = await slow.meet(sql, run);
    return sql.startsWith('INSERT') ? fail() : answer;
  };
  await slow.steps[0]!();
  await drop(keyOf(1, 0, 2));
  for (const step of slow.steps.slice(1)) await step();
  meet = undefined;
  await expectTrue();
});

it('lets no slow answer about a slot forget what came there since', async () => {
  const key = keyOf(1, 0, 1);
  await tallyOf(store).ofAll();
  await save(key, false);
  await drop(key);
  const [isHeld, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  meet = async (_, run) => {
    meet = undefined;
    const answer = await run();
    isHeld.resolve();
    await release.promise;
    return answer;
  };
  const slow = tallyOf(store).ofSlot(key);
  await isHeld.promise;
  expect(await tallyOf(store).ofSlot(key)).toMatchObject({ fragments: 0 });
  await save(key);
  release.resolve();
  expect(await slow).toMatchObject({ fragments: 0 });
  await expectTrue();
});

describe('the first look', () => {
  it('tells of its failure, and does not remember it', async () => {
    await save(keyOf(1, 0, 1));
    meet = fail;
    await Promise.all(range(2).map(() => expect(tallyOf(store).ofAll()).rejects.toThrow(FAILURE)));
    meet = undefined;
    await expectTrue();
  });
});

describe('a statement that failed', () => {
  it('may be carried out later: its slot is asked about each time, for a minute', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const key = keyOf(1, 0, 1);
    await save(keyOf(1, 0, 0));
    await tallyOf(store).ofAll();
    meet = (sql, run) => (sql.startsWith('INSERT') ? fail() : run());
    await expect(save(key)).rejects.toThrow(FAILURE);
    meet = undefined;
    expect(await tallyOf(store).ofSlot(key)).toMatchObject({ fragments: 1 });
    await shelf.store.fragment.create({ data: { ...key, root: batchId(9_999), sizeBytes: 512n } });
    expect(await tallyOf(store).ofSlot(key)).toEqual({ fragments: 2, bytes: 1024n });
    vi.advanceTimersByTime(60_000);
    await tallyOf(store).ofSlot(key);
    asked = [];
    await expectTrue();
    expect(countsAsked()).toEqual([]);
  });
});

it('keeps no entry of a slot that holds nothing any more', async () => {
  const tally = tallyOf(store);
  expect(tally).toBeInstanceOf(Tally);
  await tally.ofAll();
  for (const agreement of range(40)) await save(keyOf(agreement, 0, 1));
  expect(tally.entries).toBe(40);
  for (const agreement of range(40)) await drop(keyOf(agreement, 0, 1));
  expect(tally.entries).toBe(0);
});
