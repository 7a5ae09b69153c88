import type { Express, Request } from 'express';
import { z } from 'zod';
import { addHealthRoutes } from '../health/routes.ts';
import { FRAGMENT, keyOf, leavesOf } from '../provider/fragment-request.ts';
import { sendRange } from '../provider/send-range.ts';
import { cors } from '../wire/cors.ts';
import type { EdgeStatus } from '../wire/edge-status.ts';
import { uint32 } from '../wire/fields.ts';
import { BadRequestError, UnavailableError } from '../wire/http-errors.ts';
import { createApp, errorMiddleware, notFoundMiddleware } from '../wire/http-server.ts';
import { parseAs } from '../wire/json.ts';
import { BUNDLE_HEADER, VOUCHER_HEADER } from '../wire/paid-reads.ts';
import type { Edge } from './context.ts';
import { serve } from './serve.ts';

const Bundle = z.coerce.number().pipe(uint32);

/** The edge node's HTTP interface. */
export function createEdgeApp(edge: Edge): Express {
  const app = createApp();
  addHealthRoutes(app, edge.health);
  app.use(cors(edge.config.cors));
  app.get('/status', (_request, response) => void response.json(statusOf(edge)));
  app.get(FRAGMENT, async (request, response) => {
    const { first, count } = leavesOf(request);
    if (first === undefined || count === undefined) throw new BadRequestError('An edge node wants first and count in the query.');
    const { counts } = edge;
    const read = { key: keyOf(request), bundle: bundleOf(request), first, count, from: request.socket.remoteAddress ?? '', voucher: request.headers[VOUCHER_HEADER] };
    const reading = edge.places.use(async (place) => {
      const { range, charge } = await serve(edge, read);
      await sendRange(response, { range, charge, place, onPiece: (sizeBytes) => void (counts.sentBytes += sizeBytes) });
    });
    if (reading === undefined) throw new UnavailableError('This edge node serves as many reads at once as it can.', { code: 'BUSY', details: { retryAfterSeconds: 1 } });
    await reading;
  });
  app.use(notFoundMiddleware);
  app.use(
    errorMiddleware((error, status) => {
      if (status >= 500) edge.log.error('request.failed', { status, error });
    }),
  );
  return app;
}

/** What anybody may know about this node. */
export function statusOf({ id, config, cache, counts, puller, health }: Edge): EdgeStatus {
  const { condition, causes } = health.known();
  return {
    id,
    region: config.region,
    entries: cache.entries,
    bytes: cache.bytes,
    maxBytes: config.cache.maxBytes,
    hits: counts.hits,
    misses: counts.misses,
    pulls: puller.pulls,
    sentBytes: counts.sentBytes,
    condition,
    causes,
  };
}

function bundleOf(request: Request): number {
  const header = request.headers[BUNDLE_HEADER];
  if (header === undefined) throw new BadRequestError(`The header ${BUNDLE_HEADER} is missing: it says what the fragment must be.`);
  return parseAs(Bundle, header, `The header ${BUNDLE_HEADER}`);
}
