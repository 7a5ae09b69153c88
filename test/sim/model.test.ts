import { describe, expect, it } from 'vitest';
import { PRODUCTION } from '../../offchain/chain/devnet-parameters.ts';
import { Agenda } from './agenda.ts';
import { SimDice } from './dice.ts';
import { EventLog } from './event-log.ts';
import { durabilityOf } from './network/durability.ts';
import { expectCheating } from './network/economics.ts';
import { passesDraws } from './network/epoch.ts';
import { RealBytes } from './network/real-bytes.ts';
import { scenarioOf } from './network/scenario.ts';
import { openWanted } from './network/market.ts';
import { Tally } from './network/tally.ts';
import { World } from './network/world.ts';

describe('the agenda', () => {
  it('does what is due in the order of time, then of entry', async () => {
    const agenda = new Agenda();
    const done: string[] = [];
    const dice = new SimDice(3);
    const times = Array.from({ length: 300 }, () => dice.below(50));
    times.forEach((at, i) => agenda.put(at, () => void done.push(`${at}/${i}`)));
    await agenda.run(24);
    expect(agenda.now).toBe(24);
    agenda.in(1, () => void done.push('25/300'));
    await agenda.run(50);
    const expected = times.map((at, i) => ({ at, i, text: `${at}/${i}` })).concat({ at: 25, i: 300, text: '25/300' }).sort((a, b) => a.at - b.at || a.i - b.i);
    expect(done).toEqual(expected.map(({ text }) => text));
  });
});

describe('the event log', () => {
  it('has one digest for one course of events', () => {
    const [a, b, c] = [new EventLog(), new EventLog(), new EventLog()];
    for (const log of [a, b]) for (let i = 0; i < 2_500; i += 1) log.note(i, 'event', String(i));
    for (let i = 0; i < 2_500; i += 1) c.note(i, 'event', String(i === 1_700 ? 0 : i));
    expect(a.digest()).toBe(b.digest());
    expect(a.digest()).not.toBe(c.digest());
    expect(a.count('event')).toBe(2_500);
  });
});

describe('cheating', () => {
  const tiers = ['standard', 'archival', 'edge'] as const;
  const shares = [0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1];

  it.each(tiers)('loses for every share from 1 %% on, in the tier %s, also where storing costs all of the rent', (tier) => {
    for (const dropped of shares) {
      const common = { dropped, rules: PRODUCTION[tier], epochsPerPeriod: PRODUCTION.epochsPerPeriod };
      for (const missedAnyway of [0, 0.02, 0.1]) {
        expect(expectCheating({ ...common, storageShare: 1, missedAnyway }).gain, `${dropped}`).toBeLessThan(0);
        expect(expectCheating({ ...common, storageShare: 0.27, missedAnyway }).breakEvenStorageShare).toBeGreaterThan(1.5);
      }
    }
  });

  it('is found by the simulated draws as often as 1 - (1 - f)^5 says', async () => {
    const dropped = 0.1;
    const scenario = { ...scenarioOf('churn'), monthlyLoss: 0, mix: [{ strategy: 'honest', share: 0.5 }, { strategy: 'cheats', share: 0.5, dropped }] as const };
    const world = new World({ seed: 5, providers: 60, days: 1, scenario });
    await openWanted(world);
    let [asked, caught, lacks, owed] = [0, 0, 0, 0];
    for (let p = 0; p < world.providers.count; p += 1) {
      if (world.providers.mixOf(p).strategy !== 'cheats' || world.providers.held[p]!.length === 0) continue;
      lacks += world.providers.lacks[p]!;
      owed += world.providers.owed[p]!;
      for (let epoch = 1; epoch <= 400; epoch += 1, asked += 1) if (!passesDraws(world, p, epoch)) caught += 1;
    }
    expect(asked).toBeGreaterThan(4_000);
    expect(caught / asked).toBeCloseTo(1 - (1 - lacks / owed) ** 5, 1);
  });
});

describe('the durability model', () => {
  it('agrees with the closed form of a mirrored pair', () => {
    // Two copies, each lost at rate a, a lost one repaired at rate r: the mean time to losing both is (3a + r) / 2a^2.
    const tally = new Tally();
    const [perYear, repairsPerYear] = [0.5, 200];
    tally.downs[1] = 1_000;
    tally.inState[1] = (1_000 / repairsPerYear) * 365 * 86_400;
    const { yearlyLoss } = durabilityOf(tally, { k: 1, m: 1, lossesPerSlotYear: perYear });
    expect(yearlyLoss).toBeCloseTo(-Math.expm1(-(2 * perYear ** 2) / (3 * perYear + repairsPerYear)), 12);
  });

  it('takes no better rate for states that were never seen', () => {
    const tally = new Tally();
    [tally.downs[1], tally.inState[1]] = [100, 100 * 3_600];
    [tally.downs[2], tally.inState[2]] = [3, 3];
    expect(durabilityOf(tally, { k: 10, m: 6, lossesPerSlotYear: 0.24 }).repairsPerHour).toEqual([1, 1, 1, 1, 1, 1]);
  });
});

describe('real bytes', () => {
  it('are rebuilt from any k whole fragments, never from damaged ones', async () => {
    const dice = new SimDice(9);
    const real = await RealBytes.create({ k: 4, m: 3, batches: 2, dice });
    real.drop(0, 0);
    real.drop(5, 0);
    real.rot(2, 0, dice);
    expect([0, 1, 2, 3, 4, 5, 6].map((slot) => real.isWhole(slot, 0))).toEqual([false, true, false, true, true, false, true]);
    expect(await real.rebuild(0, 0, [1, 2, 3, 4])).toBe(false);
    expect(await real.rebuild(0, 0, [1, 2, 3, 4, 6])).toBe(true);
    expect(real.isWhole(0, 0)).toBe(true);
    expect(await real.read(0)).toBe(true);
    for (const slot of [0, 1]) real.drop(slot, 0);
    expect(await real.read(0)).toBeUndefined();
    expect(await real.read(1)).toBe(true);
  });
});
