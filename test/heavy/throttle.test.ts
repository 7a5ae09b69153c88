import { describe, expect, it } from 'vitest';
import { createThrottle } from '../../offchain/heavy/repair/throttle.ts';

function virtual() {
  const clock = { nowMs: 0, slept: [] as number[], now: () => clock.nowMs, sleep: async (ms: number) => void clock.slept.push(ms) };
  return clock;
}

describe('createThrottle', () => {
  const { signal } = new AbortController();

  it('lets a second through at once and spreads the rest over time', async () => {
    const clock = virtual();
    const throttle = createThrottle(1_000, clock);
    for (let i = 0; i < 4; i++) await throttle.take(500, signal);
    // Taken 0, 500, 1000, 1500 ms ahead of time: the last two wait for what lies beyond one second.
    expect(clock.slept).toEqual([500]);
    for (let i = 0; i < 4; i++) await throttle.take(500, signal);
    expect(clock.slept).toEqual([500, 1_000, 1_500, 2_000, 2_500]);
  });

  it('saves nothing up while nobody reads', async () => {
    const clock = virtual();
    const throttle = createThrottle(1_000, clock);
    await throttle.take(1_000, signal);
    clock.nowMs = 3_600_000;
    for (let i = 0; i < 3; i++) await throttle.take(1_000, signal);
    expect(clock.slept).toEqual([1_000]);
  });

  it('ends a wait with the node', async () => {
    const stopped = new AbortController();
    const throttle = createThrottle(1);
    await throttle.take(100, stopped.signal);
    const waiting = throttle.take(100, stopped.signal);
    stopped.abort();
    await expect(waiting).rejects.toThrow(/abort/i);
  });
});
