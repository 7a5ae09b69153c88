/** One thread of the mappings, from its start to its end. */
import { MessageChannel, Worker } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { HostUnavailableError, MappingError, ThreadEndedError } from '../errors.ts';
import { answerQuestions } from './channel.ts';
import type { HostAnswers, HostQuestion, ThreadData, ThreadReply, ThreadRequest } from './messages.ts';
import type { BatchResult, IndexedBlock } from './types.ts';

export type ThreadSetup = Omit<ThreadData, 'channel' | 'progress'>;

/** Of its JavaScript: what it keeps in memory is bounded by settings; one that grows beyond ends alone, and not the node with it. */
const HEAP_MIB = 1_024;
const LOOKS_PER_STALL = 4;

interface Waiting {
  resolve(result: BatchResult | undefined): void;
  reject(error: unknown): void;
}

export class OneThread {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #progress: Int32Array<SharedArrayBuffer>;
  #waiting: Waiting | undefined;
  #end: Error | undefined;

  private constructor(setup: ThreadSetup, answers: HostAnswers) {
    const { port1, port2 } = new MessageChannel();
    const bell = new Int32Array(new SharedArrayBuffer(4));
    this.#port = port1;
    this.#progress = new Int32Array(new SharedArrayBuffer(8));
    answerQuestions<HostQuestion>({ port: port1, bell }, (question) => reply(answers, question));
    const workerData: ThreadData = { ...setup, channel: { port: port2, bell }, progress: this.#progress };
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData, transferList: [port2], resourceLimits: { maxOldGenerationSizeMb: HEAP_MIB } });
    // The process lives for its server, not for its threads.
    this.#worker.unref();
    port1.unref();
    this.#worker.on('error', (error) => this.#ended(`The thread of the mappings ended${this.#where()}: ${error instanceof Error ? error.message : String(error)}.`, error));
    this.#worker.on('exit', () => this.#ended(`The thread of the mappings ended${this.#where()}.`));
    this.#worker.on('message', (message: ThreadReply) => this.#take(message));
  }

  /** @throws MappingError when the code does not fit its manifest; ThreadEndedError */
  static async start(setup: ThreadSetup, answers: HostAnswers): Promise<OneThread> {
    const thread = new OneThread(setup, answers);
    try {
      await thread.#wait();
      return thread;
    } catch (error) {
      await thread.close();
      throw error;
    }
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** @throws HostUnavailableError; ThreadEndedError, also when no event is done with for `stallMs` */
  async run(blocks: readonly IndexedBlock[], stallMs: number): Promise<BatchResult> {
    const result = this.#wait();
    this.send({ kind: 'run', blocks });
    const watch = this.#watch(stallMs);
    try {
      return (await result) as BatchResult;
    } finally {
      clearInterval(watch);
    }
  }

  send(request: ThreadRequest): void {
    this.#worker.postMessage(request);
  }

  async close(): Promise<void> {
    this.#worker.ref();
    await this.#worker.terminate();
    this.#port.close();
  }

  #wait(): Promise<BatchResult | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#end !== undefined) return reject(this.#end);
      this.#waiting = { resolve, reject };
      this.#worker.ref();
    });
  }

  #take(message: ThreadReply): void {
    const now = this.#waiting;
    this.#waiting = undefined;
    this.#worker.unref();
    if ('isReady' in message) now?.resolve(undefined);
    else if ('refusal' in message) now?.reject(new MappingError(message.refusal));
    else if ('result' in message) now?.resolve(message.result);
    else now?.reject(message.isPassing ? new HostUnavailableError(message.failure) : new MappingError(message.failure));
  }

  #ended(sentence: string, cause?: unknown): void {
    this.#end ??= new ThreadEndedError(sentence, cause);
    this.#waiting?.reject(this.#end);
    this.#waiting = undefined;
  }

  /** Code that never returns cannot be told to. */
  #watch(stallMs: number): NodeJS.Timeout {
    let steps = -1;
    let sinceMs = performance.now();
    return setInterval(() => {
      const now = Atomics.load(this.#progress, 0);
      if (now !== steps) [steps, sinceMs] = [now, performance.now()];
      else if (performance.now() - sinceMs >= stallMs) {
        this.#ended(`The mappings got nowhere for ${stallMs / 1_000} s${this.#where()}.`);
        void this.#worker.terminate();
      }
    }, Math.ceil(stallMs / LOOKS_PER_STALL));
  }

  #where(): string {
    const block = Atomics.load(this.#progress, 1);
    return block === 0 ? '' : ` at block ${block}`;
  }
}

async function reply(answers: HostAnswers, question: HostQuestion): Promise<unknown> {
  switch (question.kind) {
    case 'load': return answers.load(question.type, question.id);
    case 'related': return answers.related(question.type, question.field, question.value);
    case 'chain': return answers.chain(question.question, question.blockHash);
    case 'log': return answers.log(question.level, question.message);
  }
}
