import type { JobInput, JobName, JobResult } from '../jobs/jobs.ts';
import { type JobMessage, type ResultMessage, portable, transferList } from './messages.ts';
import { PoolError, type WorkerPool } from './pool.ts';

/** One thread, as `worker_threads` and browsers' `Worker` both can be seen. */
export interface Thread {
  post(message: JobMessage, transfer: ArrayBuffer[]): void;
  /** True for the caller's own, which has other things to do as well: it takes a job when all others have enough of them. */
  readonly isOwn?: boolean;
  /** For threads that take longer to start than a job takes: they get none before. */
  onceUp?(handler: () => void): void;
  onResult(handler: (message: ResultMessage) => void): void;
  onFailure(handler: (error: unknown) => void): void;
  /** Whether the process should stay alive for this thread. */
  keepAlive(isBusy: boolean): void;
  end(): Promise<void>;
}

interface Waiting {
  readonly message: JobMessage;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

interface Lane {
  readonly thread: Thread;
  readonly running: Map<number, Waiting>;
  isUp: boolean;
}

/** Further jobs wait at each thread already, so that no thread is idle while the caller's is busy with reading, packing, or a job of its own. */
const JOBS_PER_THREAD = 4;

export class ThreadPool implements WorkerPool {
  readonly sharesMemory: boolean;
  readonly #lanes: readonly Lane[];
  readonly #queue: Waiting[] = [];
  /** Coding a batch takes longest and nobody waits for it: what keeps the caller's pipeline filled goes first. */
  readonly #later: Waiting[] = [];
  #nextId = 0;
  #closed: unknown;

  /** The caller's own thread, if any, is the last one. */
  constructor(threads: readonly Thread[], options: { readonly sharesMemory: boolean }) {
    this.sharesMemory = options.sharesMemory;
    this.#lanes = threads.map((thread) => ({ thread, running: new Map(), isUp: thread.onceUp === undefined }));
    for (const lane of this.#lanes) {
      const { thread, running } = lane;
      thread.onceUp?.(() => {
        lane.isUp = true;
        this.#dispatch();
      });
      thread.onResult((message) => {
        const job = running.get(message.id);
        running.delete(message.id);
        this.#dispatch();
        if ('failure' in message) job?.reject(new PoolError(`A job of the worker pool failed: ${message.failure}`));
        else job?.resolve({ ...message.result, buffers: message.result.buffers ?? job.message.input.buffers });
      });
      thread.onFailure((error) => this.#fail(new PoolError('A thread of the worker pool ended unexpectedly.', error)));
    }
  }

  get threads(): number {
    return this.#lanes.length;
  }

  run<N extends JobName>(name: N, input: JobInput<N>): Promise<JobResult<N>> {
    return new Promise((resolve, reject) => {
      if (this.#closed !== undefined) return reject(this.#closed);
      const message = { id: this.#nextId++, name, input: { ...input, buffers: portable(input.buffers) } as JobInput<N> };
      (name === 'encodeRange' ? this.#later : this.#queue).push({ message, resolve: resolve as (result: unknown) => void, reject });
      this.#dispatch();
    });
  }

  async close(): Promise<void> {
    this.#fail(new PoolError('The worker pool is closed.'));
    await Promise.all(this.#lanes.map(({ thread }) => thread.end()));
  }

  /** The oldest job of those that go first goes to the thread with the least to do. */
  #dispatch(): void {
    // A thread that is being ended is waited for: what it still says must not let the process go before.
    if (this.#closed !== undefined) return;
    for (;;) {
      const lane = this.#freeLane();
      const job = lane === undefined ? undefined : (this.#queue.shift() ?? this.#later.shift());
      if (lane === undefined || job === undefined) break;
      lane.running.set(job.message.id, job);
      lane.thread.post(job.message, transferList(job.message.input.buffers));
    }
    // Jobs that wait for a thread to start are nowhere else yet.
    for (const { thread, running } of this.#lanes) thread.keepAlive(running.size > 0 || this.#queue.length + this.#later.length > 0);
  }

  #freeLane(): Lane | undefined {
    let best: Lane | undefined;
    for (const lane of this.#lanes) {
      const room = lane.thread.isOwn === true ? 1 : JOBS_PER_THREAD;
      if (!lane.isUp || lane.running.size >= room) continue;
      if (best === undefined || (lane.thread.isOwn !== true && lane.running.size < best.running.size)) best = lane;
    }
    return best;
  }

  #fail(error: unknown): void {
    // Threads that end because of `close` report an end as well, and `close` still waits for the others.
    if (this.#closed !== undefined) return;
    this.#closed = error;
    const lost = [...this.#queue.splice(0), ...this.#later.splice(0), ...this.#lanes.flatMap(({ running }) => [...running.values()])];
    for (const { thread, running } of this.#lanes) {
      running.clear();
      thread.keepAlive(false);
    }
    for (const job of lost) job.reject(error);
  }
}
