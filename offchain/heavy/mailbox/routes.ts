/** The HTTP interface of letters; wire/letter.ts has its bodies. */
import type { Express } from 'express';
import { z } from 'zod';
import { address, hash } from '../../wire/fields.ts';
import { jsonBody } from '../../wire/http-server.ts';
import { parseAs } from '../../wire/json.ts';
import { CARD_ID, LETTER_BYTES, Letter, ReadTicket } from '../../wire/letter.ts';
import { createAdmission } from '../admission.ts';
import { NotYourMailboxError } from './errors.ts';
import { REQUESTS_AT_ONCE } from './limits.ts';
import type { Mailbox } from './mailbox.ts';

const Owner = z.object({ owner: address });
const Link = z.object({ owner: address, id: hash });
const Place = z.object({ to: address, from: address, id: hash });
const After = z.object({ after: z.string().max(256).default('') });
const SCHEME = 'Mailbox ';

export function addMailboxRoutes(app: Express, mailbox: Mailbox): void {
  const admission = createAdmission(REQUESTS_AT_ONCE);

  app.put('/letters/:to/:from/:id', jsonBody(LETTER_BYTES), async (request, response) => {
    const place = parseAs(Place, request.params, 'The path');
    const letter = parseAs(Letter, request.body, 'The letter');
    response.json(await admission(() => mailbox.put(place, letter)));
  });
  app.get('/letters/:owner', async (request, response) => {
    const { owner } = parseAs(Owner, request.params, 'The path');
    const { after } = parseAs(After, request.query, 'The query');
    const ticket = ticketOf(request.headers.authorization);
    response.json(await admission(() => mailbox.page(owner, ticket, after)));
  });
  app.get('/letters/:owner/card', async (request, response) => {
    const { owner } = parseAs(Owner, request.params, 'The path');
    response.json(await admission(() => mailbox.open(owner, CARD_ID)));
  });
  app.get('/shared/:owner/:id', async (request, response) => {
    const { owner, id } = parseAs(Link, request.params, 'The path');
    response.json(await admission(() => mailbox.open(owner, id)));
  });
}

function ticketOf(header: string | undefined): ReadTicket | undefined {
  if (header === undefined || !header.startsWith(SCHEME)) return undefined;
  try {
    return ReadTicket.parse(JSON.parse(Buffer.from(header.slice(SCHEME.length), 'base64').toString()));
  } catch (cause) {
    throw new NotYourMailboxError(`its ticket cannot be read (${cause instanceof Error ? cause.name : 'unknown'})`);
  }
}
