/** The thread in which queries run. */
import { parentPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { openNodeStore } from '../../store/open-node-store.ts';
import { INDEX_NAME } from '../store/index-name.ts';
import { QueryEngine } from './engine.ts';
import type { QueryRequest } from './engine.ts';

export interface QueryThreadData {
  readonly home: string;
  /** Of the index that is asked. */
  readonly deployment: string;
  readonly schema: string;
}
export interface QueryMessage {
  readonly id: number;
  /** JSON text of a QueryRequest. */
  readonly request: string;
  readonly timeoutMs: number;
}
/** `body`: JSON text. */
export type QueryReply = { readonly id: number; readonly body: string } | { readonly fault: string } | { readonly isReady: true };

const main = parentPort as MessagePort;
const { home, deployment, schema } = workerData as QueryThreadData;
const post = (reply: QueryReply): void => main.postMessage(reply);
const store = await openNodeStore({ home, name: INDEX_NAME });
const engine = new QueryEngine({ store, deployment, schema, onFault: (error) => post({ fault: error instanceof Error ? error.message : String(error) }) });

main.on('message', (message: QueryMessage | 'close') => {
  // Its database is closed in order, so that no connection is cut off.
  if (message === 'close') return void store.$disconnect().finally(() => process.exit(0));
  const { id, request, timeoutMs } = message;
  void engine.answer(JSON.parse(request) as QueryRequest, { timeoutMs }).then((answer) => post({ id, body: JSON.stringify(answer) }));
});
post({ isReady: true });
