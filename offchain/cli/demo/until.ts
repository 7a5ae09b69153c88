import { setTimeout as sleep } from 'node:timers/promises';
import { StoryError } from './story.ts';

const PAUSE_MS = 200;

/** Asks until the answer is something; throws StoryError when that takes too long. */
export async function until<T>(what: string, options: { timeoutSeconds: number; ask: () => Promise<T | undefined> }): Promise<T> {
  const deadlineMs = Date.now() + options.timeoutSeconds * 1000;
  for (;;) {
    const answer = await options.ask();
    if (answer !== undefined) return answer;
    if (Date.now() >= deadlineMs) throw new StoryError(`${what} did not happen within ${options.timeoutSeconds} s`);
    await sleep(PAUSE_MS);
  }
}
