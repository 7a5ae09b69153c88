/** A share of the processor as an account: time pays in, use draws out. Pure. */
import { TICKS_PER_SECOND } from './proc.ts';

export interface Budget {
  /** False when the account is overdrawn: nothing may run until it is not. */
  step(step: { readonly usedTicks: number; readonly elapsedMs: number }): boolean;
}

/** What may be saved up: a pause is not made up for by running free. */
const SAVED_SECONDS = 0.1;

/** @param cores that may be busy on average */
export function createBudget(cores: number): Budget {
  const most = cores * TICKS_PER_SECOND * SAVED_SECONDS;
  let ticks = 0;
  return {
    step({ usedTicks, elapsedMs }) {
      ticks = Math.min(most, ticks + (cores * TICKS_PER_SECOND * elapsedMs) / 1_000 - usedTicks);
      return ticks >= 0;
    },
  };
}
