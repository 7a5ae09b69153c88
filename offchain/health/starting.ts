/** Before a node has its id: it already listens, says that it starts, and waits for chain and database as long as it takes. */
import type { RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../store/log.ts';
import type { Cause, Health } from '../wire/condition.ts';
import { HoldfastError } from '../wire/errors.ts';
import { reasonOf } from './fact.ts';

const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 30_000;

export interface Start {
  readonly listener: RequestListener;
  /**
   * Does one step of the start; with `isPatient` again and again, with growing pauses, while it fails for a reason that passes: a machine that comes up before its RPC
   * or its database must not lose its node.
   */
  step<T>(work: () => Promise<T>): Promise<T>;
}

/** @param options.signal ends the waiting */
export function createStart(options: { readonly log: Logger; readonly isPatient: boolean; readonly signal?: AbortSignal | undefined }): Start {
  const { log, isPatient, signal } = options;
  const since = Math.floor(Date.now() / 1000);
  let waitsFor: string | undefined;
  const causes = (): Cause[] => [{ code: 'STARTING', since, sentence: waitsFor === undefined ? 'The node is starting.' : `The node is starting and waits: ${waitsFor}` }];
  const listener: RequestListener = (request, response) => {
    const health: Health = { ok: request.url === '/healthz', condition: 'starting', causes: causes() };
    const isHealth = request.url === '/healthz' || request.url === '/readyz';
    const error = { code: 'STARTING', message: causes()[0]?.sentence, retryable: true, details: {} };
    response.writeHead(request.url === '/healthz' ? 200 : 503, { 'content-type': 'application/json', 'retry-after': '1' });
    response.end(JSON.stringify(isHealth ? health : error));
  };
  return {
    listener,
    async step(work) {
      for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LAST_PAUSE_MS)) {
        try {
          return await work();
        } catch (error) {
          if (!isPatient || signal?.aborted === true || !(error instanceof HoldfastError && error.retryable)) throw error;
          waitsFor = reasonOf(error);
          log.warn('start.waiting', { error, retryInMs: pauseMs });
        }
        await sleep(pauseMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
      }
    },
  };
}
