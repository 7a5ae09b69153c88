import { describe, expect, it } from 'vitest';
import { causesOf, wayBack } from '../../../offchain/heavy/reputation/causes.ts';
import { SWAY_KNOWN, SWAY_UNKNOWN, swayed } from '../../../offchain/heavy/reputation/hearsay.ts';
import { EXCLUDED_BELOW, FAILED_WEIGHT, WARNED_BELOW, WARNING_EPOCHS, faded, goodNeeded, meanOf, newStanding, scoreOf, stateOf } from '../../../offchain/heavy/reputation/score.ts';
import type { Part, Standing } from '../../../offchain/heavy/reputation/score.ts';

const graduatesAt = 64;
function standing(parts: Partial<Record<Part, { good: number; bad: number }>>, changes: Partial<Standing> = {}): Standing {
  const fresh = newStanding(7, 'standard', 0);
  return { ...fresh, parts: { ...fresh.parts, ...parts }, successes: 100, ...changes };
}
const score = (one: Standing): number => scoreOf(one.parts);

describe('the score', () => {
  it('begins in good standing, and a single failure of an old record does not end it', () => {
    expect(score(newStanding(1, 'standard', 0))).toBeCloseTo(8 / 9, 3);
    const old = standing({ audits: { good: 300, bad: FAILED_WEIGHT }, uptime: { good: 150, bad: 1 }, retrieval: { good: 150, bad: 0 } });
    expect(stateOf(old, { graduatesAt })).toBe('good');
  });

  it('excludes a newcomer after two failed audits, and a graduate after more', () => {
    const failed = (good: number, times: number): string => stateOf(standing({ audits: { good, bad: times * FAILED_WEIGHT } }), { graduatesAt });
    expect([failed(0, 0), failed(0, 1), failed(0, 2)]).toEqual(['good', 'warned', 'excluded']);
    expect([failed(100, 1), failed(100, 8), failed(100, 30)]).toEqual(['good', 'warned', 'excluded']);
  });

  it('cannot be lifted by other parts when one is near nothing: proving and not serving is found', () => {
    const hoarder = standing({ audits: { good: 500, bad: 0 }, uptime: { good: 168, bad: 0 }, repair: { good: 50, bad: 0 }, retrieval: { good: 0, bad: 200 } });
    expect(score(hoarder)).toBeLessThan(EXCLUDED_BELOW);
  });

  it('fades by half in the half-life of its tier, towards the prior', () => {
    const bad = standing({ audits: { good: 0, bad: 80 } });
    expect(faded(bad, 504).parts.audits.bad).toBeCloseTo(40);
    expect(faded({ ...bad, tier: 'archival' }, 504).parts.audits.bad).toBeCloseTo(80 * Math.SQRT1_2);
    expect(faded({ ...bad, tier: 'edge' }, 504).parts.audits.bad).toBeCloseTo(5);
    expect(score(faded(bad, 100_000))).toBeCloseTo(8 / 9, 3);
    expect(faded(faded(bad, 200), 504).parts.audits.bad).toBeCloseTo(40);
    expect(faded(bad, -5)).toBe(bad);
  });
});

describe('exclusion', () => {
  // Absence, not loss: nothing is proven.
  const away = standing({ uptime: { good: 0, bad: 120 }, retrieval: { good: 0, bad: 6 } });

  it('is never the first word: a warning comes before it and lasts a while', () => {
    expect(score(away)).toBeLessThan(EXCLUDED_BELOW);
    expect(stateOf({ ...away, epoch: 50, warnedEpoch: 50 }, { graduatesAt })).toBe('warned');
    expect(stateOf({ ...away, epoch: 50 + WARNING_EPOCHS, warnedEpoch: 50 }, { graduatesAt })).toBe('excluded');
  });

  it('comes at once for proven losses', () => {
    const lost = standing({ audits: { good: 0, bad: 3 * FAILED_WEIGHT } }, { epoch: 50, warnedEpoch: 50 });
    expect(stateOf(lost, { graduatesAt })).toBe('excluded');
  });

  it('names its causes, the worst first, and the way back', () => {
    const warned = standing({ audits: { good: 20, bad: 8 }, retrieval: { good: 2, bad: 10 } }, { warnedEpoch: 0 });
    const [first, second] = causesOf(warned);
    expect(first).toMatch(/reads like a creator's.*10\.0 of 12\.0 went wrong/);
    expect(second).toMatch(/audits of its slots.*8\.0 of 28\.0/);
    const lines = wayBack(warned, 'warned').join('\n');
    expect(lines).toMatch(/\d+ served reads in a row lift the score to 0\.8/);
    expect(lines).toMatch(/weighs half after 168 epochs/);
    expect(wayBack(standing({}), 'good')).toEqual([]);
    expect(causesOf(standing({ audits: { good: 100, bad: 0 } }))).toEqual([]);
  });

  it('promises no more than the sums keep: so many good outcomes do lift the score', () => {
    const { parts } = standing({ retrieval: { good: 3, bad: 9 } });
    const needed = goodNeeded(parts, 'retrieval', WARNED_BELOW) as number;
    const after = (good: number): number => scoreOf({ ...parts, retrieval: { good: 3 + good, bad: 9 } });
    expect([after(needed) >= WARNED_BELOW, after(needed - 1) < WARNED_BELOW]).toEqual([true, true]);
    // When everything is bad, no single part suffices.
    const ruin = { good: 0, bad: 500 };
    expect(goodNeeded({ audits: ruin, retrieval: ruin, uptime: ruin, repair: ruin }, 'audits', WARNED_BELOW)).toBeUndefined();
    expect(meanOf(ruin)).toBeLessThan(0.02);
  });
});

describe('hearsay', () => {
  const liars = (score_: number, count: number) => Array.from({ length: count }, (_, i) => ({ heavy: i + 2, score: score_, observations: 1e9 }));

  it('moves a known provider by the bound at most, however many lie', () => {
    const own = { score: 0.9, observations: 200 };
    for (const count of [1, 5, 100]) {
      expect(swayed(own, liars(0, count))).toBeGreaterThanOrEqual(own.score - SWAY_KNOWN);
      expect(swayed({ ...own, score: 0.3 }, liars(1, count))).toBeLessThanOrEqual(0.3);
    }
    expect(swayed({ score: 0.89, observations: 0 }, liars(0, 100))).toBeGreaterThanOrEqual(0.89 - SWAY_UNKNOWN);
  });

  it('never excludes nor pardons', () => {
    expect(swayed({ score: EXCLUDED_BELOW + 0.01, observations: 0 }, liars(0, 50))).toBeGreaterThanOrEqual(EXCLUDED_BELOW);
    expect(swayed({ score: EXCLUDED_BELOW - 0.01, observations: 0 }, liars(1, 50))).toBeLessThan(EXCLUDED_BELOW);
  });

  it('follows the median: one liar among three does not move it', () => {
    const honest = [{ heavy: 2, score: 0.9, observations: 50 }, { heavy: 3, score: 0.92, observations: 50 }];
    expect(swayed({ score: 0.9, observations: 5 }, [...honest, { heavy: 4, score: 0, observations: 1e6 }])).toBeCloseTo(0.9, 2);
  });

  it('counts a neighbour with few observations for little, and nobody for nothing', () => {
    const own = { score: 0.9, observations: 10 };
    const little = own.score - swayed(own, [{ heavy: 2, score: 0.5, observations: 1 }]);
    const much = own.score - swayed(own, [{ heavy: 2, score: 0.5, observations: 100 }]);
    expect(little).toBeLessThan(much / 5);
    expect(swayed(own, [])).toBe(0.9);
  });
});
