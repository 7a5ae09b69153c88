import { describe, expect, it } from 'vitest';
import { createBudget } from '../../offchain/worker/idle/budget.ts';
import { cpuMax, openCgroup } from '../../offchain/worker/idle/cgroup.ts';
import { parseMachine, parseProcess, readMachine, readProcess } from '../../offchain/worker/idle/proc.ts';
import { measureSpare } from '../../offchain/worker/idle/spare.ts';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const isLinux = process.platform === 'linux';

describe('the counts of /proc', () => {
  it('are read whatever the name in brackets holds', () => {
    const line = '4242 (a) R (b (c)) T 17 4200 4100 34816 4242 4194304 1 2 3 4 50 60 7 8 20 19 1 0 987654 1000 200 18446744073709551615';
    expect(parseProcess(line)).toEqual({ pid: 4242, state: 'T', parent: 17, group: 4200, session: 4100, ticks: 125, ownTicks: 110, startTick: 987654 });
  });

  it('leave stolen time and guests out of the machine', () => {
    expect(parseMachine('cpu  10 20 30 400 50 6 7 999 5 5\ncpu0 1 2 3 4\n')).toEqual({ busyTicks: 73, allTicks: 523 });
  });

  it.runIf(isLinux)('tell of this process and of no dead one', () => {
    expect(readProcess('self')).toMatchObject({ pid: process.pid, state: expect.stringMatching(/^[RS]$/) });
    expect(readProcess(2 ** 22 + 1)).toBeUndefined();
    expect(readMachine().allTicks).toBeGreaterThan(readMachine().busyTicks);
  });

  it.runIf(isLinux)('measure what is spare', async () => {
    const spare = await measureSpare(100);
    expect(spare).toBeGreaterThanOrEqual(0.01);
    expect(spare).toBeLessThanOrEqual(1);
  });
});

describe('a budget', () => {
  it('lets a busy loop have its share in the long run, and no more', () => {
    const budget = createBudget(0.25);
    let [used, mayRun] = [0, true];
    for (let i = 0; i < 2_000; i++) {
      const usedTicks = mayRun ? 5 : 0;
      used += usedTicks;
      mayRun = budget.step({ usedTicks, elapsedMs: 50 });
    }
    // 100 s at a quarter of a core are 2,500 ticks.
    expect(used).toBeGreaterThan(2_300);
    expect(used).toBeLessThanOrEqual(2_510);
  });

  it('saves up no more than a tenth of a second', () => {
    const budget = createBudget(2);
    budget.step({ usedTicks: 0, elapsedMs: 3_600_000 });
    expect(budget.step({ usedTicks: 20, elapsedMs: 0 })).toBe(true);
    expect(budget.step({ usedTicks: 1, elapsedMs: 0 })).toBe(false);
  });
});

describe('a cgroup', () => {
  it('says cores in the words of cpu.max', () => {
    expect(cpuMax(0.5)).toBe('50000 100000');
    expect(cpuMax(3)).toBe('300000 100000');
    expect(cpuMax(0.0001)).toBe('1000 100000');
  });

  it('is not opened where there is no cpu controller, and leaves nothing behind', () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-cgroup-'));
    expect(openCgroup(folder, 1)).toBeUndefined();
    expect(readdirSync(folder)).toEqual([]);
    expect(openCgroup(join(folder, 'missing'), 1)).toBeUndefined();
    rmSync(folder, { recursive: true });
  });
});
