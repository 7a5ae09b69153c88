export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** What failed, a line each: said again at the end, where nobody has to search for it. */
  readonly failures?: readonly string[];
}

/** A tool that failed without a failed test (a crash, a file that does not load) counts as one failure; so does one without tests. */
export function honest(tally: Tally, status: number): Tally {
  const hasProblem = status !== 0 || tally.passed + tally.failed === 0;
  return hasProblem && tally.failed === 0 ? { ...tally, failed: 1 } : tally;
}
