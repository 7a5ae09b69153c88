import assert from 'node:assert/strict';

/** Standard deviations at which a test fails. Seeds are fixed, so a test that passes once always passes; 4.75 is one wrong alarm in a million. */
const Z = 4.75;

/** Pearson's chi-square of `counts` against `weights`; the critical value by Wilson and Hilferty. */
export function assertDistribution(counts: readonly number[], weights: readonly number[], what: string): void {
  const trials = counts.reduce((sum, count) => sum + count, 0);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const expected = weights.map((weight) => (trials * weight) / total);
  assert.ok(Math.min(...expected) >= 5, `${what}: too few trials for a chi-square`);
  const statistic = counts.reduce((sum, count, i) => sum + (count - expected[i]!) ** 2 / expected[i]!, 0);
  const freedom = counts.length - 1;
  const critical = freedom * (1 - 2 / (9 * freedom) + Z * Math.sqrt(2 / (9 * freedom))) ** 3;
  assert.ok(statistic < critical, `${what}: chi-square ${statistic.toFixed(1)} of ${freedom} degrees of freedom, at most ${critical.toFixed(1)}; counts ${counts.join(' ')}`);
}

/** The share of hits lies within the bounds of a binomial distribution. */
export function assertShare({ hits, trials, odds }: { hits: number; trials: number; odds: number }, what: string): void {
  const deviation = Math.sqrt(trials * odds * (1 - odds));
  assert.ok(Math.abs(hits - trials * odds) < Z * deviation, `${what}: ${hits} of ${trials}, expected ${(trials * odds).toFixed(0)} +- ${(Z * deviation).toFixed(0)}`);
}
