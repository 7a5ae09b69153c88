/** Queries wait here for the thread that answers them; one that takes too long ends with its thread, and a new one goes on. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Logger } from '../../store/log.ts';
import { QueryBusyError } from './errors.ts';
import type { QueryRequest } from './engine.ts';
import type { QueryMessage, QueryReply, QueryThreadData } from './worker.ts';

export interface QueryThreadOptions extends QueryThreadData {
  readonly timeoutMs: number;
  readonly queueMax: number;
  /** Queries that the thread works on at once: an embedded database does one thing after the other anyway. */
  readonly atOnce: number;
  readonly log: Logger;
}

interface Waiting {
  readonly request: QueryRequest;
  resolve(body: string): void;
  reject(error: unknown): void;
  timer?: NodeJS.Timeout;
}

/** Beyond its own time a query may need this much to be read, checked and written down. */
const GRACE_MS = 1_000;
const CLOSE_MS = 2_000;

export class QueryThread {
  readonly #options: QueryThreadOptions;
  readonly #queue: Waiting[] = [];
  readonly #running = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #isReady = false;
  #isClosed = false;
  #nextId = 0;
  #ended = 0;

  constructor(options: QueryThreadOptions) {
    this.#options = options;
    this.#start();
  }

  /** Queries that were cut off so far. */
  get cutOff(): number {
    return this.#ended;
  }

  /** JSON text of a QueryAnswer. @throws QueryBusyError */
  ask(request: QueryRequest): Promise<string> {
    if (this.#isClosed) return Promise.reject(new QueryBusyError('The indexer is being stopped.'));
    if (this.#queue.length >= this.#options.queueMax) return Promise.reject(new QueryBusyError('Too many queries wait already.'));
    return new Promise((resolve, reject) => {
      this.#queue.push({ request, resolve, reject });
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const one of [...this.#queue.splice(0), ...this.#running.values()]) this.#settle(one, new QueryBusyError('The indexer is being stopped.'));
    this.#running.clear();
    const worker = this.#worker;
    if (worker === undefined) return;
    worker.ref();
    const ended = once(worker, 'exit');
    worker.postMessage('close');
    const timer = setTimeout(() => void worker.terminate(), CLOSE_MS);
    await ended.catch(() => undefined);
    clearTimeout(timer);
  }

  #start(): void {
    const { home, schema, log } = this.#options;
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { home, schema } satisfies QueryThreadData });
    worker.unref();
    this.#worker = worker;
    this.#isReady = false;
    worker.on('message', (reply: QueryReply) => this.#take(reply));
    worker.on('error', (error) => log.error('indexer.query-thread', { error }));
    worker.on('exit', () => {
      for (const one of this.#running.values()) this.#settle(one, new QueryBusyError('The query was broken off.'));
      this.#running.clear();
      if (worker !== this.#worker || this.#isClosed) return;
      // Not at once: a thread that cannot start would be started in a circle.
      setTimeout(() => this.#isClosed || this.#start(), GRACE_MS).unref();
    });
  }

  #take(reply: QueryReply): void {
    if ('isReady' in reply) this.#isReady = true;
    else if ('fault' in reply) this.#options.log.error('indexer.query-fault', { cause: reply.fault });
    else {
      const one = this.#running.get(reply.id);
      this.#running.delete(reply.id);
      if (one !== undefined) this.#settle(one, reply.body);
    }
    this.#next();
  }

  #next(): void {
    const { atOnce, timeoutMs } = this.#options;
    while (this.#isReady && this.#running.size < atOnce) {
      const one = this.#queue.shift();
      if (one === undefined) return;
      const id = this.#nextId++;
      this.#running.set(id, one);
      one.timer = setTimeout(() => this.#cutOff(id), timeoutMs + GRACE_MS);
      this.#worker?.postMessage({ id, request: one.request, timeoutMs } satisfies QueryMessage);
    }
  }

  #cutOff(id: number): void {
    const one = this.#running.get(id);
    if (one === undefined) return;
    this.#ended += 1;
    this.#running.delete(id);
    this.#settle(one, JSON.stringify({ errors: [{ message: 'The query took too long.' }] }));
    this.#isReady = false;
    this.#options.log.warn('indexer.query-cut-off', { query: one.request.query.slice(0, 500) });
    void this.#worker?.terminate();
  }

  #settle(one: Waiting, outcome: string | Error): void {
    clearTimeout(one.timer);
    if (typeof outcome === 'string') one.resolve(outcome);
    else one.reject(outcome);
  }
}
