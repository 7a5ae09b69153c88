import { describe, expect, it } from 'vitest';
import { boundLag, epochAt, epochStart, estimateNow, periodOf, periodStart } from '../../offchain/chain/epoch.ts';

const clock = { genesis: 1000, epochSeconds: 5, epochsPerPeriod: 6 };

describe('epochs', () => {
  it('begin at their first second and end before the next one', () => {
    expect(epochAt(clock, 1000)).toBe(0);
    expect(epochAt(clock, 1004.999)).toBe(0);
    expect(epochAt(clock, 1005)).toBe(1);
    for (const epoch of [0, 1, 6, 1000]) expect(epochAt(clock, epochStart(clock, epoch))).toBe(epoch);
  });

  it('make periods', () => {
    expect([0, 5, 6, 11, 12].map((epoch) => periodOf(clock, epoch))).toEqual([0, 0, 1, 1, 2]);
    expect(periodOf(clock, periodStart(clock, 7))).toBe(7);
    expect(periodOf(clock, periodStart(clock, 7) - 1)).toBe(6);
  });
});

describe("the chain's time between blocks", () => {
  const nowMs = 2_000_000_000;

  it('is the local clock while blocks are a little old', () => {
    expect(estimateNow({ blockSeconds: 1_999_988, observedMs: nowMs - 3000, nowMs })).toBe(2_000_000);
  });

  it('goes on from a block that is ahead', () => {
    expect(estimateNow({ blockSeconds: 2_000_100, observedMs: nowMs - 3000, nowMs })).toBe(2_000_103);
  });

  it('goes on from the newest block when that is old: the chain keeps a time of its own', () => {
    expect(estimateNow({ blockSeconds: 1_000_000, observedMs: nowMs - 3000, nowMs })).toBe(1_000_003);
  });

  it('never goes back when the local clock does', () => {
    expect(estimateNow({ blockSeconds: 2_000_100, observedMs: nowMs + 5000, nowMs })).toBe(2_000_100);
  });

  it('stays behind the local clock where blocks have shown that, and never before the newest block', () => {
    expect(estimateNow({ blockSeconds: 1_999_988, observedMs: nowMs - 3000, nowMs, lagSeconds: 3 })).toBe(1_999_997);
    expect(estimateNow({ blockSeconds: 1_999_999, observedMs: nowMs - 3000, nowMs, lagSeconds: 3 })).toBe(1_999_999);
  });
});

describe("how far a chain's clock is behind", () => {
  it('is bounded from both sides by each block that came between two looks', () => {
    // Not there at 1,003 s, there at 1,004 s, and its time is 1,000 s: two to four seconds.
    expect(boundLag(0, { seconds: 1_000, afterMs: 1_003_000, beforeMs: 1_004_000 })).toBe(2);
    expect(boundLag(9, { seconds: 1_000, afterMs: 1_003_000, beforeMs: 1_004_000 })).toBe(4);
    expect(boundLag(3, { seconds: 1_000, afterMs: 1_003_000, beforeMs: 1_004_000 })).toBe(3);
  });

  it('is nothing on a chain that follows the local clock, is ahead of it, or has mined nothing since the first look', () => {
    expect(boundLag(0, { seconds: 1_003, afterMs: 1_003_100, beforeMs: 1_003_900 })).toBe(0);
    expect(boundLag(5, { seconds: 2_000, afterMs: 1_003_000, beforeMs: 1_004_000 })).toBe(0);
    expect(boundLag(0, { seconds: 900, afterMs: -Infinity, beforeMs: 1_004_000 })).toBe(0);
  });
});
