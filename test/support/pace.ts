/** How much slower than on an idle machine of two cores the tests with real seconds go: 1, or what HOLDFAST_TEST_PACE says. */
export const PACE = Number(process.env['HOLDFAST_TEST_PACE'] ?? 1);

/** Epochs of the real clock are seconds long; what they leave room for depends on the machine. Longer ones end by `advance` alone. */
export function paced(epochSeconds: number): number {
  return epochSeconds <= 20 ? Math.ceil(epochSeconds * PACE) : epochSeconds;
}
