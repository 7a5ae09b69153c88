/** The heavy node's HTTP interface; wire/messages.ts has its bodies. */
import type { Express } from 'express';
import { z } from 'zod';
import type { NodeHealth } from '../health/health.ts';
import { addHealthRoutes } from '../health/routes.ts';
import { address, id } from '../wire/fields.ts';
import { cors } from '../wire/cors.ts';
import { createApp, errorMiddleware, jsonBody, notFoundMiddleware } from '../wire/http-server.ts';
import { NotFoundError } from '../wire/http-errors.ts';
import { parseAs } from '../wire/json.ts';
import { CandidatesRequest, MatchRequest, NameMessage, ProofRequest, SealRequest } from '../wire/messages.ts';
import { createAdmission } from './admission.ts';
import { jobRoutes } from './jobs/routes.ts';
import type { Workers } from './jobs/create-workers.ts';
import { ReadRequest, readForNeighbour } from './audit/second-path.ts';
import type { ContentRegister } from './contents/contents.ts';
import { addContentRoutes } from './contents/routes.ts';
import { indexerMetrics } from '../indexer/metrics.ts';
import { addQueryRoutes } from '../indexer/routes.ts';
import type { IndexerService } from '../indexer/service.ts';
import type { HeavyContext } from './context.ts';
import type { Footprint } from './footprint.ts';
import { createHolders } from './holders.ts';
import { ASKS_SHOWN, MATCHES_AT_ONCE, READS_FOR_NEIGHBOURS, SMALL_BODY_BYTES } from './limits.ts';
import type { Liveness } from './liveness.ts';
import { candidates, match } from './match.ts';
import type { Mailbox } from './mailbox/mailbox.ts';
import { addMailboxRoutes } from './mailbox/routes.ts';
import type { Names } from './name-copies.ts';
import type { Relay } from './relay.ts';
import type { Records } from './records/records.ts';
import { addRecordRoutes } from './records/routes.ts';
import type { Losses } from './repair/losses.ts';
import { publishOne, publishPage } from './reputation/publish.ts';
import type { Seals } from './seals.ts';
import { readStatus } from './status.ts';

export interface HeavyParts {
  readonly contents: ContentRegister;
  readonly footprint: Footprint;
  readonly liveness: Liveness;
  readonly losses: Losses;
  readonly mailbox: Mailbox;
  readonly names: Names;
  readonly records: Records;
  readonly relay: Relay;
  readonly seals: Seals;
  readonly health: NodeHealth;
  readonly workers: Workers;
  /** Undefined where it is switched off. */
  readonly indexer: IndexerService | undefined;
}

const SealPath = z.object({ agreement: z.coerce.number().pipe(id) });
const ReputationPath = z.object({ node: z.coerce.number().pipe(id) });
const PageQuery = z.object({ from: z.coerce.number().pipe(id).default(1) });
const RelayPath = z.object({ node: z.coerce.number().pipe(id) });
const ContentPath = z.object({ contentId: z.string().max(128) });
const NamePath = z.object({ creator: address });
/** Heavy nodes among themselves: `copy` marks a record that another one passes on, `local` asks for no further questions. */
const NameQuery = z.object({ copy: z.literal('1').optional(), local: z.literal('1').optional() });

export function createHeavyApp(context: HeavyContext, parts: HeavyParts): Express {
  const { names, seals } = parts;
  const matchAdmission = createAdmission(MATCHES_AT_ONCE);
  const candidatesAdmission = createAdmission(MATCHES_AT_ONCE);
  const holders = createHolders(context);
  const readsAdmission = createAdmission(READS_FOR_NEIGHBOURS);
  const app = createApp();

  addHealthRoutes(app, parts.health, { metrics: async () => indexerMetrics(parts.indexer) });
  app.use(cors(context.settings.cors));
  // Nothing is parsed on this way: bodies stream through.
  app.use('/relay/:node', (request, response) => context.graph.relay(parseAs(RelayPath, request.params, 'The path').node)(request, response));
  app.get('/peer', (_request, response) => {
    const card = context.graph.card();
    if (card === undefined) throw new NotFoundError('This heavy node has no peer.', { code: 'PEER_OFF' });
    response.json(card);
  });
  app.get('/asks', async (_request, response) => void response.json({ asks: context.asks.list(await context.chain.nowSeconds()).slice(0, ASKS_SHOWN) }));
  app.get('/notices', async (_request, response) => void response.json({ notices: context.graph.notices.list(await context.chain.nowSeconds()).slice(0, ASKS_SHOWN) }));
  app.get('/status', async (_request, response) => void response.json(await readStatus(context, parts)));

  app.get('/contents/:contentId/providers', async (request, response) => void response.json(await holders.of(parseAs(ContentPath, request.params, 'The path').contentId)));

  app.get('/agreements/:agreement/losses', (request, response) => void response.json({ batches: parts.losses.of(parseAs(SealPath, request.params, 'The path').agreement) }));

  app.post('/match', jsonBody(), async (request, response) => {
    const body = parseAs(MatchRequest, request.body, 'The request');
    response.json(await matchAdmission(() => match(context, body)));
  });
  app.post('/candidates', jsonBody(), async (request, response) => {
    const body = parseAs(CandidatesRequest, request.body, 'The request');
    response.json(await candidatesAdmission(() => candidates(context, body)));
  });

  app.get('/reputation', async (request, response) => {
    response.json(await publishPage(context, parseAs(PageQuery, request.query, 'The query').from));
  });
  app.get('/reputation/:node', async (request, response) => {
    response.json(await publishOne(context, parseAs(ReputationPath, request.params, 'The path').node));
  });
  app.post('/reads', jsonBody(SMALL_BODY_BYTES), async (request, response) => {
    const body = parseAs(ReadRequest, request.body, 'The request');
    const bytes = await readsAdmission(() => readForNeighbour(context, body, request.headers.authorization));
    response.type('application/octet-stream').send(Buffer.from(bytes));
  });

  app.post('/proofs', jsonBody(SMALL_BODY_BYTES), async (request, response) => {
    response.json(await parts.relay.accept(parseAs(ProofRequest, request.body, 'The proof')));
  });

  app.put('/seals/:agreement', jsonBody(SMALL_BODY_BYTES), async (request, response) => {
    const { agreement } = parseAs(SealPath, request.params, 'The path');
    await seals.accept(agreement, parseAs(SealRequest, request.body, 'The seal key'));
    response.json({ agreement, stored: true });
  });

  app.put('/names/:creator', jsonBody(SMALL_BODY_BYTES), async (request, response) => {
    const { creator } = parseAs(NamePath, request.params, 'The path');
    const { copy } = parseAs(NameQuery, request.query, 'The query');
    response.json(await names.put(creator, parseAs(NameMessage, request.body, 'The name record'), { isCopy: copy === '1' }));
  });
  app.get('/names/:creator', async (request, response) => {
    const { creator } = parseAs(NamePath, request.params, 'The path');
    const { local } = parseAs(NameQuery, request.query, 'The query');
    response.json(await names.get(creator, { isLocal: local === '1' }));
  });

  app.use(jobRoutes(context, parts.workers));
  addRecordRoutes(app, parts.records);
  addContentRoutes(app, parts.contents);
  addMailboxRoutes(app, parts.mailbox);
  addQueryRoutes(app, parts.indexer);

  app.use(notFoundMiddleware);
  app.use(
    errorMiddleware((error, status) => {
      if (status >= 500) context.log.error('request.failed', { status, error });
    }),
  );
  return app;
}
