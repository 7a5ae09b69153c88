/** Questions that a thread asks and waits for without returning to its event loop: mappings call the host, and the host's answer must be there when it returns. */
import { receiveMessageOnPort } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { HostUnavailableError } from '../errors.ts';

/** Longer than the chain is asked with all its retries. */
const ANSWER_MS = 120_000;

export interface ChannelEnds {
  readonly port: MessagePort;
  /** Raised by one with each answer. */
  readonly bell: Int32Array<SharedArrayBuffer>;
}

type Answer = { readonly value: unknown } | { readonly failure: string };

/** The thread's side. @throws HostUnavailableError */
export function askAndWait({ port, bell }: ChannelEnds, question: unknown): unknown {
  const rung = Atomics.load(bell, 0);
  port.postMessage(question);
  if (Atomics.wait(bell, 0, rung, ANSWER_MS) === 'timed-out') throw new HostUnavailableError('The indexer did not get an answer in time.');
  const received = receiveMessageOnPort(port) as { message: Answer } | undefined;
  if (received === undefined) throw new HostUnavailableError('The indexer was not answered.');
  if ('failure' in received.message) throw new HostUnavailableError(received.message.failure);
  return received.message.value;
}

/** The side that answers. */
export function answerQuestions<Q>({ port, bell }: ChannelEnds, answer: (question: Q) => Promise<unknown>): void {
  port.on('message', (question: Q) => {
    void answer(question).then((value): Answer => ({ value }), (error: unknown): Answer => ({ failure: error instanceof Error ? error.message : String(error) })).then((message) => {
      port.postMessage(message);
      Atomics.add(bell, 0, 1);
      Atomics.notify(bell, 0);
    });
  });
}
