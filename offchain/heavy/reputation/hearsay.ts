/** What other heavy nodes say of a provider. Heard, bounded, and never enough to exclude or to pardon. Pure. */
import { EXCLUDED_BELOW } from './score.ts';

/** One neighbour's published score and the observations behind it, as it claims. */
export interface Word {
  readonly heavy: number;
  readonly score: number;
  readonly observations: number;
}

/** However many neighbours agree, the score moves by no more: with enough of one's own observations, and without any. */
export const SWAY_KNOWN = 0.05;
export const SWAY_UNKNOWN = 0.1;
/** Own observations from which the smaller bound counts. */
const KNOWN_OBSERVATIONS = 20;
/** A neighbour's claim weighs as much as this many own observations at most. */
const WEIGHT_MAX = 2;
const FULL_WEIGHT_OBSERVATIONS = 20;

/**
 * The own score, moved towards the neighbours' median. A median needs a majority of liars to be moved; the bound holds even then, and the line of exclusion is
 * crossed by own observations only.
 */
export function swayed(own: { readonly score: number; readonly observations: number }, words: readonly Word[], excludedBelow = EXCLUDED_BELOW): number {
  if (words.length === 0) return own.score;
  const weights = words.reduce((sum, { observations }) => sum + WEIGHT_MAX * Math.min(1, Math.max(0, observations) / FULL_WEIGHT_OBSERVATIONS), 0);
  const pull = ((median(words.map(({ score }) => score)) - own.score) * weights) / (weights + 4 + own.observations);
  const bound = own.observations >= KNOWN_OBSERVATIONS ? SWAY_KNOWN : SWAY_UNKNOWN;
  const moved = own.score + Math.max(-bound, Math.min(bound, pull));
  return own.score >= excludedBelow ? Math.max(excludedBelow, Math.min(1, moved)) : Math.min(own.score, moved);
}

function median(values: readonly number[]): number {
  const sorted = values.map((value) => Math.max(0, Math.min(1, value))).sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
