/** Spreads jobs over threads, or runs them on this one: callers need not know which. */
import { HoldfastError } from '../../wire/errors.ts';
import { type JobInput, type JobName, type JobResult, jobs } from '../jobs/jobs.ts';
import type { Platform } from '../types.ts';

export interface WorkerPool {
  /** Jobs that run at the same time; 0: all on the caller's thread, one after the other. */
  readonly threads: number;
  /** True: a SharedArrayBuffer reaches the jobs without a copy, so large buffers should be such. */
  readonly sharesMemory: boolean;
  /**
   * `input.buffers` are lent. Those in shared memory, or in no other thread, come back as they are. Others are transferred when they are
   * all of their ArrayBuffer, else copied: use those of the result.
   */
  run<N extends JobName>(name: N, input: JobInput<N>): Promise<JobResult<N>>;
  /** Jobs that are under way fail. */
  close(): Promise<void>;
}

export class PoolError extends HoldfastError {
  constructor(shortMessage: string, cause?: unknown) {
    super('CODEC_POOL', shortMessage, { cause });
  }
}

/** Without other threads. */
export function inlinePool(platform: Platform): WorkerPool {
  return {
    threads: 0,
    sharesMemory: false,
    run<N extends JobName>(name: N, input: JobInput<N>): Promise<JobResult<N>> {
      const job = jobs[name] as (platform: Platform, input: JobInput<N>) => Promise<JobResult<N>>;
      return job(platform, input);
    },
    close: () => Promise.resolve(),
  };
}
