import type { Express } from 'express';
import { z } from 'zod';
import { addHealthRoutes } from '../health/routes.ts';
import { cors } from '../wire/cors.ts';
import { hash, id, uint16, uint32 } from '../wire/fields.ts';
import { createApp, errorMiddleware, jsonBody, notFoundMiddleware } from '../wire/http-server.ts';
import { parseAs } from '../wire/json.ts';
import { BUNDLE_BODY_BYTES } from '../wire/limits.ts';
import { BundleRequest, ExtensionRequest, OfferRequest, SuccessionRequest } from '../wire/messages.ts';
import { TariffMessage } from '../wire/tariff.ts';
import type { Provider } from './context.ts';
import { addFragmentRoutes } from './fragment-routes.ts';
import { getBundle } from './get-bundle.ts';
import { getDamaged } from './get-damaged.ts';
import { getMetrics } from './get-metrics.ts';
import { getStatus } from './get-status.ts';
import { getTariff } from './get-tariff.ts';
import { postBundle } from './post-bundle.ts';
import { postExtension } from './post-extension.ts';
import { postOffer } from './post-offer.ts';
import { postSuccession } from './post-succession.ts';
import { postTariff } from './post-tariff.ts';
import { partiesOnly } from './parties-only.ts';
import { sendDocument } from './send-range.ts';

const BundlePath = z.object({ agreement: z.coerce.number().pipe(id), bundle: z.coerce.number().pipe(uint32) });
const SlotPath = z.object({ agreement: z.coerce.number().pipe(id), slot: z.coerce.number().pipe(uint16) });
const RootQuery = z.object({ root: hash.optional() });

/** The provider's HTTP interface; wire/messages.ts has its bodies. */
export function createProviderApp(provider: Provider): Express {
  const app = createApp();
  addHealthRoutes(app, provider.health, { metrics: () => getMetrics(provider) });
  app.use(cors(provider.config.cors));
  app.get('/status', async (_request, response) => void response.json(await getStatus(provider)));
  app.get('/tariff', async (_request, response) => void response.json(await getTariff(provider)));
  app.post('/tariff', jsonBody(), async (request, response) => {
    response.json(await postTariff(provider, parseAs(TariffMessage, request.body, 'The tariff')));
  });
  app.post('/offers', jsonBody(), async (request, response) => {
    response.json(await postOffer(provider, parseAs(OfferRequest, request.body, 'The request')));
  });
  addFragmentRoutes(app, provider);
  app.post('/agreements/:agreement/bundles', partiesOnly(provider), jsonBody(BUNDLE_BODY_BYTES), async (request, response) => {
    const { agreement } = parseAs(BundlePath.pick({ agreement: true }), request.params, 'The path');
    const body = parseAs(BundleRequest, request.body, 'The bundle');
    response.json(await postBundle(provider, { ...body, agreement, header: request.headers.authorization }));
  });
  app.get('/agreements/:agreement/bundles/:bundle', async (request, response) => {
    const { root } = parseAs(RootQuery, request.query, 'The query');
    // A large bundle's is many megabytes.
    await provider.traffic.read(async (place) => {
      const document = await getBundle(provider, { ...parseAs(BundlePath, request.params, 'The path'), root });
      await sendDocument(response, { document, place });
    });
  });
  app.get('/agreements/:agreement/damaged/:slot', async (request, response) => {
    response.json(await getDamaged(provider, { ...parseAs(SlotPath, request.params, 'The path'), header: request.headers.authorization }));
  });
  app.post('/successions', jsonBody(), async (request, response) => {
    const body = parseAs(SuccessionRequest, request.body, 'The request');
    response.json(await postSuccession(provider, { ...body, header: request.headers.authorization }));
  });
  app.post('/extensions', jsonBody(), async (request, response) => {
    response.json(await postExtension(provider, parseAs(ExtensionRequest, request.body, 'The request')));
  });
  app.use(notFoundMiddleware);
  app.use(
    errorMiddleware((error, status) => {
      if (status >= 500) provider.log.error('request.failed', { status, error });
    }),
  );
  return app;
}
