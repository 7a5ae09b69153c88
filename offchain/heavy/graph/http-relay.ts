/** Plain HTTP to a node that nobody can reach: in here, through the connection that the node keeps, out at its own HTTP service. */
import http from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Connection } from '@libp2p/interface';
import { RefusedError } from '../../p2p/errors.ts';
import type { FairShare } from '../../p2p/fair-share.ts';
import { TUNNEL_BYTES_MAX, TUNNEL_IDLE_MS } from '../../p2p/limits.ts';
import { createIdleTimer, createMeter } from '../../p2p/metered.ts';
import type { Tunnels } from '../../p2p/tunnel.ts';
import type { Logger } from '../../store/log.ts';
import { toErrorBody } from '../../wire/errors.ts';
import { HttpError, NotFoundError, TooLargeError, UnavailableError } from '../../wire/http-errors.ts';
import { TunnelPlaces } from './tunnel-places.ts';
import type { TunnelPlace } from './tunnel-places.ts';

/** Headers that belong to one connection, not to the exchange. */
const HOP_BY_HOP = new Set(['connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'host', 'expect']);
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE']);

export interface HttpRelay {
  readonly active: number;
  /** Answers errors by itself. */
  carry(node: number): RequestListener;
}

export function createHttpRelay(init: { readonly connectionOf: (node: number) => Connection | undefined; readonly tunnels: Tunnels; readonly share: FairShare; readonly log: Logger; readonly nowMs?: () => number }): HttpRelay {
  const { connectionOf, tunnels, share, log } = init;
  const places = new TunnelPlaces(init.nowMs);

  const carry = async (node: number, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const connection = connectionOf(node);
    if (connection === undefined) throw new UnavailableError(`Node ${node} is not attached to this heavy node.`, { code: 'NOT_ATTACHED', nextStep: 'Read its address from the registry again.' });
    if (!METHODS.has(request.method ?? '')) throw new NotFoundError('The relay does not carry this method.');
    let tunnel: Duplex | undefined;
    const cut = (): void => void (tunnel?.destroy(new UnavailableError('It was too slow while others waited.', { code: 'RELAY_SLOW' })) ?? request.destroy());
    const place = places.take(node, cut);
    try {
      tunnel = await tunnels.open(connection);
      await exchange(tunnel, { node, request, response, share, place });
    } finally {
      place.leave();
    }
  };

  return {
    get active() {
      return places.count;
    },
    carry: (node) => (request, response) =>
      void carry(node, request, response).catch((error: unknown) => {
        log.info('relay.failed', { node, error });
        refuse(request, response, error);
      }),
  };
}

/** Streams both ways at once; the first end that breaks off takes the other one with it. */
async function exchange(tunnel: Duplex, options: { readonly node: number; readonly request: IncomingMessage; readonly response: ServerResponse; readonly share: FairShare; readonly place: TunnelPlace }): Promise<void> {
  const { node, request, response, share, place } = options;
  const key = String(node);
  const idle = createIdleTimer(TUNNEL_IDLE_MS, () => tunnel.destroy(new UnavailableError(`Node ${node} was silent for ${TUNNEL_IDLE_MS} ms.`, { code: 'RELAY_SILENT' })));
  const onBytes = (sizeBytes: number): void => {
    idle.touch();
    place.moved(sizeBytes);
  };
  const meter = () => createMeter({ maxBytes: TUNNEL_BYTES_MAX, onBytes, share: (sizeBytes) => share.take(key, sizeBytes) });
  // Also before the request listens to it, and behind its end.
  tunnel.on('error', () => undefined);
  const outgoing = http.request({ createConnection: () => tunnel as Socket, method: request.method, path: request.url, headers: { ...endToEnd(request.headers), host: 'holdfast', connection: 'close' } });
  const onGone = (): void => void (response.writableFinished || tunnel.destroy(new UnavailableError('The caller went away.', { code: 'CALLER_GONE' })));
  response.once('close', onGone);
  try {
    const replied = new Promise<IncomingMessage>((resolve, reject) => {
      outgoing.once('response', resolve);
      outgoing.on('error', reject);
    });
    // Not a pipeline, which would take the answer away with an upload that breaks: a node may answer before it has read everything.
    const up = meter();
    up.on('error', (error) => tunnel.destroy(error));
    request.pipe(up).pipe(outgoing);
    const reply = await replied;
    if (!request.complete) response.setHeader('connection', 'close');
    // What a provider sends comes from this node's address: no browser may take it for a page of this node.
    response.writeHead(reply.statusCode ?? 502, { ...endToEnd(reply.headers), 'content-security-policy': 'sandbox', 'x-content-type-options': 'nosniff' });
    await pipeline(reply, meter(), response);
  } finally {
    idle.stop();
    response.off('close', onGone);
    tunnel.destroy();
  }
}

function endToEnd(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const named = new Set((headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase()));
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !named.has(name)));
}

function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.headersSent) return void response.destroy();
  const isTooLarge = error instanceof RefusedError && error.reason === 'bytes';
  if (isTooLarge) return refuse(request, response, new TooLargeError(error.shortMessage));
  const known = error instanceof HttpError ? error : new HttpError(502, 'RELAY_BROKEN', 'The relayed node did not answer.', { retryable: true, cause: error });
  const headers: OutgoingHttpHeaders = { 'content-type': 'application/json', ...(known.status === 503 ? { 'retry-after': '1' } : {}), ...(request.complete ? {} : { connection: 'close' }) };
  response.writeHead(known.status, headers).end(JSON.stringify(toErrorBody(known)));
}
