/** The HTTP interface of the register of public contents; wire/kept-content.ts has its bodies. */
import type { Express } from 'express';
import { z } from 'zod';
import { jsonBody } from '../../wire/http-server.ts';
import { parseAs } from '../../wire/json.ts';
import { KEPT_LOCATION_BYTES } from '../../wire/kept-content.ts';
import { ContentId, PublicLocation } from '../../wire/named.ts';
import { createAdmission } from '../admission.ts';
import type { ContentRegister } from './contents.ts';
import { REQUESTS_AT_ONCE } from './limits.ts';

const Path = z.object({ contentId: ContentId });
const Query = z.object({ local: z.literal('1').optional() });

export function addContentRoutes(app: Express, contents: ContentRegister): void {
  const admission = createAdmission(REQUESTS_AT_ONCE);

  app.put('/contents/:contentId', jsonBody(KEPT_LOCATION_BYTES), async (request, response) => {
    const { contentId } = parseAs(Path, request.params, 'The path');
    const location = parseAs(PublicLocation, request.body, 'The location');
    response.json(await admission(() => contents.put(contentId, location, request.headers.authorization)));
  });
  app.get('/contents/:contentId', async (request, response) => {
    const { contentId } = parseAs(Path, request.params, 'The path');
    const { local } = parseAs(Query, request.query, 'The query');
    response.json(await admission(() => contents.get(contentId, { isLocal: local === '1' })));
  });
}
