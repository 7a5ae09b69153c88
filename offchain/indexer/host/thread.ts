/** Starts the thread of the mappings, gives it blocks, and answers what it asks. */
import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import { HostUnavailableError, MappingError } from '../errors.ts';
import { answerQuestions } from './channel.ts';
import type { HostAnswers, HostQuestion, ThreadData, ThreadReply, ThreadRequest } from './messages.ts';
import type { BatchResult, IndexedBlock } from './types.ts';

export interface MappingThread {
  /** One batch at a time. @throws HostUnavailableError: `forget`, and do it again later */
  run(blocks: readonly IndexedBlock[]): Promise<BatchResult>;
  forget(empty: readonly string[]): void;
  close(): Promise<void>;
}

/** @throws MappingError when the code does not fit its manifest */
export async function startMappingThread(data: Omit<ThreadData, 'channel'>, answers: HostAnswers): Promise<MappingThread> {
  const { port1, port2 } = new MessageChannel();
  const bell = new Int32Array(new SharedArrayBuffer(4));
  answerQuestions<HostQuestion>({ port: port1, bell }, (question) => reply(answers, question));
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: { ...data, channel: { port: port2, bell } } satisfies ThreadData, transferList: [port2] });
  // The process lives for its server, not for its threads.
  worker.unref();
  port1.unref();
  let waiting: { resolve(result: BatchResult): void; reject(error: unknown): void } | undefined;
  const fail = (error: unknown): void => {
    waiting?.reject(error);
    waiting = undefined;
  };
  let ended: Error | undefined;
  worker.on('error', (error) => {
    ended = new MappingError(`The thread of the mappings ended: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    fail(ended);
  });
  worker.on('exit', () => fail((ended ??= new HostUnavailableError('The thread of the mappings has ended.'))));
  worker.on('message', (message: ThreadReply) => {
    const now = waiting;
    waiting = undefined;
    worker.unref();
    if ('result' in message) now?.resolve(message.result);
    else now?.reject(message.isPassing ? new HostUnavailableError(message.failure) : new MappingError(message.failure));
  });
  const send = (request: ThreadRequest): void => worker.postMessage(request);
  await once(worker, 'online');
  return {
    run: (blocks) => new Promise((resolve, reject) => {
      if (ended !== undefined) return reject(ended);
      waiting = { resolve, reject };
      worker.ref();
      send({ kind: 'run', blocks });
    }),
    forget: (empty) => send({ kind: 'forget', empty }),
    async close() {
      worker.ref();
      await worker.terminate();
      port1.close();
    },
  };
}

async function reply(answers: HostAnswers, question: HostQuestion): Promise<unknown> {
  switch (question.kind) {
    case 'load': return answers.load(question.type, question.id);
    case 'related': return answers.related(question.type, question.field, question.value);
    case 'chain': return answers.chain(question.question, question.blockHash);
    case 'log': return answers.log(question.level, question.message);
  }
}
