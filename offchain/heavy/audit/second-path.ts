/** The same read over another heavy node: what fails from here may work from there. Bytes prove themselves, so nobody has to believe the neighbour. */
import { z } from 'zod';
import { hash, id, uint, uint32 } from '../../wire/fields.ts';
import { NotFoundError } from '../../wire/http-errors.ts';
import { requestBytes } from '../../wire/http-client.ts';
import { SLOTS_MAX } from '../../wire/limits.ts';
import { verifySessionHeader } from '../../wire/session.ts';
import { neighboursOf } from '../candidates.ts';
import type { HeavyContext } from '../context.ts';
import { NEIGHBOUR_LEAVES_MAX, READ_TIMEOUT_MS } from '../limits.ts';
import { signSession } from '../sign-session.ts';
import { judgeError } from './outcome.ts';
import type { Random } from './plan.ts';
import { judgeBytes, rangeUrl, replyBytes } from './read-range.ts';
import type { RangeTarget, Reading } from './read-range.ts';

/** POST /reads, from one heavy node to another; `leaves`: of the whole fragment. The answer is what the provider sent. */
export const ReadRequest = z.object({
  provider: id, agreement: id, batchId: hash, slot: uint(SLOTS_MAX - 1),
  leaves: uint32, first: uint32, count: z.number().int().min(1).max(NEIGHBOUR_LEAVES_MAX),
});
export type ReadRequest = z.output<typeof ReadRequest>;

/** Any agreement will do for a session between heavy nodes. */
const NO_AGREEMENT = 0xffff_ffff;

/** For another heavy node: fetches the range from a registered provider. @throws ForbiddenError, NotFoundError; whatever the provider's answer was */
export async function readForNeighbour(context: HeavyContext, request: ReadRequest, header: string | undefined): Promise<Uint8Array> {
  const nodes = await context.directory.all();
  const allowed = nodes.filter(({ tier }) => tier === 'heavy').map(({ operator }) => operator);
  await verifySessionHeader(header, { domain: context.chain.domain, agreement: NO_AGREEMENT, allowed, nowSeconds: await context.chain.nowSeconds() });
  const provider = nodes.find((node) => node.id === request.provider && node.tier !== 'heavy');
  if (provider === undefined) throw new NotFoundError(`There is no provider ${request.provider}.`, { code: 'NO_SUCH_NODE' });
  const { bytes } = await requestBytes(rangeUrl(provider.endpoint, request), { maxBytes: replyBytes(request), timeoutMs: READ_TIMEOUT_MS, signal: context.signal });
  return bytes;
}

/** Undefined when there is no neighbour to ask. A neighbour's refusal or silence says nothing about the provider. */
export async function readOverNeighbour(context: HeavyContext, provider: number, target: RangeTarget, random: Random): Promise<Reading | undefined> {
  const neighbours = await neighboursOf(context);
  const neighbour = neighbours[Math.floor(random() * neighbours.length)];
  if (neighbour === undefined) return undefined;
  const { agreement, batchId, slot, leaves, first, count } = target;
  const body = new TextEncoder().encode(JSON.stringify({ provider, agreement, batchId, slot, leaves, first, count } satisfies ReadRequest));
  const url = `${neighbour.endpoint}/reads`;
  const startedMs = performance.now();
  try {
    const headers = { authorization: await signSession(context, NO_AGREEMENT), 'content-type': 'application/json', 'content-length': String(body.length) };
    const { bytes } = await requestBytes(url, { method: 'POST', body, headers, maxBytes: replyBytes(target), timeoutMs: 2 * READ_TIMEOUT_MS, signal: context.signal });
    const verdict = judgeBytes(bytes, target);
    // Who changed the bytes, the provider or the neighbour, cannot be told.
    const outcome = verdict.outcome === 'passed' ? 'passed' : 'unknown';
    return { ...verdict, outcome, reason: `over heavy node ${neighbour.id}: ${verdict.reason}`, timeMs: performance.now() - startedMs, url };
  } catch (error) {
    const elapsedMs = performance.now() - startedMs;
    return { outcome: 'unknown', reason: `over heavy node ${neighbour.id}: ${judgeError(error, { elapsedMs, timeoutMs: READ_TIMEOUT_MS }).reason}`, timeMs: elapsedMs, url };
  }
}
