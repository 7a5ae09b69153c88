import type { Cause, Condition } from '../wire/condition.ts';
import { isReady } from '../wire/condition.ts';

/** What a node says of its own state, for the status commands. `width` is that of their first column. */
export function conditionLines({ condition, causes = [] }: { readonly condition?: Condition | undefined; readonly causes?: readonly Cause[] | undefined }, width: number): string[] {
  if (condition === undefined) return [];
  const first = `${'Condition'.padEnd(width)}${condition}${isReady(condition) ? '' : ': it cannot do all that its role asks'}`;
  return [first, ...causes.map(({ code, sentence, since }) => `${' '.repeat(width)}${code} since ${new Date(since * 1000).toISOString()}: ${sentence}`)];
}
