import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { privateKeyToAccount } from 'viem/accounts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAccounts } from '../../../offchain/heavy/jobs/accounts.ts';
import type { Account, Accounts } from '../../../offchain/heavy/jobs/accounts.ts';
import { createBoard } from '../../../offchain/heavy/jobs/board.ts';
import type { Board, Job } from '../../../offchain/heavy/jobs/job.ts';
import { QUEUE_MAX } from '../../../offchain/heavy/jobs/limits.ts';
import { openNodeStore } from '../../../offchain/store/open-node-store.ts';
import type { Store } from '../../../offchain/store/open.ts';
import { TooLargeError } from '../../../offchain/wire/http-errors.ts';
import type { AuditSpec } from '../../../offchain/wire/jobs.ts';
import { until } from '../support.ts';

const clock = { genesis: 0, epochSeconds: 10, epochsPerPeriod: 3 };
const hash = `0x${'ab'.repeat(32)}` as const;
const TRUE = Uint8Array.of(1);
const FALSE = Uint8Array.of(0);

let home: string;
let store: Store;
let accounts: Accounts;
let board: Board;
let now: number;
const never = new AbortController().signal;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'holdfast-board-'));
  store = await openNodeStore({ home, name: 'heavy' });
  now = 5;
  await open();
});
afterEach(async () => {
  await store.$disconnect();
  await rm(home, { recursive: true, force: true });
});

async function open(leaseMs = 60_000): Promise<void> {
  accounts = await createAccounts({ store, clock, nowSeconds: now });
  board = createBoard({ accounts, isHere: () => true, nowSeconds: async () => now, leaseMs, note: () => undefined });
}

async function worker(number: number, promise: { cores?: number; percent?: number; sequence?: number; month?: number } = {}): Promise<string> {
  const { address } = privateKeyToAccount(`0x${number.toString(16).padStart(64, '0')}`);
  const { cores = 1, percent = 100, sequence = 1, month = 0 } = promise;
  await accounts.promise({ worker: address, heavy: 1, month, cores, percent, payout: address, sequence, expiry: 0 }, now);
  return address.toLowerCase();
}

function accountOf(name: string): Account {
  return accounts.all().find((account) => account.worker === name) as Account;
}

function job(changes: Partial<Job<string>> = {}): Job<string> {
  const spec: AuditSpec = { kind: 'audit', agreement: 1, batchId: hash, slot: 0, provider: 1, root: hash, leaves: 4, first: 0, count: 1 };
  return { spec, seconds: 10, bytes: 0, priority: 5, resultBytes: 1, mayHave: () => true, check: async ([byte]) => (byte === 1 ? 'yes' : undefined), ...changes };
}

const offer = (changes: Partial<Job<string>> = {}, waitMs = 60_000) => board.offer(job(changes), { waitMs, signal: never });
const lease = async (name: string) => (await board.lease(accountOf(name), AbortSignal.timeout(50)))?.job;

