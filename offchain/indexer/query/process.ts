/** The process in which queries run, in a thread of it: this one stays free to end both when the node is gone, whatever the database is doing. */
import { Worker } from 'node:worker_threads';
import type { QueryReply, QueryThreadData } from './worker.ts';

const send = (reply: QueryReply): void => void process.send?.(reply);

// A statement that runs for ever would outlive the node otherwise.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
process.once('message', (message: unknown) => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: message as QueryThreadData });
  worker.on('message', send);
  worker.on('error', (error) => send({ fault: error instanceof Error ? error.message : String(error) }));
  worker.on('exit', (code) => process.exit(code));
  process.on('message', (next: unknown) => worker.postMessage(next));
});
