import { describe, expect, it } from 'vitest';
import { Lanes } from '../../offchain/client/lanes.ts';

const never = new AbortController().signal;

/** A provider with a virtual clock: `capacity` bytes per ms in all, shared by the transfers under way, each alone at most `alone`. */
function simulate({ capacity, alone, transfers }: { capacity: number; alone: number; transfers: number }) {
  let nowMs = 0;
  const lanes = new Lanes({ startAtOnce: 2, maxAtOnce: 8 }, () => nowMs);
  const lane = lanes.of(1);
  const size = 1000;
  const open = new Set<{ left: number; done: () => void }>();
  let peak = 0;
  const all = Array.from({ length: transfers }, () =>
    lane.run(size, never, () => new Promise<void>((done) => {
      open.add({ left: size, done });
      peak = Math.max(peak, open.size);
    })));
  const finished = Promise.all(all);
  const drive = async (): Promise<void> => {
    for (let i = 0; i < 100_000; i++) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      if (open.size === 0) return;
      const each = Math.min(alone, capacity / open.size);
      nowMs += 10;
      for (const one of open) {
        one.left -= each * 10;
        if (one.left > 0) continue;
        open.delete(one);
        one.done();
      }
    }
  };
  return { lane, lanes, drive, finished, peak: () => peak };
}

describe('a lane', () => {
  it('takes more at once as long as that moves more', async () => {
    const { lane, drive, finished } = simulate({ capacity: 1000, alone: 10, transfers: 100 });
    await drive();
    await finished;
    expect(lane.atOnce).toBeGreaterThan(4);
  });

  it('stays low where more at once does not help', async () => {
    const { lane, drive, finished, peak } = simulate({ capacity: 20, alone: 20, transfers: 60 });
    await drive();
    await finished;
    expect(lane.atOnce).toBeLessThanOrEqual(3);
    expect(peak()).toBeLessThanOrEqual(4);
  });

  it('halves when a transfer fails, but not when the caller ended it', async () => {
    const lanes = new Lanes({ startAtOnce: 8, maxAtOnce: 8 });
    const lane = lanes.of(1);
    await expect(lane.run(1, never, () => Promise.reject(new Error('cut')))).rejects.toThrow('cut');
    expect(lane.atOnce).toBe(4);
    const controller = new AbortController();
    const ended = lane.run(1, controller.signal, () => new Promise((_, reject) => {
      controller.signal.addEventListener('abort', () => reject(new Error('ended')));
      controller.abort();
    }));
    await expect(ended).rejects.toThrow('ended');
    expect(lane.atOnce).toBe(4);
  });

  it('lets whoever waits leave', async () => {
    const lanes = new Lanes({ startAtOnce: 1, maxAtOnce: 1 });
    const lane = lanes.of(1);
    let finish = (): void => undefined;
    const first = lane.run(1, never, () => new Promise<void>((resolve) => (finish = resolve)));
    const controller = new AbortController();
    const second = lane.run(1, controller.signal, () => Promise.resolve('ran'));
    controller.abort(new Error('gave up'));
    await expect(second).rejects.toThrow('gave up');
    finish();
    await first;
    expect(await lane.run(1, never, () => Promise.resolve('next'))).toBe('next');
  });

  it('tells how long a transfer should last, by the median provider', async () => {
    let nowMs = 0;
    const lanes = new Lanes({ startAtOnce: 1, maxAtOnce: 1 }, () => nowMs);
    expect(lanes.expectedMs(100)).toBeUndefined();
    for (const [provider, timeMs] of [[1, 10], [2, 20], [3, 4000]] as const) {
      await lanes.of(provider).run(1000, never, async () => void (nowMs += timeMs));
    }
    expect(lanes.expectedMs(500)).toBeCloseTo(10);
  });
});
