import type { RequestHandler } from 'express';
import { z } from 'zod';
import { id } from '../wire/fields.ts';
import { parseAs } from '../wire/json.ts';
import { requireParty } from './authorize.ts';
import type { Provider } from './context.ts';
import { drain } from './drain.ts';

const Path = z.object({ agreement: z.coerce.number().pipe(id) });

/** Nobody else's large bodies are read into memory. What the sender may do with the slot is looked at when the body is known. */
export function partiesOnly(provider: Provider): RequestHandler {
  return async (request, _response, next) => {
    try {
      const { agreement } = parseAs(Path, request.params, 'The path');
      await requireParty(provider, { agreement, header: request.headers.authorization });
    } catch (error) {
      await drain(request);
      throw error;
    }
    next();
  };
}
