import { describe, expect, it } from 'vitest';
import { PriceAboveLimitError, TooFewProvidersError } from '../../offchain/heavy/errors.ts';
import type { Candidate } from '../../offchain/heavy/placement/candidate.ts';
import { place } from '../../offchain/heavy/placement/place.ts';
import { MIN_RENT } from '../../offchain/heavy/placement/rules.ts';
import type { PlacementRules } from '../../offchain/heavy/placement/rules.ts';
import { seededRandom } from '../codec/random.ts';

const PRICE = MIN_RENT;
const rules: PlacementRules = { count: 4, perRegion: 2, quota: 1, stakeEpochs: 10, priceLimit: PRICE * 2n };

function candidate(provider: number, changes: Partial<Candidate> = {}): Candidate {
  return { provider, operator: `0x${provider.toString(16).padStart(40, '0')}`, region: provider % 3, price: PRICE, freeStake: PRICE * 100n, alive: true, ...changes };
}

function numbers(count: number): Candidate[] {
  return Array.from({ length: count }, (_, i) => candidate(i + 1));
}

function codeOf(placement: ReturnType<typeof place>, provider: number): string | undefined {
  return placement.refused.find((refusal) => refusal.provider === provider)?.code;
}

describe('place', () => {
  it('chooses exactly the slots asked for, each with a reason', () => {
    const { chosen, refused } = place(numbers(9), rules);
    expect(chosen).toHaveLength(4);
    expect(chosen.every(({ reason }) => reason.includes('price'))).toBe(true);
    expect(refused).toHaveLength(5);
    expect(refused.every(({ code }) => code === 'not-needed' || code === 'region-full')).toBe(true);
  });

  it('takes the cheapest first', () => {
    const dear = [1, 2, 3].map((provider) => candidate(provider, { price: PRICE * 2n }));
    const cheap = [4, 5, 6, 7].map((provider) => candidate(provider));
    const { chosen } = place([...dear, ...cheap], rules);
    expect(chosen.map(({ candidate: one }) => one.provider).sort()).toEqual([4, 5, 6, 7]);
  });

  it('spreads over regions when prices are close, and does not when they are far apart', () => {
    const one = [1, 2].map((provider) => candidate(provider, { region: 1 }));
    const near = candidate(3, { region: 2, price: (PRICE * 105n) / 100n });
    const far = candidate(4, { region: 2, price: PRICE * 2n });
    const two: PlacementRules = { ...rules, count: 2 };
    expect(place([...one, near], two).chosen.map(({ candidate: it }) => it.provider)).toEqual([1, 3]);
    expect(place([...one, far], two).chosen.map(({ candidate: it }) => it.provider)).toEqual([1, 2]);
  });

  it('never puts more than m slots into a region', () => {
    const crowd = Array.from({ length: 10 }, (_, i) => candidate(i + 1, { region: 7 }));
    const others = [candidate(11, { region: 8, price: PRICE * 2n }), candidate(12, { region: 9, price: PRICE * 2n })];
    const placement = place([...crowd, ...others], rules);
    expect(placement.chosen.filter(({ candidate: it }) => it.region === 7)).toHaveLength(2);
    expect(codeOf(placement, 3)).toBe('region-full');
  });

  it('takes one node per operator, the cheaper one', () => {
    const twin = candidate(9, { operator: candidate(1).operator.toUpperCase().replace('0X', '0x'), price: PRICE * 2n });
    const placement = place([twin, ...numbers(5)], rules);
    expect(codeOf(placement, 9)).toBe('operator-taken');
  });

  it.each([
    ['unreachable', { alive: false }],
    ['stake-short', { freeStake: PRICE * 10n - 1n }],
    ['rent-out-of-bounds', { price: PRICE - 1n }],
    ['above-limit', { price: PRICE * 2n + 1n, freeStake: PRICE * 1_000n }],
    ['low-reputation', { reputation: 0.2 }],
  ] as const)('refuses a candidate as %s', (code, changes) => {
    const placement = place([...numbers(6), candidate(99, changes)], { ...rules, minReputation: 0.5 });
    expect(codeOf(placement, 99)).toBe(code);
  });

  it('accepts stake that covers the rent exactly', () => {
    const exact = numbers(4).map((one) => ({ ...one, freeStake: PRICE * 10n }));
    expect(place(exact, rules).chosen).toHaveLength(4);
  });

  it('counts the slots of providers that stay', () => {
    const occupied = [candidate(1, { region: 1 }), candidate(2, { region: 1 }), candidate(3, { region: 2 })];
    const pool = [candidate(1), candidate(4, { region: 1 }), candidate(5, { operator: candidate(3).operator }), candidate(6, { region: 2, price: PRICE * 2n })];
    const placement = place(pool, { ...rules, count: 1, occupied });
    expect(placement.chosen.map(({ candidate: it }) => it.provider)).toEqual([6]);
    expect([codeOf(placement, 1), codeOf(placement, 4), codeOf(placement, 5)]).toEqual(['operator-taken', 'region-full', 'operator-taken']);
  });

  it('says how many were wanted and found, and why the others were refused', () => {
    const pool = [candidate(1), candidate(2), candidate(3, { alive: false }), candidate(4, { freeStake: 0n })];
    expect(() => place(pool, rules)).toThrow(TooFewProvidersError);
    try {
      place(pool, rules);
    } catch (error) {
      const { facts, message, code } = error as TooFewProvidersError;
      expect(code).toBe('TOO_FEW_PROVIDERS');
      expect(facts).toMatchObject({ wanted: 4, found: 2, asked: 4 });
      expect(facts.refused.map((refusal) => refusal.code).sort()).toEqual(['stake-short', 'unreachable']);
      expect(message).toContain('1 stake-short');
    }
  });

  it('tells "too dear" from "too few", and names the price that would do', () => {
    const pool = [candidate(1), candidate(2), candidate(3, { price: PRICE * 3n }), candidate(4, { price: PRICE * 5n })];
    expect(() => place(pool, rules)).toThrow(PriceAboveLimitError);
    try {
      place(pool, rules);
    } catch (error) {
      expect((error as PriceAboveLimitError).details).toMatchObject({ wanted: 4, withinLimit: 2, needed: String(PRICE * 5n) });
    }
    expect(place(pool, { ...rules, priceLimit: PRICE * 5n }).chosen).toHaveLength(4);
  });

  it('keeps every rule, and finds a placement whenever there is one, for random candidates', () => {
    for (let seed = 1; seed <= 400; seed++) {
      const { below: random } = seededRandom(seed);
      const count = 2 + random(12);
      const perRegion = 1 + random(4);
      const pool = Array.from({ length: random(40) }, (_, i) =>
        candidate(i + 1, { region: random(6), price: PRICE * BigInt(1 + random(8)), freeStake: PRICE * BigInt(random(120)), alive: random(5) > 0 }),
      );
      const mine: PlacementRules = { ...rules, count, perRegion, priceLimit: PRICE * BigInt(1 + random(8)) };
      const fits = (one: Candidate, limit: bigint) => one.alive && one.freeStake >= one.price * 10n && one.price <= limit;
      const room = (limit: bigint) =>
        [0, 1, 2, 3, 4, 5].reduce((sum, region) => sum + Math.min(perRegion, pool.filter((one) => one.region === region && fits(one, limit)).length), 0);
      try {
        const { chosen, refused } = place(pool, mine);
        const got = chosen.map(({ candidate: one }) => one);
        expect(got, `seed ${seed}`).toHaveLength(count);
        expect(new Set(got.map((one) => one.operator)).size, `seed ${seed}`).toBe(count);
        expect(got.every((one) => fits(one, mine.priceLimit)), `seed ${seed}`).toBe(true);
        for (let region = 0; region < 6; region++) expect(got.filter((one) => one.region === region).length, `seed ${seed}`).toBeLessThanOrEqual(perRegion);
        expect([...got.map((one) => one.provider), ...refused.map(({ provider }) => provider)].sort((a, b) => a - b), `seed ${seed}`).toEqual(pool.map((one) => one.provider));
      } catch (error) {
        if (error instanceof PriceAboveLimitError) expect(room(mine.priceLimit) < count && room(PRICE * 100n) >= count, `seed ${seed}`).toBe(true);
        else if (error instanceof TooFewProvidersError) expect(room(PRICE * 100n), `seed ${seed}`).toBe(error.facts.found);
        else throw error;
      }
    }
  });
});
