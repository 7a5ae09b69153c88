import { z } from 'zod';
import { Cause, Condition } from './condition.ts';
import { id, uint16 } from './fields.ts';

const count = z.number().int().min(0);

/** GET /status of an edge node. Sizes are bytes; counts since its start. */
export const EdgeStatus = z.object({ id, region: uint16, entries: count, bytes: count, maxBytes: count, hits: count, misses: count, pulls: count, sentBytes: count, condition: Condition.optional(), causes: z.array(Cause).optional() });
export type EdgeStatus = z.infer<typeof EdgeStatus>;
