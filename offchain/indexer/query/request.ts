import type { QueryRequest } from './engine.ts';
import { QueryError } from './errors.ts';

/** More than any filter needs, far less than what walks of values can stand. */
const DEPTH_MAX = 40;

/** JSON text for another process. Variables may come from anybody: those that are nested beyond reason are found without nesting. @throws QueryError */
export function requestText(request: QueryRequest): string {
  let level: unknown[] = [request.variables];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > DEPTH_MAX) throw new QueryError(`Variables may be nested ${DEPTH_MAX} levels deep.`);
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? (Object.values(one) as unknown[]) : []));
  }
  return JSON.stringify(request);
}
