/** Which web pages may talk to a node: browsers ask the node, and keep its answers from all other pages. */
import type { RequestHandler } from 'express';
import { z } from 'zod';
import { BUNDLE_HEADER, VOUCHER_HEADER } from './paid-reads.ts';

/** Of every request that a client makes of a node; what is not named here a page cannot send. */
export const PAGE_REQUEST_HEADERS = ['accept', 'authorization', 'content-range', 'content-type', 'range', 'x-holdfast-root', BUNDLE_HEADER, VOUCHER_HEADER] as const;
/** Of answers; what is not named here a page cannot read. */
export const PAGE_REPLY_HEADERS = ['content-length', 'content-range', 'retry-after', 'x-holdfast-proof-bytes', 'x-holdfast-stored'] as const;
const METHODS = 'GET, HEAD, POST, PUT, DELETE';

const origin = z.union([z.literal('*'), z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin)]);

/**
 * Nodes know nothing like cookies: whoever sends something signs it, so a page can do no more in its visitor's name than anywhere else. Hence any page may ask by
 * default. A page of the internet that wants to reach a node in its visitor's own network is another matter: `privateNetwork` lets it.
 */
export const CorsSettings = z.strictObject({
  /** Such as `https://app.example.org`; `*` for all; none switches it off. */
  origins: z.array(origin).max(256).default(['*']),
  /** How long a browser may remember what it was told. */
  maxAgeSeconds: z.number().int().min(0).max(86_400).default(7_200),
  privateNetwork: z.boolean().default(false),
});
export type CorsSettings = z.output<typeof CorsSettings>;

/** Answers browsers' questions (preflights) and marks the answers that pages may read. Put it before the routes that pages may use. */
export function cors({ origins, maxAgeSeconds, privateNetwork }: CorsSettings): RequestHandler {
  const all = origins.includes('*');
  return (request, response, next) => {
    const asking = request.headers.origin;
    if (origins.length === 0 || asking === undefined) return next();
    // Caches must not give one page what was meant for another.
    if (!all) response.vary('origin');
    const isAllowed = all || origins.includes(asking);
    if (isAllowed) {
      response.setHeader('access-control-allow-origin', all ? '*' : asking);
      response.setHeader('access-control-expose-headers', PAGE_REPLY_HEADERS.join(', '));
    }
    if (request.method !== 'OPTIONS' || request.headers['access-control-request-method'] === undefined) return next();
    if (isAllowed) {
      response.setHeader('access-control-allow-methods', METHODS);
      response.setHeader('access-control-allow-headers', PAGE_REQUEST_HEADERS.join(', '));
      response.setHeader('access-control-max-age', String(maxAgeSeconds));
      if (privateNetwork && request.headers['access-control-request-private-network'] === 'true') response.setHeader('access-control-allow-private-network', 'true');
    }
    response.status(204).end();
  };
}
