/** A pool over Node's worker threads; they share memory with the caller. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { nodePlatform } from '../platform-node.ts';
import { type WorkerPool, inlinePool } from './pool.ts';
import { type Thread, ThreadPool } from './thread-pool.ts';

/** Jobs leave little garbage; a young generation of the usual size only takes memory from the batches. */
const YOUNG_GENERATION_MIB = 4;

/** One thread for each core unless told otherwise; 0 runs all jobs on the caller's thread. An idle pool does not keep the process alive. */
export function openNodePool(options: { readonly threads?: number | undefined } = {}): WorkerPool {
  const threads = options.threads ?? availableParallelism();
  if (threads === 0) return inlinePool(nodePlatform);
  return new ThreadPool(Array.from({ length: threads }, startThread), { sharesMemory: true });
}

function startThread(): Thread {
  const worker = new Worker(new URL('./worker-node.ts', import.meta.url), { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB } });
  worker.unref();
  return {
    post: (message, transfer) => worker.postMessage(message, transfer),
    onResult: (handler) => void worker.on('message', handler),
    onFailure: (handler) => void worker.on('error', handler).on('exit', handler),
    keepAlive: (isBusy) => (isBusy ? worker.ref() : worker.unref()),
    end: async () => {
      worker.ref();
      await worker.terminate();
    },
  };
}
