/** The thread in which mappings run: it may wait for answers, and its computing holds up nobody else's event loop. */
import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { HostUnavailableError, MappingError } from '../errors.ts';
import type { EntityData } from '../schema/model.ts';
import { askAndWait } from './channel.ts';
import { Mapper } from './mapper.ts';
import type { HostQuestion, ThreadData, ThreadReply, ThreadRequest } from './messages.ts';

const { channel, progress, ...data } = workerData as ThreadData;
const main = parentPort as MessagePort;
const post = (reply: ThreadReply): void => main.postMessage(reply);
const step = (): void => void Atomics.add(progress, 0, 1);
const ask = (question: HostQuestion): unknown => {
  const answer = askAndWait(channel, question);
  step();
  return answer;
};

function createMapper(): Mapper {
  return new Mapper({
    ...data,
    database: {
      load: (type, id) => ask({ kind: 'load', type, id }) as EntityData | undefined,
      related: (type, field, value) => ask({ kind: 'related', type, field, value }) as readonly string[],
    },
    ask: (question, blockHash) => ask({ kind: 'chain', question, blockHash }) as `0x${string}` | undefined,
    log: (level, message) => void ask({ kind: 'log', level, message }),
    onEvent: (block) => {
      Atomics.store(progress, 1, block);
      step();
    },
  });
}

function answer(mapper: Mapper, { blocks }: ThreadRequest & { kind: 'run' }): ThreadReply {
  try {
    return { result: mapper.run(blocks) };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error), isPassing: error instanceof HostUnavailableError };
  }
}

try {
  const mapper = createMapper();
  main.on('message', (request: ThreadRequest) => (request.kind === 'forget' ? mapper.entities.forget(request.empty) : post(answer(mapper, request))));
  post({ isReady: true });
} catch (error) {
  if (!(error instanceof MappingError)) throw error;
  post({ refusal: error.shortMessage });
}
