/** What workers ask a heavy node. */
import type { IncomingMessage } from 'node:http';
import { Router } from 'express';
import { z } from 'zod';
import { BadRequestError, TooLargeError, UnavailableError } from '../../wire/http-errors.ts';
import { jsonBody } from '../../wire/http-server.ts';
import { JOB_POLL_MS, JobFailure, PromiseRequest } from '../../wire/jobs.ts';
import { address } from '../../wire/fields.ts';
import { parseAs } from '../../wire/json.ts';
import type { HeavyContext } from '../context.ts';
import { SMALL_BODY_BYTES } from '../limits.ts';
import type { Workers } from './create-workers.ts';
import { readWorkers } from './report.ts';

const JobPath = z.object({ job: z.string().regex(/^[0-9a-f]{32}$/) });
const WorkerPath = z.object({ worker: address });

export function jobRoutes(context: HeavyContext, workers: Workers): Router {
  const { attachments, board } = workers;
  const router = Router();
  const parts = { ...workers, isHere: (worker: string) => attachments.isHere(worker) };

  router.get('/workers', async (_request, response) => void response.json(await readWorkers(context, parts)));
  router.get('/workers/:worker', async (request, response) => {
    response.json(await readWorkers(context, parts, parseAs(WorkerPath, request.params, 'The path').worker));
  });
  router.post('/workers', jsonBody(SMALL_BODY_BYTES), async (request, response) => {
    if (!context.settings.workers.enabled) throw new UnavailableError('This heavy node takes no workers.', { code: 'NO_WORKERS', nextStep: 'Choose another heavy node.' });
    response.json(await attachments.attach(parseAs(PromiseRequest, request.body, 'The promise')));
  });

  router.post('/jobs/lease', async (request, response) => {
    const account = await attachments.require(request.headers.authorization);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const leased = await board.lease(account, AbortSignal.any([gone.signal, context.signal, AbortSignal.timeout(JOB_POLL_MS)]));
    if (leased === undefined) response.status(204).end();
    else response.json(leased);
  });
  router.put('/jobs/:job/result', async (request, response) => {
    const { worker } = await attachments.require(request.headers.authorization);
    const { job } = parseAs(JobPath, request.params, 'The path');
    const sizeBytes = board.resultBytes(worker, job);
    const outcome = await board.complete(worker, job, (signal) => readExactly(request, sizeBytes, AbortSignal.any([signal, context.signal])));
    response.json(outcome);
  });
  router.post('/jobs/:job/failure', jsonBody(SMALL_BODY_BYTES), async (request, response) => {
    const { worker } = await attachments.require(request.headers.authorization);
    board.giveBack(worker, parseAs(JobPath, request.params, 'The path').job, parseAs(JobFailure, request.body, 'The report'));
    response.json({ taken: true });
  });
  return router;
}

/** The whole body, which must have this size; nothing is kept of one that has not. */
async function readExactly(request: IncomingMessage, sizeBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const announced = Number(request.headers['content-length'] ?? Number.NaN);
  if (announced > sizeBytes) throw new TooLargeError(`The result has ${announced} bytes; ${sizeBytes} are wanted.`);
  if (announced !== sizeBytes) throw new BadRequestError(`The result must announce its ${sizeBytes} bytes.`, { code: 'WRONG_SIZE' });
  const stop = (): void => void request.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const bytes = new Uint8Array(sizeBytes);
    let at = 0;
    for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
      if (at + part.length > sizeBytes) throw new TooLargeError(`The result has more than ${sizeBytes} bytes.`);
      bytes.set(part, at);
      at += part.length;
    }
    if (at !== sizeBytes) throw new BadRequestError(`The result broke off after ${at} of ${sizeBytes} bytes.`, { code: 'TRUNCATED_RESULT' });
    return bytes;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
