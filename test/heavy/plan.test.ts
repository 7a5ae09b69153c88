import { describe, expect, it } from 'vitest';
import type { AgreementState } from '../../offchain/chain/read-agreement.ts';
import { planRepairs } from '../../offchain/heavy/repair/plan.ts';
import { BASE_LOSS_RATE, expectedEpochs, lossRate } from '../../offchain/heavy/repair/survival.ts';

/** `health`: one letter per slot: h healthy, f faulted, - released. */
function agreement(id: number, k: number, health: string, endPeriod = 9): AgreementState {
  const slots = [...health].map((letter, slot) => ({ slot, provider: letter === '-' ? 0 : id * 100 + slot, parent: 1, rent: 1n, startEpoch: 0, faulted: letter === 'f', provedThisEpoch: false }));
  const creator = '0x0000000000000000000000000000000000000001' as const;
  return { id, creator, startEpoch: 0, endPeriod, k, m: health.length - k, n: health.length, batchLog2: 16, heavy: 1, feeBps: 150, quota: 1, bundles: 1, batches: 1, retiredBatches: 0, turns: 0, slots };
}

describe('planRepairs', () => {
  it('finds nothing where all providers prove', () => {
    expect(planRepairs([agreement(1, 2, 'hhhh')], 0)).toEqual([]);
  });

  it('names slot, provider and how many healthy slots are left to spare', () => {
    expect(planRepairs([agreement(1, 2, 'hfhh')], 0)).toEqual([{ agreement: 1, slot: 1, from: 101, cause: 'fault', healthy: 3, spare: 1, survivalEpochs: expect.closeTo((1 / 2 + 1 / 3) / BASE_LOSS_RATE, 6) }]);
  });

  it('puts the shortest expected survival first, and what is out of reach behind it', () => {
    const plan = planRepairs([agreement(1, 2, 'hfhhhh'), agreement(2, 4, 'fhhhhh'), agreement(3, 2, 'ffhh'), agreement(4, 3, 'fffhh')], 0);
    expect(plan.map((loss) => `${loss.agreement}/${loss.slot}`)).toEqual(['2/0', '3/0', '3/1', '1/1', '4/0', '4/1', '4/2']);
  });

  it('prefers what lies with providers of bad repute, and leaves notices for last', () => {
    const shaky = new Set([200, 202, 203]);
    const rateOf = (provider: number) => lossRate(shaky.has(provider) ? 0.4 : 0.95);
    const plan = planRepairs([agreement(1, 2, 'hfhh'), agreement(2, 2, 'hfhh'), agreement(3, 3, 'hhhh')], 0, { rateOf, noticed: new Set(['3/2']) });
    expect(plan.map((loss) => `${loss.agreement}/${loss.slot}`)).toEqual(['2/1', '1/1', '3/2']);
    expect(plan[0]?.survivalEpochs).toBeLessThan((plan[1]?.survivalEpochs ?? 0) / 10);
  });

  it('leaves ended agreements and released slots alone', () => {
    expect(planRepairs([agreement(1, 2, 'fhhh', 3)], 3)).toEqual([]);
    expect(planRepairs([agreement(1, 2, '-hhh')], 0)).toEqual([]);
  });
});

describe('expectedEpochs', () => {
  it('is the mean of real lives, drawn with a fixed seed', () => {
    let state = 7;
    const random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
    const rates = Array.from({ length: 16 }, () => 0.01);
    const lives = Array.from({ length: 20_000 }, () => rates.map((rate) => -Math.log(1 - random()) / rate).sort((a, b) => b - a)[9] ?? 0);
    const mean = lives.reduce((sum, life) => sum + life, 0) / lives.length;
    expect(expectedEpochs(rates, 10) / mean).toBeCloseTo(1, 1);
  });

  it('is nothing when too few are left, and grows with each further one', () => {
    expect(expectedEpochs([0.1], 2)).toBe(0);
    expect(expectedEpochs([], 1)).toBe(0);
    expect(expectedEpochs([0.1, 0.1, 0.1], 2)).toBeGreaterThan(expectedEpochs([0.1, 0.1], 2));
  });
});
