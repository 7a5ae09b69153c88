import { describe, expect, it } from 'vitest';
import { GUARDIANS, guardiansOf } from '../../offchain/chain/guardians.ts';

const HEAVIES = Array.from({ length: 20 }, (_, i) => i + 1);

describe('guardiansOf', () => {
  it('names the same ones for everybody, never the agreement\'s own heavy node', () => {
    for (let id = 1; id <= 200; id++) {
      const guardians = guardiansOf({ id, heavy: 7 }, HEAVIES);
      expect(guardians).toHaveLength(GUARDIANS);
      expect(guardians).not.toContain(7);
      expect(guardiansOf({ id, heavy: 7 }, [...HEAVIES].reverse())).toEqual(guardians);
    }
  });

  it('spreads agreements evenly', () => {
    const counts = new Map<number, number>();
    for (let id = 1; id <= 4_000; id++) for (const heavy of guardiansOf({ id, heavy: 1 }, HEAVIES)) counts.set(heavy, (counts.get(heavy) ?? 0) + 1);
    const expected = (4_000 * GUARDIANS) / 19;
    expect(counts.size).toBe(19);
    // Six standard deviations of a binomial count.
    for (const count of counts.values()) expect(Math.abs(count - expected)).toBeLessThan(6 * Math.sqrt(expected));
  });

  it('changes for few agreements when a heavy node joins or leaves', () => {
    let changed = 0;
    for (let id = 1; id <= 2_000; id++) {
      const before = guardiansOf({ id, heavy: 1 }, HEAVIES);
      const after = guardiansOf({ id, heavy: 1 }, [...HEAVIES, 21]);
      if (before.some((heavy) => !after.includes(heavy))) changed += 1;
    }
    expect(changed / 2_000).toBeLessThan(0.15);
    expect(changed).toBeGreaterThan(0);
  });

  it('takes what there is', () => {
    expect(guardiansOf({ id: 1, heavy: 1 }, [1])).toEqual([]);
    expect(guardiansOf({ id: 1, heavy: 1 }, [1, 2])).toEqual([2]);
  });
});