describe('the board', () => {
  it('gives the most urgent job first, and each of them once', async () => {
    const [a, b] = [await worker(1), await worker(2)];
    const late = offer({ priority: 9 });
    const soon = offer({ priority: 1 });
    const first = (await lease(a)) as string;
    expect(await board.complete(a, first, async () => TRUE)).toEqual({ isTrue: true, seconds: 10 });
    expect(await soon).toEqual({ kind: 'done', worker: a, value: 'yes' });
    const second = (await lease(b)) as string;
    expect(await lease(a)).toBeUndefined();
    await board.complete(b, second, async () => TRUE);
    expect(await late).toMatchObject({ kind: 'done', worker: b });
    expect(accountOf(a)).toMatchObject({ deliveredSeconds: 10, missedSeconds: 0, jobs: 1, good: 1 });
  });

  it('wakes the worker that waits and can be trusted most', async () => {
    const [a, b] = [await worker(1), await worker(2)];
    accounts.missed(a, 0, 'wrong');
    const [toA, toB] = [board.lease(accountOf(a), never), board.lease(accountOf(b), never)];
    const done = offer();
    const leased = await toB;
    expect(board.leasesHeld(a)).toBe(0);
    expect(board.leasesHeld(b)).toBe(1);
    await board.complete(b, leased?.job as string, async () => TRUE);
    expect(await done).toMatchObject({ worker: b });
    void offer();
    expect((await toA)?.spec.kind).toBe('audit');
  });

  it('believes no result that is not true, blames it, and asks another worker', async () => {
    const [liar, honest] = [await worker(1), await worker(2)];
    const ending = offer();
    expect(await board.complete(liar, (await lease(liar)) as string, async () => FALSE)).toEqual({ isTrue: false, seconds: 0 });
    expect(accountOf(liar)).toMatchObject({ wrong: 1, missedSeconds: 10, deliveredSeconds: 0 });
    // It does not get the same job again.
    expect(await lease(liar)).toBeUndefined();
    await board.complete(honest, (await lease(honest)) as string, async () => TRUE);
    expect(await ending).toMatchObject({ kind: 'done', worker: honest });
  });

  it('gives a job out again when its worker is silent; who does so again and again gets nothing more', async () => {
    await open(20);
    const [silent, other] = [await worker(1, { cores: 256 }), await worker(2)];
    const ending = offer();
    expect(await lease(silent)).toBeDefined();
    const name = await until('the next lease', () => lease(other));
    await board.complete(other, name, async () => TRUE);
    expect(await ending).toMatchObject({ worker: other });
    expect(accountOf(silent)).toMatchObject({ expired: 1, missedSeconds: 10 });
    for (let i = 2; i <= 5; i++) {
      void offer();
      // One at a time, however many cores it claims.
      expect(await lease(silent)).toBeDefined();
      expect(await lease(silent)).toBeUndefined();
      await until('the end of its lease', () => (accountOf(silent).expired === i ? true : undefined));
    }
    void offer();
    expect(await lease(silent)).toBeUndefined();
    expect(accounts.promisers(now).map((account) => account.worker)).toEqual([other]);
  });

  it('takes results from the holder of the lease alone, once, and not after its time', async () => {
    await open(100);
    const [a, b] = [await worker(1), await worker(2)];
    void offer();
    const name = (await lease(a)) as string;
    await expect(board.complete(b, name, async () => TRUE)).rejects.toMatchObject({ code: 'NO_SUCH_LEASE' });
    expect(() => board.giveBack(b, name, { reason: 'declined', message: '' })).toThrow(/holds no job/);
    const slow = board.complete(a, name, (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('cut off')))));
    await expect(board.complete(a, name, async () => TRUE)).rejects.toMatchObject({ code: 'NO_SUCH_LEASE' });
    await expect(slow).rejects.toThrow('cut off');
    await expect(board.complete(a, name, async () => TRUE)).rejects.toMatchObject({ code: 'NO_SUCH_LEASE' });
    expect(accountOf(a)).toMatchObject({ expired: 1, jobs: 0 });
  });

  it('counts a result of more bytes than were asked for as wrong', async () => {
    const a = await worker(1);
    const ending = offer({}, 200);
    const name = (await lease(a)) as string;
    await expect(board.complete(a, name, async () => Promise.reject(new TooLargeError('too much')))).rejects.toThrow('too much');
    expect(accountOf(a)).toMatchObject({ wrong: 1 });
    expect(await ending).toEqual({ kind: 'untaken' });
  });

  it('notes what nobody took with those who promised to, and with nobody who was busy, suspended or not allowed', async () => {
    const [idle, busy, barred] = [await worker(1), await worker(2), await worker(3)];
    void offer();
    expect(await lease(busy)).toBeDefined();
    expect(await offer({ mayHave: ({ worker: name }) => name !== barred }, 10)).toEqual({ kind: 'untaken' });
    await until('the note', () => (accountOf(idle).missedSeconds === 10 ? true : undefined));
    expect(accountOf(busy).missedSeconds).toBe(0);
    expect(accountOf(barred).missedSeconds).toBe(0);
  });

  it('passes on what a worker says of a job, and asks another one where only its own limits were met', async () => {
    const [a, b] = [await worker(1), await worker(2)];
    const mismatch = offer();
    board.giveBack(a, (await lease(a)) as string, { reason: 'mismatch', message: 'no root' });
    expect(await mismatch).toEqual({ kind: 'failed', worker: a, failure: { reason: 'mismatch', message: 'no root' } });
    const declined = offer();
    board.giveBack(a, (await lease(a)) as string, { reason: 'declined', message: 'too large' });
    await board.complete(b, (await lease(b)) as string, async () => TRUE);
    expect(await declined).toMatchObject({ kind: 'done', worker: b });
  });

  it('is bounded: the least urgent job goes', async () => {
    await worker(1);
    const endings = Array.from({ length: QUEUE_MAX }, (_, i) => offer({ priority: i }));
    const urgent = offer({ priority: -1 });
    expect(await endings.at(-1)).toEqual({ kind: 'untaken' });
    expect(await offer({ priority: QUEUE_MAX })).toEqual({ kind: 'untaken' });
    expect(board.waiting()).toBe(QUEUE_MAX);
    void urgent;
  });

  it('ends with whoever offers', async () => {
    const giveUp = new AbortController();
    const ending = board.offer(job(), { waitMs: 60_000, signal: giveUp.signal });
    giveUp.abort(new Error('the node stops'));
    await expect(ending).rejects.toThrow('the node stops');
    expect(board.waiting()).toBe(0);
  });
});

describe('accounts', () => {
  it('take each promise once, over a restart too, and count what was promised before', async () => {
    const name = await worker(1, { cores: 2, percent: 50, sequence: 7 });
    now = 25;
    await worker(1, { cores: 4, percent: 100, sequence: 8 });
    expect(accountOf(name)).toMatchObject({ cores: 4, promisedSeconds: 20, sinceSeconds: 25 });
    const { address } = privateKeyToAccount(`0x${'1'.padStart(64, '0')}`);
    const replay = { worker: address, heavy: 1, month: 0, cores: 256, percent: 100, payout: address, sequence: 8, expiry: 0 };
    expect(await accounts.promise(replay, now)).toBe(false);
    await open();
    expect(await accounts.promise(replay, now)).toBe(false);
    expect(accountOf(name)).toMatchObject({ cores: 4, promisedSeconds: 20 });
  });

  it('dock next month for what was not given in this one, and take half of the outcomes along', async () => {
    const name = await worker(1);
    accounts.delivered(name, 30);
    accounts.missed(name, 10, 'wrong');
    now = 125;
    expect(accounts.of(name, now)).toBeUndefined();
    await worker(1, { month: 1, sequence: 2 });
    expect(accounts.of(name, now)).toMatchObject({ month: 1, factor: 0.75, good: 0.5, bad: 2, deliveredSeconds: 0, missedSeconds: 0 });
    await accounts.flush();
    expect(await store.workerAccount.findUnique({ where: { worker_month: { worker: name, month: 0 } } })).toMatchObject({ deliveredSeconds: 30, missedSeconds: 10, jobs: 1, wrong: 1 });
  });
});
