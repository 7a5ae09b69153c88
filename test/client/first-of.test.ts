import { describe, expect, it } from 'vitest';
import { pause } from '../../offchain/client/aborting.ts';
import { firstOf } from '../../offchain/client/fetch/first-of.ts';

const NEVER_MS = 60_000;

describe('firstOf', () => {
  it('starts only as many as it needs', async () => {
    const started: number[] = [];
    const { answers } = await firstOf({ candidates: [1, 2, 3, 4], need: 2, lateMs: NEVER_MS, start: async (one) => started.push(one) });
    expect([...answers.keys()]).toEqual([1, 2]);
    expect(started).toEqual([1, 2]);
  });

  it('replaces those that fail, and tells why', async () => {
    const { answers, failures } = await firstOf({
      candidates: [1, 2, 3, 4], need: 2, lateMs: NEVER_MS,
      start: async (one) => {
        if (one < 3) throw new Error(`no ${one}`);
        return one;
      },
    });
    expect([...answers.keys()]).toEqual([3, 4]);
    expect([...failures.values()].map(String)).toEqual(['Error: no 1', 'Error: no 2']);
  });

  it('gives fewer when nobody is left to ask', async () => {
    const { answers } = await firstOf({ candidates: [1, 2, 3], need: 3, lateMs: NEVER_MS, start: async (one) => (one === 2 ? Promise.reject(new Error('no')) : one) });
    expect([...answers.keys()]).toEqual([1, 3]);
    expect((await firstOf({ candidates: [] as number[], need: 1, lateMs: 1, start: async (one) => one })).answers.size).toBe(0);
  });

  it('substitutes for the silent ones and cancels them', async () => {
    const late: number[] = [];
    const cancelled: number[] = [];
    const { answers } = await firstOf({
      candidates: [1, 2, 3, 4], need: 2, lateMs: 20, onLate: (one) => late.push(one),
      start: async (one, signal) => {
        if (one > 1) return one;
        return pause(NEVER_MS, signal).then(() => one, () => {
          cancelled.push(one);
          throw new Error('cancelled');
        });
      },
    });
    expect([...answers.keys()]).toEqual([2, 3]);
    expect(late).toEqual([1]);
    await pause(0);
    expect(cancelled).toEqual([1]);
  });

  it('leaves those in peace whose answer is as good as there', async () => {
    const started: number[] = [];
    const late: number[] = [];
    const { answers } = await firstOf({
      candidates: [1, 2, 3], need: 2, lateMs: 20, onLate: (one) => late.push(one), isSafe: (one) => one === 1,
      start: async (one) => {
        started.push(one);
        if (one === 1) await pause(100);
        return one;
      },
    });
    expect([[...answers.keys()].sort(), started, late]).toEqual([[1, 2], [1, 2], []]);
  });

  it('ends with the caller\'s signal', async () => {
    const controller = new AbortController();
    const waiting = firstOf({ candidates: [1], need: 1, lateMs: NEVER_MS, signal: controller.signal, start: (_, signal) => pause(NEVER_MS, signal) });
    controller.abort(new Error('enough'));
    await expect(waiting).rejects.toThrow('enough');
  });
});
