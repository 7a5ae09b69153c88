/** The thread in which mappings run: it may wait for answers, and its computing holds up nobody else's event loop. */
import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { HostUnavailableError } from '../errors.ts';
import type { EntityData } from '../schema/model.ts';
import { askAndWait } from './channel.ts';
import { Mapper } from './mapper.ts';
import type { HostQuestion, ThreadData, ThreadReply, ThreadRequest } from './messages.ts';

const { channel, ...data } = workerData as ThreadData;
const main = parentPort as MessagePort;
const ask = (question: HostQuestion): unknown => askAndWait(channel, question);

const mapper = new Mapper({
  ...data,
  database: {
    load: (type, id) => ask({ kind: 'load', type, id }) as EntityData | undefined,
    related: (type, field, value) => ask({ kind: 'related', type, field, value }) as readonly string[],
  },
  ask: (question, blockHash) => ask({ kind: 'chain', question, blockHash }) as `0x${string}` | undefined,
  log: (level, message) => void ask({ kind: 'log', level, message }),
});

main.on('message', (request: ThreadRequest) => {
  if (request.kind === 'forget') return mapper.entities.forget(request.empty);
  main.postMessage(answer(request));
});

function answer(request: ThreadRequest & { kind: 'run' }): ThreadReply {
  try {
    return { result: mapper.run(request.blocks) };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error), isPassing: error instanceof HostUnavailableError };
  }
}
