import type { Request } from 'express';
import { z } from 'zod';
import { hash, id, uint, uint32 } from '../wire/fields.ts';
import { parseAs } from '../wire/json.ts';
import { SLOTS_MAX } from '../wire/limits.ts';
import type { FragmentKey } from './errors.ts';

/** Where fragments are found, at providers and at edge nodes. */
export const FRAGMENT = '/agreements/:agreement/batches/:batchId/fragments/:slot';

const FragmentPath = z.object({ agreement: z.coerce.number().pipe(id), batchId: hash, slot: z.coerce.number().pipe(uint(SLOTS_MAX - 1)) });
const LeafQuery = z.object({ first: z.coerce.number().pipe(uint32).optional(), count: z.coerce.number().pipe(uint32).optional() });

/** @throws BadRequestError */
export function keyOf(request: Request): FragmentKey {
  const key = parseAs(FragmentPath, request.params, 'The path');
  return { ...key, batchId: lowerCase(key.batchId) };
}

/** @throws BadRequestError */
export function leavesOf(request: Request): { first: number | undefined; count: number | undefined } {
  const { first, count } = parseAs(LeafQuery, request.query, 'The query');
  return { first, count };
}

export function lowerCase<T extends string | undefined>(hex: T): T {
  return hex?.toLowerCase() as T;
}
