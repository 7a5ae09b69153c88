/** POST /subgraphs/name/holdfast: queries as The Graph takes them. */
import type { Express, Request, Response } from 'express';
import { z } from 'zod';
import { jsonBody } from '../wire/http-server.ts';
import { parseAs } from '../wire/json.ts';
import { RETRY_AFTER_SECONDS } from '../wire/limits.ts';
import { HoldfastError } from '../wire/errors.ts';
import { QueryBusyError } from './query/errors.ts';
import type { IndexerService } from './service.ts';

export const QUERY_PATH = '/subgraphs/name/holdfast';

/** The query, and as much of variables. */
const BODY_BYTES = 256 * 1024;

const QueryBody = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().max(256).nullish(),
});

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Holdfast queries</title><body style="font-family:system-ui;max-width:40rem;margin:3rem auto;padding:0 1rem">
<h1>Holdfast queries</h1><p>This heavy node follows the chain's events and answers questions about them, as The Graph does. Send a POST request to this address with a JSON body:</p>
<pre>{ "query": "{ _meta { block { number } } networks { id } }" }</pre><p>The schema tells what can be asked: any GraphQL tool shows it when it is pointed here.</p></body></html>`;

/** Answers 404 NO_INDEXER where the node has none. */
export function addQueryRoutes(app: Express, service: IndexerService | undefined): void {
  if (service === undefined) {
    app.all(QUERY_PATH, () => {
      throw new HoldfastError('NOT_FOUND', 'This heavy node does not index the chain.', { nextStep: 'Ask another heavy node, or set indexer.enabled in its configuration.' });
    });
    return;
  }
  app.get(QUERY_PATH, (_request, response) => void response.type('html').send(PAGE));
  app.post(QUERY_PATH, jsonBody(BODY_BYTES), (request, response) => answer(service, request, response));
}

async function answer(service: IndexerService, request: Request, response: Response): Promise<void> {
  const { query, variables, operationName } = parseAs(QueryBody, request.body, 'The query');
  try {
    response.type('application/json').send(await service.answer({ query, variables: variables ?? null, operationName: operationName ?? null }));
  } catch (error) {
    if (!(error instanceof QueryBusyError)) throw error;
    response.setHeader('retry-after', String(RETRY_AFTER_SECONDS));
    response.status(503).json({ errors: [{ message: error.message }] });
  }
}
