import type { Places } from '../places.ts';

/** What a job is done with. */
export interface JobTools {
  readonly places: Places;
  /** Ends when the lease is over, or the worker. */
  readonly signal: AbortSignal;
  /** Between two pieces of computing. */
  rest(): Promise<void>;
}
