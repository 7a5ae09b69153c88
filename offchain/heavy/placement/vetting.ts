/** How much a provider may hold before it has shown that it keeps it. Pure. */
export interface VettingRules {
  /** What a provider without any passed audit may hold of agreements matched here. */
  readonly firstBytes: number;
  /** Passed audits that double it. */
  readonly doublesEvery: number;
  /** Passed audits after which there is no limit. */
  readonly graduatesAt: number;
}

export const VETTING: VettingRules = { firstBytes: 32 * 2 ** 30, doublesEvery: 8, graduatesAt: 64 };

export function isNewcomer(successes: number, rules: VettingRules): boolean {
  return successes < rules.graduatesAt;
}

/** Bytes; Infinity for providers that are no newcomers. `successes` decay like reputation, so a long absence counts. */
export function vettingLimitBytes(successes: number, rules: VettingRules): number {
  return isNewcomer(successes, rules) ? rules.firstBytes * 2 ** Math.floor(successes / rules.doublesEvery) : Infinity;
}
