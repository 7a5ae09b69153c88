import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contain, dueRows, postpone } from '../../../offchain/heavy/audit/containment.ts';
import { creatorRange } from '../../../offchain/heavy/audit/creator-reads.ts';
import { isOurFault, judgeError } from '../../../offchain/heavy/audit/outcome.ts';
import { LEAF_COST_BYTES, planAudits, planReads } from '../../../offchain/heavy/audit/plan.ts';
import type { SlotTarget } from '../../../offchain/heavy/audit/plan.ts';
import { judgeBytes, replyBytes } from '../../../offchain/heavy/audit/read-range.ts';
import { FragmentHasher } from '../../../offchain/proof/fragment-hasher.ts';
import { openNodeStore } from '../../../offchain/store/open-node-store.ts';
import { requestBytes } from '../../../offchain/wire/http-client.ts';
import { RemoteError, TransportError } from '../../../offchain/wire/transport-errors.ts';

const times = { elapsedMs: 100, timeoutMs: 10_000 };
const remote = (status: number, code: string): RemoteError => new RemoteError({ url: 'http://x', status, body: { code, message: code, retryable: false, details: {} } });
const broken = (code: string): TransportError => new TransportError('http://127.0.0.1:1', `could not be reached or broke off (${code})`, { cause: Object.assign(new Error(code), { code }) });

describe('judgeError', () => {
  it.each([
    ['missing', remote(404, 'NO_SUCH_FRAGMENT')],
    ['unknown', remote(404, 'NOT_FOUND')],
    ['unknown', remote(503, 'BUSY')],
    ['unknown', remote(500, 'INTERNAL')],
    ['unknown', remote(400, 'BAD_REQUEST')],
    ['ours', remote(402, 'PAYMENT_REQUIRED')],
    ['offline', broken('ECONNREFUSED')],
    ['offline', broken('EHOSTUNREACH')],
    ['offline', broken('ENOTFOUND')],
    ['unknown', broken('ECONNRESET')],
    ['unknown', new TransportError('http://x', 'did not answer in time', { code: 'TIMEOUT' })],
    ['ours', broken('EMFILE')],
    ['ours', broken('ENETUNREACH')],
    ['ours', broken('EAI_AGAIN')],
    ['ours', new Error('a bug of ours')],
  ] as const)('%s: %s', (outcome, error) => expect(judgeError(error, times).outcome).toBe(outcome));

  it('never calls a failed request wrong or passed', () => {
    for (const status of [400, 401, 403, 404, 409, 429, 500, 502, 503, 507]) expect(['unknown', 'missing']).toContain(judgeError(remote(status, 'NO_SUCH_FRAGMENT'), times).outcome);
  });

  it('blames nobody for a timer that fired late', () => {
    const late = new TransportError('http://x', 'did not answer in time', { code: 'TIMEOUT' });
    expect(judgeError(late, { elapsedMs: 14_000, timeoutMs: 10_000 }).outcome).toBe('ours');
  });

  it('knows a port that nobody listens on', async () => {
    const error: unknown = await requestBytes('http://127.0.0.1:1/x', { maxBytes: 1 }).catch((one: unknown) => one);
    expect(judgeError(error, times).outcome).toBe('offline');
  });
});

describe('judgeBytes', () => {
  const fragment = Uint8Array.from({ length: 256 }, (_, i) => i);
  const hasher = new FragmentHasher();
  hasher.update(fragment);
  const target = { agreement: 1, slot: 0, batchId: `0x${'00'.repeat(32)}` as const, root: hasher.finish().root, leaves: 1, first: 0, count: 1 };

  it('tells right from wrong from cut', () => {
    expect(replyBytes(target)).toBe(256);
    expect(judgeBytes(fragment, target).outcome).toBe('passed');
    expect(judgeBytes(fragment.map((byte, i) => (i === 9 ? byte ^ 1 : byte)), target).outcome).toBe('wrong');
    expect(judgeBytes(fragment.subarray(0, 255), target).outcome).toBe('unknown');
    expect(judgeBytes(new Uint8Array(), target).outcome).toBe('unknown');
  });
});

