/** How long data can be expected to last if nothing is repaired. It orders repairs; it promises nothing. Pure. */

/** Two in a hundred providers lost in 360 epochs, a month of two-hour epochs: what an unknown provider is taken for. */
export const BASE_LOSS_RATE = -Math.log(0.98) / 360;
/** A score this low or lower counts alike: beyond it one is as good as gone. */
const SCORE_FLOOR = 0.1;

/** Losses per epoch of a provider with this score from 0 to 1: half the score, eight times the rate. */
export function lossRate(score: number | undefined): number {
  return score === undefined ? BASE_LOSS_RATE : BASE_LOSS_RATE / Math.max(SCORE_FLOOR, Math.min(1, score)) ** 3;
}

/**
 * Epochs until fewer than k of these providers are left, each lost at its own constant rate; 0 when they are too few already. With j left the next loss takes
 * 1 / (j * mean rate) epochs on average (a sum of exponentials), so 10+6 with two to spare is in greater danger than 2+2 with one.
 * @param rates losses per epoch of each healthy provider
 */
export function expectedEpochs(rates: readonly number[], k: number): number {
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  let epochs = 0;
  for (let left = k; left <= rates.length; left++) epochs += 1 / (left * mean);
  return epochs;
}
