/** Queries wait here for the process that answers them; one that takes too long is killed with it, and a new one goes on. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Logger } from '../../store/log.ts';
import { QueryBusyError, QueryError } from './errors.ts';
import type { QueryRequest } from './engine.ts';
import { requestText } from './request.ts';
import type { QueryMessage, QueryReply, QueryThreadData } from './worker.ts';

export interface QueryProcessOptions extends QueryThreadData {
  readonly timeoutMs: number;
  readonly queueMax: number;
  /** Queries that it works on at once: an embedded database does one thing after the other anyway. */
  readonly atOnce: number;
  readonly log: Logger;
}

interface Waiting {
  /** As JSON. */
  readonly request: string;
  resolve(body: string): void;
  reject(error: unknown): void;
  timer?: NodeJS.Timeout;
}

const PROGRAM = fileURLToPath(new URL('./process.ts', import.meta.url));
const HEAP_MIB = 512;
/** Beyond its own time a query may need this much to be read, checked and written down. */
const GRACE_MS = 1_000;
const CLOSE_MS = 2_000;
/** One that ends by itself is not started again at once. */
const PAUSE_MS = 1_000;
/** Longer than others in front of it take, where the process works at all. */
const QUEUED_MS = 30_000;

export class QueryProcess {
  readonly #options: QueryProcessOptions;
  readonly #queue: Waiting[] = [];
  readonly #running = new Map<number, Waiting>();
  readonly #endNow = (): void => void this.#child?.kill('SIGKILL');
  #child: ChildProcess | undefined;
  #isReady = false;
  #isClosed = false;
  #nextId = 0;
  #cut = 0;

  constructor(options: QueryProcessOptions) {
    this.#options = options;
    process.once('exit', this.#endNow);
    this.#start();
  }

  /** Queries that were cut off so far. */
  get cutOff(): number {
    return this.#cut;
  }

  /** JSON text of a QueryAnswer. @throws QueryBusyError */
  ask(request: QueryRequest): Promise<string> {
    if (this.#isClosed) return Promise.reject(new QueryBusyError('The indexer is being stopped.'));
    if (this.#queue.length >= this.#options.queueMax) return Promise.reject(new QueryBusyError('Too many queries wait already.'));
    let text: string;
    try {
      text = requestText(request);
    } catch (error) {
      return error instanceof QueryError ? Promise.resolve(JSON.stringify({ errors: [{ message: error.shortMessage }] })) : Promise.reject(error as Error);
    }
    return new Promise((resolve, reject) => {
      const one: Waiting = { request: text, resolve, reject };
      one.timer = setTimeout(() => this.#giveUp(one), QUEUED_MS);
      this.#queue.push(one);
      this.#next();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    process.removeListener('exit', this.#endNow);
    for (const one of [...this.#queue.splice(0), ...this.#running.values()]) this.#settle(one, new QueryBusyError('The indexer is being stopped.'));
    this.#running.clear();
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    const ended = once(child, 'exit');
    if (child.connected) child.send('close');
    const timer = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS);
    await ended;
    clearTimeout(timer);
  }

  #start(): void {
    const { home, deployment, schema, log } = this.#options;
    const child = fork(PROGRAM, [], { execArgv: ['--disable-warning=ExperimentalWarning', `--max-old-space-size=${HEAP_MIB}`], serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#child = child;
    this.#isReady = false;
    // The node lives for its server, not for this one.
    child.unref();
    child.channel?.unref();
    child.send({ home, deployment, schema } satisfies QueryThreadData, () => undefined);
    child.on('message', (reply) => this.#take(reply as QueryReply));
    child.on('error', (error) => log.error('indexer.query-process', { error }));
    child.on('exit', (code) => {
      if (child !== this.#child) return;
      for (const one of this.#running.values()) this.#settle(one, new QueryBusyError('The query was broken off.'));
      this.#running.clear();
      if (this.#isClosed) return;
      // One that never got so far as to answer will not help those that wait.
      if (!this.#isReady) for (const one of this.#queue.splice(0)) this.#settle(one, new QueryBusyError('The database of the index cannot be opened.'));
      log.warn('indexer.query-process', { code });
      setTimeout(() => this.#isClosed || this.#start(), PAUSE_MS).unref();
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
      clearTimeout(one.timer);
      one.timer = setTimeout(() => this.#cutOff(id), timeoutMs + GRACE_MS);
      this.#child?.send({ id, request: one.request, timeoutMs } satisfies QueryMessage, () => undefined);
    }
  }

  #giveUp(one: Waiting): void {
    const at = this.#queue.indexOf(one);
    if (at < 0) return;
    this.#queue.splice(at, 1);
    this.#settle(one, new QueryBusyError('The query waited too long for its turn.'));
  }

  /** Who asked at the same time is told to ask again. */
  #cutOff(id: number): void {
    const one = this.#running.get(id);
    if (one === undefined) return;
    this.#cut += 1;
    this.#running.delete(id);
    this.#settle(one, JSON.stringify({ errors: [{ message: 'The query took too long.' }] }));
    for (const other of this.#running.values()) this.#settle(other, new QueryBusyError('The query was broken off.'));
    this.#running.clear();
    this.#options.log.warn('indexer.query-cut-off', { request: one.request.slice(0, 500) });
    const child = this.#child;
    this.#start();
    child?.kill('SIGKILL');
  }

  #settle(one: Waiting, outcome: string | Error): void {
    clearTimeout(one.timer);
    if (typeof outcome === 'string') one.resolve(outcome);
    else one.reject(outcome);
  }
}