describe('contained questions', () => {
  it('get their turns whoever else has many, and is away', async () => {
    const home = await mkdtemp(join(tmpdir(), 'holdfast-contained-'));
    const store = await openNodeStore({ home, name: 'heavy' });
    const where = (provider: number, leaf: number) => ({ agreement: 1, slot: provider, bundle: 0, batch: 0, leaf, provider });
    for (let leaf = 0; leaf < 6; leaf++) await contain(store, where(1, leaf), { epoch: 1, reason: 'silent' });
    await contain(store, where(2, 0), { epoch: 2, reason: 'silent' });
    for (const row of await dueRows(store, 3, 4)) await postpone(store, row, { epoch: 3, reason: 'away', counts: false });
    expect((await dueRows(store, 4, 4)).map(({ provider }) => provider)).toContain(2);
    await store.$disconnect();
    await rm(home, { recursive: true, force: true });
  });
});

describe('isOurFault', () => {
  const asked = (...away: boolean[]) => away.map((isAway, i) => ({ provider: i, isAway }));
  it('needs several providers, all of them away', () => {
    expect(isOurFault(asked(true, true, true))).toBe(true);
    expect(isOurFault(asked(true, true))).toBe(false);
    expect(isOurFault(asked(true, true, true, false))).toBe(false);
    expect(isOurFault([1, 1, 1].map(() => ({ provider: 7, isAway: true })))).toBe(false);
  });
});

describe('plans', () => {
  const slots: SlotTarget[] = Array.from({ length: 100 }, (_, i) => ({ agreement: 1 + (i >> 4), slot: i & 15, provider: 1 + (i % 20) }));
  const name = ({ agreement, slot }: SlotTarget): string => `${agreement}/${slot}`;
  let state = 1;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;

  it('ask every slot, spread over the epoch', () => {
    const tasks = planAudits(slots, { perSlot: 2, budgetBytes: 1e9, lastEpoch: () => -1, random });
    expect(tasks).toHaveLength(200);
    expect(new Set(tasks.map(name)).size).toBe(100);
    expect([tasks[0]!.at < 0.15, tasks.at(-1)!.at > 0.75, tasks.at(-1)!.at < 0.95]).toEqual([true, true, true]);
  });

  it('keep the budget, and reach everybody in turns', () => {
    const last = new Map<string, number>();
    for (let epoch = 0; epoch < 4; epoch++) {
      const tasks = planAudits(slots, { perSlot: 1, budgetBytes: 25 * LEAF_COST_BYTES, lastEpoch: (slot) => last.get(name(slot)) ?? -1, random });
      expect(tasks).toHaveLength(25);
      for (const task of tasks) last.set(name(task), epoch);
    }
    expect(last.size).toBe(100);
    expect(planAudits(slots, { perSlot: 0, budgetBytes: 1e9, lastEpoch: () => -1, random })).toEqual([]);
  });

  it('read once from each provider within the budget', () => {
    const tasks = planReads(slots, { budgetBytes: 10_000, sizeOf: () => 1_000, random });
    expect(tasks).toHaveLength(10);
    expect(new Set(tasks.map(({ provider }) => provider)).size).toBe(10);
    expect(planReads(slots, { budgetBytes: 1e9, sizeOf: () => 1_000, random })).toHaveLength(20);
  });

  it('read ranges that lie inside a fragment and one stripe unit, whole units among them', () => {
    const shape = { leaves: 10_000, unit: 1 << 20 };
    const ranges = Array.from({ length: 400 }, () => creatorRange(shape, random));
    for (const { first, count } of ranges) {
      expect(count >= 1 && first >= 0 && first + count <= shape.leaves).toBe(true);
      expect(Math.floor(first / 4_096)).toBe(Math.floor((first + count - 1) / 4_096));
    }
    expect(ranges.filter(({ count }) => count === 4_096).length).toBeGreaterThan(80);
    expect(ranges.filter(({ count }) => count < 64).length).toBeGreaterThan(40);
  });
});
