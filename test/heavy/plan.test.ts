import { describe, expect, it } from 'vitest';
import type { AgreementState } from '../../offchain/chain/read-agreement.ts';
import { planRepairs } from '../../offchain/heavy/repair/plan.ts';

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
    expect(planRepairs([agreement(1, 2, 'hfhh')], 0)).toEqual([{ agreement: 1, slot: 1, from: 101, cause: 'fault', healthy: 3, spare: 1 }]);
  });

  it('puts the agreement that can bear the fewest losses first', () => {
    const plan = planRepairs([agreement(1, 2, 'hfhhhh'), agreement(2, 4, 'fhhhhh'), agreement(3, 2, 'ffhh'), agreement(4, 3, 'fffhh')], 0);
    expect(plan.map((loss) => `${loss.agreement}/${loss.slot}`)).toEqual(['4/0', '4/1', '4/2', '3/0', '3/1', '2/0', '1/1']);
  });

  it('leaves ended agreements and released slots alone', () => {
    expect(planRepairs([agreement(1, 2, 'fhhh', 3)], 3)).toEqual([]);
    expect(planRepairs([agreement(1, 2, '-hhh')], 0)).toEqual([]);
  });
});
