/** A piece of work, and the board that it is offered on. */
import type { JobFailure, JobSpec, LeasedJob } from '../../wire/jobs.ts';
import type { Account } from './accounts.ts';

export interface Job<T> {
  readonly spec: JobSpec;
  /** CPU-seconds by this node's own measure. */
  readonly seconds: number;
  /** What the worker reads and sends: it gets time for that. */
  readonly bytes: number;
  /** The lower, the sooner: epochs that the data can be expected to last. */
  readonly priority: number;
  /** The exact size of the result. */
  readonly resultBytes: number;
  mayHave(account: Account): boolean;
  /** The result's worth; undefined when it is not true. */
  check(result: Uint8Array): Promise<T | undefined>;
}

/** untaken: nobody did it in time, and whoever promised to is noted. failed: by a worker's own word, which proves nothing. */
export type Ending<T> =
  | { readonly kind: 'done'; readonly worker: string; readonly value: T }
  | { readonly kind: 'failed'; readonly worker: string; readonly failure: JobFailure }
  | { readonly kind: 'untaken' };

export interface Board {
  /** Ends when the job is done, when a worker says why it cannot be, or when nobody took it within `waitMs`. */
  offer<T>(job: Job<T>, options: { readonly waitMs: number; readonly signal: AbortSignal }): Promise<Ending<T>>;
  /** Whether a worker that is here could take it, now or after its present jobs. */
  hasWorkers(job: Pick<Job<unknown>, 'mayHave'>): boolean;
  /** Notes a job that was never on the board, for nobody was here, with those who promised to be. */
  noteUntaken(job: Pick<Job<unknown>, 'mayHave' | 'seconds'>): Promise<void>;
  /** The next job for this worker; waits for one until `signal` fires. */
  lease(account: Account, signal: AbortSignal): Promise<LeasedJob | undefined>;
  /** Exact size of the result that this worker owes for `job`. @throws NoSuchLeaseError */
  resultBytes(worker: string, job: string): number;
  /** `read` fetches the result; it is ended when the lease is over. @throws NoSuchLeaseError */
  complete(worker: string, job: string, read: (signal: AbortSignal) => Promise<Uint8Array>): Promise<{ isTrue: boolean; seconds: number }>;
  /** @throws NoSuchLeaseError */
  giveBack(worker: string, job: string, failure: JobFailure): void;
  leasesHeld(worker: string): number;
  waiting(): number;
}
