import { UnavailableError } from '../wire/http-errors.ts';

/** Runs at most `limit` pieces of work at once and refuses further ones: a queue would only make all of them late. */
export function createAdmission(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  return async (work) => {
    if (running >= limit) throw new UnavailableError(`This node works on ${limit} requests of this kind already.`, { code: 'BUSY', nextStep: 'Try again in a few seconds.' });
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
    }
  };
}
