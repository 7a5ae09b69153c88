import { finished, pipeline } from 'node:stream/promises';
import type { Express, Request, Response } from 'express';
import { z } from 'zod';
import { hash, id, uint, uint32 } from '../wire/fields.ts';
import { createApp, errorMiddleware, jsonBody, notFoundMiddleware } from '../wire/http-server.ts';
import { parseAs } from '../wire/json.ts';
import { BUNDLE_BODY_BYTES, SLOTS_MAX } from '../wire/limits.ts';
import { BundleRequest, OfferRequest, SuccessionRequest } from '../wire/messages.ts';
import type { Provider } from './context.ts';
import type { FragmentKey } from './errors.ts';
import { getBundle } from './get-bundle.ts';
import { getFragment } from './get-fragment.ts';
import { getReadiness, getStatus } from './get-status.ts';
import { postBundle } from './post-bundle.ts';
import { postOffer } from './post-offer.ts';
import { postSuccession } from './post-succession.ts';
import { putFragment } from './put-fragment.ts';

const FragmentPath = z.object({ agreement: z.coerce.number().pipe(id), batchId: hash, slot: z.coerce.number().pipe(uint(SLOTS_MAX - 1)) });
const BundlePath = z.object({ agreement: z.coerce.number().pipe(id), bundle: z.coerce.number().pipe(uint32) });
const LeafQuery = z.object({ first: z.coerce.number().pipe(uint32).optional(), count: z.coerce.number().pipe(uint32).optional() });
const RootQuery = z.object({ root: hash.optional() });

const FRAGMENT = '/agreements/:agreement/batches/:batchId/fragments/:slot';

/** A refused upload is read this long before the answer goes out. */
const DRAIN_TIMEOUT_MS = 5_000;

/** The provider's HTTP interface; wire/messages.ts has its bodies. */
export function createProviderApp(provider: Provider): Express {
  const app = createApp();
  app.get('/healthz', (_request, response) => void response.json({ ok: true, causes: [] }));
  app.get('/readyz', async (_request, response) => {
    const health = await getReadiness(provider);
    response.status(health.ok ? 200 : 503).json(health);
  });
  app.get('/status', async (_request, response) => void response.json(await getStatus(provider)));
  app.post('/offers', jsonBody(), async (request, response) => {
    response.json(await postOffer(provider, parseAs(OfferRequest, request.body, 'The request').terms));
  });
  app.put(FRAGMENT, (request, response) => receiveFragment(provider, request, response));
  app.get(FRAGMENT, (request, response) => sendFragment(provider, request, response));
  app.post('/agreements/:agreement/bundles', jsonBody(BUNDLE_BODY_BYTES), async (request, response) => {
    const { agreement } = parseAs(BundlePath.pick({ agreement: true }), request.params, 'The path');
    const body = parseAs(BundleRequest, request.body, 'The bundle');
    response.json(await postBundle(provider, { ...body, agreement, header: request.headers.authorization }));
  });
  app.get('/agreements/:agreement/bundles/:bundle', async (request, response) => {
    const { root } = parseAs(RootQuery, request.query, 'The query');
    response.json(await getBundle(provider, { ...parseAs(BundlePath, request.params, 'The path'), root }));
  });
  app.post('/successions', jsonBody(), async (request, response) => {
    const body = parseAs(SuccessionRequest, request.body, 'The request');
    response.json(await postSuccession(provider, { ...body, header: request.headers.authorization }));
  });
  app.use(notFoundMiddleware);
  app.use(
    errorMiddleware((error, status) => {
      if (status >= 500) provider.log.error('request.failed', { status, error });
    }),
  );
  return app;
}

async function receiveFragment(provider: Provider, request: Request, response: Response): Promise<void> {
  const announced = request.headers['content-length'];
  const expectedRoot = parseAs(hash.optional(), request.headers['x-holdfast-root'], 'The header x-holdfast-root');
  try {
    const root = await putFragment(provider, {
      key: keyOf(request),
      header: request.headers.authorization,
      body: request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>,
      contentBytes: announced === undefined ? undefined : Number(announced),
      expectedRoot: lowerCase(expectedRoot),
    });
    // A fragment that was here already is answered at once; what is still on its way is read and dropped.
    response.json({ root });
    request.resume();
  } catch (error) {
    // Closing the connection on a sender in full flow would lose the answer that says why.
    await drain(request);
    throw error;
  }
}

async function drain(request: Request): Promise<void> {
  request.resume();
  const signal = AbortSignal.timeout(DRAIN_TIMEOUT_MS);
  await finished(request, { signal, writable: false, cleanup: true }).catch(() => undefined);
}

async function sendFragment(provider: Provider, request: Request, response: Response): Promise<void> {
  const { first, count } = parseAs(LeafQuery, request.query, 'The query');
  const range = await getFragment(provider, { key: keyOf(request), first, count });
  response.type('application/octet-stream');
  response.setHeader('x-holdfast-proof-bytes', String(range.proof.length));
  response.setHeader('content-length', String(range.sizeBytes + range.proof.length));
  await pipeline(range.stream, response, { end: false });
  response.end(range.proof);
}

function keyOf(request: Request): FragmentKey {
  const key = parseAs(FragmentPath, request.params, 'The path');
  return { ...key, batchId: lowerCase(key.batchId) };
}

function lowerCase<T extends string | undefined>(hex: T): T {
  return hex?.toLowerCase() as T;
}
