/** A pool over browsers' module workers. They share memory with the page where it is cross-origin isolated, and swap buffers where not. */
import { browserPlatform } from '../platform-browser.ts';
import type { JobMessage, ResultMessage } from './messages.ts';
import { type WorkerPool, inlinePool } from './pool.ts';
import { type Thread, ThreadPool } from './thread-pool.ts';

/** What a pool needs of a `Worker`. */
type BrowserWorker = Pick<Worker, 'postMessage' | 'terminate' | 'addEventListener'>;

export interface BrowserPoolOptions {
  /** One for each core when left out; 0 runs all jobs on the caller's thread. */
  readonly threads?: number | undefined;
  /** Starts `worker-browser.ts` as the page's bundler names it: `() => new Worker(new URL('./worker-browser.js', import.meta.url), { type: 'module' })`. */
  readonly startWorker: () => BrowserWorker;
}

export function openBrowserPool({ threads = navigator.hardwareConcurrency, startWorker }: BrowserPoolOptions): WorkerPool {
  if (threads === 0) return inlinePool(browserPlatform());
  const started = Array.from({ length: threads }, () => asThread(startWorker()));
  return new ThreadPool(started, { sharesMemory: globalThis.crossOriginIsolated === true });
}

function asThread(worker: BrowserWorker): Thread {
  return {
    post: (message: JobMessage, transfer) => worker.postMessage(message, transfer),
    onResult: (handler) => worker.addEventListener('message', (event) => handler((event as MessageEvent<ResultMessage>).data)),
    onFailure: (handler) => worker.addEventListener('error', handler),
    keepAlive: () => undefined,
    end: () => Promise.resolve(worker.terminate()),
  };
}
