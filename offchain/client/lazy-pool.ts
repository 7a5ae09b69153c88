/** Threads that start when there is something large to do: a balance or a listing needs none. */
import type { JobInput, JobName, JobResult } from '../codec/jobs/jobs.ts';
import { type WorkerPool, inlinePool } from '../codec/pool/pool.ts';
import type { Platform } from '../codec/types.ts';

/** Below this a job is done before a thread would have heard of it. */
const THREADS_FROM_BYTES = 64 * 1024;

export interface LazyPoolOptions {
  readonly platform: Platform;
  /** How many `open` will start. */
  readonly threads: number;
  readonly sharesMemory: boolean;
  readonly open: () => WorkerPool;
}

export class LazyPool implements WorkerPool {
  readonly threads: number;
  readonly sharesMemory: boolean;
  readonly #inline: WorkerPool;
  readonly #open: () => WorkerPool;
  #pool: WorkerPool | undefined;

  constructor({ platform, threads, sharesMemory, open }: LazyPoolOptions) {
    this.threads = threads;
    this.sharesMemory = sharesMemory;
    this.#inline = inlinePool(platform);
    this.#open = open;
  }

  run<N extends JobName>(name: N, input: JobInput<N>): Promise<JobResult<N>> {
    const sizeBytes = input.buffers.reduce((sum, { length }) => sum + length, 0);
    if (sizeBytes < THREADS_FROM_BYTES) return this.#inline.run(name, input);
    this.#pool ??= this.#open();
    return this.#pool.run(name, input);
  }

  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.close();
  }
}
