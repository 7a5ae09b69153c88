/** Requests between bound peers: one stream, one JSON message each way. Whoever is not bound, too fast or too large is cut off and counted. */
import type { Connection, Stream } from '@libp2p/interface';
import { z } from 'zod';
import { toErrorBody } from '../wire/errors.ts';
import { ErrorMessage } from '../wire/messages.ts';
import type { Logger } from '../store/log.ts';
import type { Identity } from './binding.ts';
import type { Bindings } from './bindings.ts';
import type { Counters } from './counters.ts';
import { PeerError, PeerUnreachableError, RefusedError } from './errors.ts';
import { readMessage, sendMessage } from './frames.ts';
import type { Node } from './libp2p-node.ts';
import { BINDING_MS, CREATOR_SHARE, HEAVY_CONNECTIONS_MAX, REPLY_BYTES_MAX, REPLY_MS, REQUESTS_AT_ONCE, REQUESTS_PER_SECOND, REQUEST_BURST, REQUEST_BYTES_MAX, REQUEST_READ_MS, REQUEST_STREAMS_MAX } from './limits.ts';
import { createRates } from '../wire/rates.ts';

const METHOD_CHARACTERS = 32;
const Request = z.strictObject({ method: z.string().max(METHOD_CHARACTERS), body: z.unknown() });
const Reply = z.union([z.strictObject({ body: z.unknown() }), z.strictObject({ error: ErrorMessage })]);

export interface Requests {
  /** Answers `method` for peers with one of `roles`. Errors of the handler travel as they would over HTTP. */
  handle<S extends z.ZodType>(method: string, options: { readonly schema: S; readonly roles: readonly Identity['role'][] }, handler: (body: z.output<S>, from: Identity) => Promise<unknown>): void;
  /** Binds where needed, sends, and returns the reply. @throws PeerError, PeerUnreachableError, RefusedError */
  send<S extends z.ZodType>(connection: Connection, method: string, options: { readonly body: unknown; readonly schema: S; readonly timeoutMs?: number }): Promise<z.output<S>>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

interface Handler {
  readonly schema: z.ZodType;
  readonly roles: readonly string[];
  run(body: unknown, from: Identity): Promise<unknown>;
}

export function createRequests(node: () => Node, init: { readonly protocol: string; readonly bindings: Bindings; readonly counters: Counters; readonly log: Logger }): Requests {
  const { protocol, bindings, counters, log } = init;
  const handlers = new Map<string, Handler>();
  const rates = createRates({ perSecond: REQUESTS_PER_SECOND, burst: REQUEST_BURST, maxKeys: HEAVY_CONNECTIONS_MAX });
  let underWay = 0;
  let creatorsUnderWay = 0;

  const serve = async (stream: Stream, connection: Connection): Promise<unknown> => {
    const peer = connection.remotePeer.toString();
    if (!rates.take(peer)) throw new RefusedError('rate', `More than ${REQUESTS_PER_SECOND} requests a second.`);
    // Before anything is read: a stranger takes nobody's place.
    const from = bindings.of(peer);
    if (from === undefined) throw new RefusedError('unbound', `Peer ${peer} has not shown whose it is.`);
    const isCreator = from.role === 'creator';
    if (underWay >= REQUESTS_AT_ONCE || (isCreator && creatorsUnderWay >= REQUESTS_AT_ONCE * CREATOR_SHARE)) throw new RefusedError('busy', 'Too many requests are under way.');
    underWay += 1;
    if (isCreator) creatorsUnderWay += 1;
    try {
      const { method, body } = await readMessage(stream, Request, { maxBytes: REQUEST_BYTES_MAX, timeoutMs: REQUEST_READ_MS });
      const handler = handlers.get(method);
      if (handler === undefined) throw new RefusedError('garbage', 'There is no such request.');
      if (!handler.roles.includes(from.role)) throw new RefusedError('not-allowed', `A ${from.role} node may not send this request.`);
      const parsed = handler.schema.safeParse(body);
      if (!parsed.success) throw new RefusedError('garbage', 'The request does not have the agreed shape.');
      return await handler.run(parsed.data, from);
    } finally {
      underWay -= 1;
      if (isCreator) creatorsUnderWay -= 1;
    }
  };

  const answer = async (stream: Stream, connection: Connection): Promise<void> => {
    try {
      const body = await serve(stream, connection);
      sendMessage(stream, { body });
    } catch (error) {
      if (error instanceof RefusedError) counters.count(error.reason);
      if (error instanceof RefusedError && isHostile(error)) {
        log.warn('peer.refused', { peer: connection.remotePeer.toString(), reason: error.reason, error });
        return connection.abort(error);
      }
      trySend(stream, { error: toErrorBody(error) });
    }
    await stream.close().catch(() => undefined);
  };

  return {
    handle(method, { schema, roles }, run) {
      handlers.set(method, { schema, roles, run: (body, from) => run(body as never, from) });
    },
    async send(connection, method, { body, schema, timeoutMs = REPLY_MS }) {
      await bindings.ensure(connection);
      const peer = connection.remotePeer.toString();
      let stream: Stream | undefined;
      try {
        stream = await connection.newStream(protocol, { signal: AbortSignal.timeout(BINDING_MS), runOnLimitedConnection: true });
        sendMessage(stream, { method, body });
        const reply = await readMessage(stream, Reply, { maxBytes: REPLY_BYTES_MAX, timeoutMs });
        await stream.close();
        if ('error' in reply) throw new PeerError(peer, { ...reply.error, details: reply.error.details } as never);
        const parsed = schema.safeParse(reply.body);
        if (!parsed.success) throw new RefusedError('garbage', `The reply to ${method} does not have the agreed shape.`);
        return parsed.data;
      } catch (error) {
        stream?.abort(new Error('the request failed'));
        if (error instanceof PeerError) throw error;
        throw new PeerUnreachableError(`Peer ${peer}`, error);
      }
    },
    start: () => node().handle(protocol, (stream, connection) => void answer(stream, connection), { maxInboundStreams: REQUEST_STREAMS_MAX, runOnLimitedConnection: true }),
    stop: () => node().unhandle(protocol),
  };
}

/** What no honest node does: it loses its connection. An honest one may be a little fast, or meet a busy node. */
function isHostile({ reason }: RefusedError): boolean {
  return reason !== 'rate' && reason !== 'busy' && reason !== 'broken' && reason !== 'not-allowed';
}

function trySend(stream: Stream, message: unknown): void {
  try {
    sendMessage(stream, message);
  } catch {
    // The peer has gone: there is nobody left to tell.
  }
}
