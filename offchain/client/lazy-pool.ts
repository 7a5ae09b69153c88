/** Threads that start when there is something large to do: a balance or a listing needs none. */
import { availableParallelism } from 'node:os';
import type { JobInput, JobName, JobResult } from '../codec/jobs/jobs.ts';
import { openNodePool } from '../codec/pool/pool-node.ts';
import { type WorkerPool, inlinePool } from '../codec/pool/pool.ts';
import type { Platform } from '../codec/types.ts';

/** Below this a job is done before a thread would have heard of it. */
const THREADS_FROM_BYTES = 64 * 1024;

export class LazyPool implements WorkerPool {
  readonly threads = availableParallelism();
  readonly sharesMemory = true;
  readonly #inline: WorkerPool;
  #pool: WorkerPool | undefined;

  constructor(platform: Platform) {
    this.#inline = inlinePool(platform);
  }

  run<N extends JobName>(name: N, input: JobInput<N>): Promise<JobResult<N>> {
    const sizeBytes = input.buffers.reduce((sum, { length }) => sum + length, 0);
    if (sizeBytes < THREADS_FROM_BYTES) return this.#inline.run(name, input);
    this.#pool ??= openNodePool({ threads: this.threads });
    return this.#pool.run(name, input);
  }

  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.close();
  }
}
