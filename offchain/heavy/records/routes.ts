/** The HTTP interface of public names; wire/named-messages.ts has its bodies. */
import type { Express } from 'express';
import { z } from 'zod';
import { address, hash } from '../../wire/fields.ts';
import { jsonBody } from '../../wire/http-server.ts';
import { parseAs } from '../../wire/json.ts';
import { RecordOffers } from '../../wire/named-messages.ts';
import { NAMED_RECORD_BYTES, NamedRecord } from '../../wire/named-record.ts';
import { createAdmission } from '../admission.ts';
import { REQUESTS_AT_ONCE } from './limits.ts';
import type { Records } from './records.ts';

/** One spelling: hex digits are told apart nowhere else. */
const lower = hash.transform((hex) => hex.toLowerCase() as typeof hex);
const Path = z.object({ key: lower });
const PutQuery = z.object({ copy: z.literal('1').optional() });
const GetQuery = z.object({ local: z.literal('1').optional(), version: z.coerce.number().int().min(1).max(2 ** 31 - 1).optional(), hash: lower.optional() });

const OwnerQuery = z.object({ owner: address, after: z.union([lower, z.literal('')]).default('') });

export function addRecordRoutes(app: Express, records: Records): void {
  const admission = createAdmission(REQUESTS_AT_ONCE);

  app.post('/records/offers', jsonBody(), async (request, response) => {
    const offers = parseAs(RecordOffers, request.body, 'The offer');
    response.json(await admission(() => records.answer(offers)));
  });
  app.get('/records', async (request, response) => {
    const { owner, after } = parseAs(OwnerQuery, request.query, 'The query');
    response.json(await admission(() => records.ownedBy(owner, after)));
  });
  app.put('/records/:key', jsonBody(NAMED_RECORD_BYTES), async (request, response) => {
    const { key } = parseAs(Path, request.params, 'The path');
    const { copy } = parseAs(PutQuery, request.query, 'The query');
    const record = parseAs(NamedRecord, request.body, 'The record');
    response.json(await admission(() => records.put(key, record, { isCopy: copy === '1' })));
  });
  app.get('/records/:key', async (request, response) => {
    const { key } = parseAs(Path, request.params, 'The path');
    const { local, ...which } = parseAs(GetQuery, request.query, 'The query');
    response.json(await admission(() => records.get(key, { ...which, isLocal: local === '1' })));
  });
  app.get('/records/:key/versions', async (request, response) => {
    const { key } = parseAs(Path, request.params, 'The path');
    response.json(await admission(() => records.versions(key)));
  });
}
