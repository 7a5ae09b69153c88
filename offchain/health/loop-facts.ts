import type { LoopReport } from '../store/loop.ts';
import type { Fact } from './fact.ts';

/** Loops that are stuck in a tick, or fail again and again. */
export function loopFacts(reports: readonly LoopReport[], options: { readonly nowMs: number; readonly loopFailures: number }): Fact[] {
  const { nowMs, loopFailures } = options;
  return reports.flatMap(({ name, runningSinceMs, longestMs, failures, lastFailure, lastSuccessMs }): Fact[] => {
    const facts: Fact[] = [];
    if (runningSinceMs !== undefined && nowMs - runningSinceMs > longestMs) {
      facts.push({ code: 'LOOP_STUCK', about: name, sentence: `The loop "${name}" has been at one turn for ${Math.floor((nowMs - runningSinceMs) / 1000)} s.` });
    }
    if (failures >= loopFailures && lastFailure !== undefined) {
      const last = lastSuccessMs === undefined ? 'it never succeeded since the start' : `it last succeeded ${Math.floor((nowMs - lastSuccessMs) / 1000)} s ago`;
      facts.push({ code: 'LOOP_FAILING', about: name, sentence: `The loop "${name}" failed ${failures} times in a row, ${last}: ${lastFailure.cause}` });
    }
    return facts;
  });
}
