/** Who reads for repairs and audits: providers let an agreement's heavy node read for nothing. */
import type { HeavyContext } from './context.ts';
import { signSession } from './sign-session.ts';

/** Half of a session's life. */
const KEPT_MS = 30 * 60_000;
const KEPT_MAX = 1_000;

const headers = new WeakMap<object, Map<number, { readonly header: Promise<string>; readonly untilMs: number }>>();

/** The `authorization` of this node for an agreement that carries its footprint, signed anew every half hour. */
export function readerHeader(context: Pick<HeavyContext, 'account' | 'chain'>, agreement: number): Promise<string> {
  const known = headers.get(context.chain) ?? new Map<number, { header: Promise<string>; untilMs: number }>();
  headers.set(context.chain, known);
  const kept = known.get(agreement);
  if (kept !== undefined && kept.untilMs > performance.now()) return kept.header;
  if (known.size >= KEPT_MAX) known.clear();
  const header = signSession(context, agreement);
  known.set(agreement, { header, untilMs: performance.now() + KEPT_MS });
  header.catch(() => known.delete(agreement));
  return header;
}
