import { describe, expect, it } from 'vitest';
import { reportOf } from './network/report.ts';
import { runNetwork } from './network/run.ts';
import type { NetworkResult } from './network/run.ts';
import { SCENARIOS, scenarioOf } from './network/scenario.ts';
import type { Scenario } from './network/scenario.ts';

/** A network that is small enough for every test run; `npm run sim` plays large ones. */
const SMALL = { providers: 120, days: 45, realShare: 0.05 };

const play = (scenario: Scenario, options: { seed?: number; days?: number; providers?: number } = {}): Promise<NetworkResult> => runNetwork({ ...SMALL, seed: 1, scenario, ...options });

describe('a simulated network', () => {
  it('repeats itself exactly from its seed, and from no other', async () => {
    const [first, again, other] = [await play(scenarioOf('everyday')), await play(scenarioOf('everyday')), await play(scenarioOf('everyday'), { seed: 2 })];
    expect(first.events).toBeGreaterThan(500);
    expect(again.digest).toBe(first.digest);
    expect(again.profits).toEqual(first.profits);
    expect(other.digest).not.toBe(first.digest);
  });

  it.each(SCENARIOS.map(({ name }) => name))('keeps its rules: %s', async (name) => {
    const result = await play(scenarioOf(name), { seed: 7 });
    expect(result.violation?.message).toBeUndefined();
    expect(result.tally.repairs).toBeGreaterThan(0);
    expect(result.tally.realChecks).toBeGreaterThan(10);
    if (scenarioOf(name).isPromised) expect(result.tally.lostBatches).toBe(0);
  });

  it('loses batches when far more fails at once than was promised, and says so', async () => {
    const disaster = { ...scenarioOf('disaster'), disaster: { day: 15, share: 0.6 } };
    const result = await play(disaster);
    expect(result.violation).toBeUndefined();
    expect(result.tally.lostBatches).toBeGreaterThan(0);
    const promised = await play({ ...disaster, isPromised: true });
    expect(promised.violation).toMatchObject({ rule: 'no committed batch is lost', atSeconds: 15 * 86_400 });
    expect(reportOf(promised)).toContain('Replay: npm run sim -- --seed 1 --providers 120 --days 45 --scenario disaster');
  });

  it('only repairs while too little is proven, and opens again by itself', async () => {
    const { tally, world } = await play(scenarioOf('blackout'));
    expect(tally.modes).toHaveLength(1);
    const [{ from, to }] = tally.modes as [{ from: number; to: number }];
    // Away from day 20 for 18 hours; the mean of six epochs falls and rises within three epochs.
    expect(from).toBeGreaterThan(20 * 86_400);
    expect(from).toBeLessThanOrEqual((20 + 6 / 12) * 86_400);
    expect(to).toBeGreaterThanOrEqual((20 + 18 / 24) * 86_400);
    expect(to).toBeLessThanOrEqual((20 + 18 / 24 + 6 / 12) * 86_400);
    expect(world.repairOnlySince).toBeUndefined();
  });

  it('makes cheats, grievers and the lazy lose against the honest', async () => {
    const { profits } = await play(scenarioOf('everyday'), { providers: 240, days: 60 });
    const honest = profits.find(({ kind }) => kind === 'honest')!;
    expect(honest.profit).toBeGreaterThan(0.3);
    for (const one of profits) if (one !== honest) expect(one.profit, one.kind).toBeLessThan(honest.profit);
    expect(profits.filter(({ kind }) => /10 %|25 %|50 %|griefs/.test(kind)).every(({ profit }) => profit < 0)).toBe(true);
  });
});
