import { describe, expect, it } from 'vitest';
import { pause } from '../../offchain/client/aborting.ts';
import { withGrace } from '../../offchain/client/upload/with-grace.ts';

const never = (signal: AbortSignal): Promise<void> => pause(60_000, signal);

describe('withGrace', () => {
  it('waits for all as long as all are in time', async () => {
    const { answers, failures } = await withGrace({ candidates: [1, 2, 3], quorum: 2, graceMs: 60_000, graceFactor: 1, start: async (one) => pause(one) });
    expect([answers.size, failures.size]).toEqual([3, 0]);
  });

  it('gives up the silent ones once a quorum is there', async () => {
    const { answers, failures } = await withGrace({ candidates: [1, 2, 3], quorum: 2, graceMs: 20, graceFactor: 1, start: async (one, signal) => (one === 3 ? never(signal) : undefined) });
    expect([...answers.keys()]).toEqual([1, 2]);
    expect([...failures]).toEqual([[3, undefined]]);
  });

  it('stops at once when a quorum is out of reach', async () => {
    const { answers, failures } = await withGrace({
      candidates: [1, 2, 3], quorum: 2, graceMs: 60_000, graceFactor: 1,
      start: async (one, signal) => (one === 3 ? never(signal) : Promise.reject(new Error(`no ${one}`))),
    });
    expect(answers.size).toBe(0);
    // The third one did nothing wrong: it was not given the time.
    expect([...failures.keys()]).toEqual([1, 2]);
  });
});
