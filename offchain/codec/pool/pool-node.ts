/** A pool over Node's worker threads; they share memory with the caller. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { nodePlatform } from '../platform-node.ts';
import { type ResultMessage, serveJobs } from './messages.ts';
import { type WorkerPool, inlinePool } from './pool.ts';
import { type Thread, ThreadPool } from './thread-pool.ts';

/** Jobs leave little garbage; a young generation of the usual size only takes memory from the batches. */
const YOUNG_GENERATION_MIB = 4;

/**
 * As many threads as cores unless told otherwise, the caller's among them: one more would only take turns with it. The caller's thread
 * works on a job when the others have enough. 1: one thread besides the caller's, which stays free for its sockets; 0: all jobs run on the
 * caller's. An idle pool does not keep the process alive.
 */
export function openNodePool({ threads = availableParallelism() }: { readonly threads?: number | undefined } = {}): WorkerPool {
  if (threads === 0) return inlinePool(nodePlatform);
  const others = Array.from({ length: Math.max(1, threads - 1) }, startThread);
  return new ThreadPool(threads === 1 ? others : [...others, ownThread()], { sharesMemory: true });
}

function startThread(): Thread {
  const worker = new Worker(new URL('./worker-node.ts', import.meta.url), { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB } });
  worker.unref();
  return {
    onceUp: (handler) => void worker.once('online', handler),
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

function ownThread(): Thread {
  let answer: (message: ResultMessage) => void = () => undefined;
  const serve = serveJobs(nodePlatform, (message) => answer(message));
  return {
    isOwn: true,
    // Behind whatever waits for this thread already: it also reads, packs and sends.
    post: (message) => void setImmediate(() => void serve(message)),
    onResult: (handler) => void (answer = handler),
    onFailure: () => undefined,
    keepAlive: () => undefined,
    end: () => Promise.resolve(),
  };
}
