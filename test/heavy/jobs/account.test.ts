import { describe, expect, it } from 'vitest';
import { FACTOR_LEAST, dueSeconds, leasesOf, nextFactor, payOf, trustOf } from '../../../offchain/heavy/jobs/account.ts';
import { monthAt, monthStart, promisedBy } from '../../../offchain/heavy/jobs/accounts.ts';
import { LEASES_MAX } from '../../../offchain/heavy/jobs/limits.ts';

const HOUR = 3_600;
const TOKEN = 10n ** 18n;

describe('what a worker owes', () => {
  it('is nothing while nothing is on offer', () => {
    expect(dueSeconds({ promisedSeconds: 1_000, deliveredSeconds: 0, missedSeconds: 0 })).toBe(0);
    expect(nextFactor({ promisedSeconds: 1_000, deliveredSeconds: 0, missedSeconds: 0 }, 1)).toBe(1);
    expect(nextFactor({ promisedSeconds: 1_000, deliveredSeconds: 0, missedSeconds: 0 }, 0.4)).toBe(0.4);
  });

  it('is never more than it promised', () => {
    expect(dueSeconds({ promisedSeconds: 100, deliveredSeconds: 80, missedSeconds: 5_000 })).toBe(100);
    expect(nextFactor({ promisedSeconds: 100, deliveredSeconds: 120, missedSeconds: 5_000 }, 0.5)).toBe(1);
  });

  it('docks by the part that was not given, down to a floor', () => {
    expect(nextFactor({ promisedSeconds: 100, deliveredSeconds: 75, missedSeconds: 25 }, 1)).toBe(0.75);
    expect(nextFactor({ promisedSeconds: 50, deliveredSeconds: 40, missedSeconds: 60 }, 1)).toBe(0.8);
    expect(nextFactor({ promisedSeconds: 100, deliveredSeconds: 0, missedSeconds: 10 }, 1)).toBe(FACTOR_LEAST);
  });

  it('comes out worse for whoever promises what it does not have', () => {
    const real = nextFactor({ promisedSeconds: 100, deliveredSeconds: 100, missedSeconds: 400 }, 1);
    const boast = nextFactor({ promisedSeconds: 10_000, deliveredSeconds: 100, missedSeconds: 400 }, 1);
    expect(boast).toBeLessThan(real);
  });
});

describe('what a worker may hold', () => {
  it('grows with what it finished, not with what it says', () => {
    expect(leasesOf({ good: 0, bad: 0, cores: 256, percent: 100 })).toBe(1);
    expect(leasesOf({ good: 9, bad: 0, cores: 256, percent: 100 })).toBe(3);
    expect(leasesOf({ good: 1e6, bad: 0, cores: 256, percent: 100 })).toBe(LEASES_MAX);
    expect(leasesOf({ good: 1e6, bad: 0, cores: 1, percent: 50 })).toBe(1);
  });

  it('ends when it fails, and comes back with half of its faults next month', () => {
    const silent = { good: 0, bad: 5, cores: 4, percent: 100 };
    expect(trustOf(silent)).toBeLessThan(0.5);
    expect(leasesOf(silent)).toBe(0);
    expect(leasesOf({ ...silent, bad: silent.bad / 2 })).toBe(1);
  });
});

describe('the pay of a month', () => {
  const month = { pool: 9n * TOKEN, totalSeconds: 3 * HOUR, payPerCpuHour: 100n * TOKEN };

  it('is a share of the pool by finished seconds', () => {
    expect(payOf({ deliveredSeconds: HOUR, factor: 1 }, month)).toBe(3n * TOKEN);
    expect(payOf({ deliveredSeconds: 2 * HOUR, factor: 1 }, month)).toBe(6n * TOKEN);
  });

  it('is docked, and what is docked goes to nobody else', () => {
    expect(payOf({ deliveredSeconds: HOUR, factor: 0.5 }, month)).toBe((3n * TOKEN) / 2n);
    expect(payOf({ deliveredSeconds: 3 * HOUR, factor: 0.25 }, month)).toBe((9n * TOKEN) / 4n);
  });

  it('is never more than the price of the work: one small job does not take all', () => {
    expect(payOf({ deliveredSeconds: 36, factor: 1 }, { ...month, totalSeconds: 36, payPerCpuHour: TOKEN })).toBe(TOKEN / 100n);
  });

  it('is nothing for nothing', () => {
    expect(payOf({ deliveredSeconds: 0, factor: 1 }, month)).toBe(0n);
    expect(payOf({ deliveredSeconds: 0, factor: 1 }, { ...month, totalSeconds: 0 })).toBe(0n);
  });
});

describe('the clock of promises', () => {
  const clock = { genesis: 1_000, epochSeconds: 10, epochsPerPeriod: 3 };

  it('has months of four periods', () => {
    expect(monthAt(clock, 900)).toBe(0);
    expect(monthAt(clock, 1_119)).toBe(0);
    expect(monthAt(clock, 1_120)).toBe(1);
    expect(monthStart(clock, 1)).toBe(1_120);
  });

  it('counts a promise from when it was given to the end of its month', () => {
    const account = { month: 0, cores: 4, percent: 50, promisedSeconds: 7, sinceSeconds: 1_020 };
    expect(promisedBy(account, clock, 1_030)).toBe(27);
    expect(promisedBy(account, clock, 9_999)).toBe(207);
    expect(promisedBy({ ...account, sinceSeconds: 0 }, clock, 9_999)).toBe(7);
  });
});
