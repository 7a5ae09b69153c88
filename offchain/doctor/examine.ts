import { toErrorBody } from '../wire/errors.ts';
import { reasonOf } from '../health/fact.ts';
import { fail } from './finding.ts';
import type { Check, Finding } from './finding.ts';

/** No single look may hold the others up. */
const LOOK_MS = 20_000;

/** Runs all looks at once and gives their findings in the order of the checks. Never throws, and ends in time. */
export async function examine(checks: readonly Check[], options: { readonly lookMs?: number } = {}): Promise<Finding[]> {
  const { lookMs = LOOK_MS } = options;
  return (await Promise.all(checks.map((check) => look(check, lookMs)))).flat();
}

async function look({ name, run }: Check, lookMs: number): Promise<Finding[]> {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Finding[]>((resolve) => {
    timer = setTimeout(() => resolve([fail(name, `No answer within ${lookMs / 1000} s.`, 'Something hangs there: look at it by hand.')]), lookMs);
  });
  try {
    return await Promise.race([(async () => [await run(controller.signal)].flat())(), late]);
  } catch (error) {
    const { message, nextStep, code } = toErrorBody(error);
    return [fail(name, code === 'INTERNAL' ? reasonOf(error) : message, nextStep ?? 'Mend that, then look again.', { facts: { code } })];
  } finally {
    clearTimeout(timer);
    controller.abort();
  }
}
