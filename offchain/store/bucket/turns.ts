import { BucketError } from './errors.ts';
import { WAITING_MAX } from './settings.ts';

/** Lets so many requests run at once; others wait in order, and not without end. */
export class Turns {
  readonly #atOnce: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** @throws BucketError when too many wait */
  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running < this.#atOnce) this.#running += 1;
    else if (this.#waiting.length >= WAITING_MAX) throw new BucketError(`${WAITING_MAX} requests wait for it already.`, { reason: 'TOO_MANY' });
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
