/**
 * HTTP over Node's sockets. Node's modules are asked for, not imported: the client's files, which pages load too, reach this one, and
 * a page never calls it.
 */
import type http from 'node:http';
import type https from 'node:https';
import type { Readable } from 'node:stream';
import type { Exchange, ExchangeOptions, Reply, RequestBody, RequestOptions } from './exchange.ts';
import { BODY_SENT_AGAIN_BYTES, FREE_SOCKETS_MAX, IDLE_TIMEOUT_MS, SOCKETS_PER_PEER_MAX } from './limits.ts';
import { AbortedError, TransportError } from './transport-errors.ts';

/** False in pages and their workers. */
export const isNode = typeof process === 'object' && typeof process.getBuiltinModule === 'function';

interface Sockets {
  readonly plain: http.Agent;
  readonly tls: https.Agent;
}

let sockets: Sockets | undefined;

function agents(): Sockets {
  const options = { keepAlive: true, maxFreeSockets: FREE_SOCKETS_MAX, maxSockets: SOCKETS_PER_PEER_MAX };
  sockets ??= { plain: new (process.getBuiltinModule('node:http').Agent)(options), tls: new (process.getBuiltinModule('node:https').Agent)(options) };
  return sockets;
}

export const nodeExchange: Exchange = async (url, options) => {
  const reply = await open(url, options);
  return {
    status: reply.statusCode ?? 0,
    headers: reply.headers,
    drop: () => void reply.resume(),
    read: (onPart) => read(url, reply, onPart, options.signal),
  };
};

/** The reply as a stream; the caller reads it to the end or destroys it. Any status. */
export async function nodeStream(url: string, options: RequestOptions): Promise<{ status: number; headers: Reply['headers']; stream: Readable }> {
  const reply = await open(url, options);
  return { status: reply.statusCode ?? 0, headers: reply.headers, stream: reply };
}

async function open(url: string, options: ExchangeOptions): Promise<http.IncomingMessage> {
  const { request, reply } = await attempt(url, options, false);
  // Answered before the body was out: once the answer is read, nothing more is sent.
  if (!request.writableFinished) reply.once('close', () => request.writableFinished || request.destroy());
  return reply;
}

interface Answered {
  readonly request: http.ClientRequest;
  readonly reply: http.IncomingMessage;
}

async function attempt(url: string, options: ExchangeOptions, again: boolean): Promise<Answered> {
  const { body, signal } = options;
  if (signal?.aborted === true) throw new AbortedError(`The request to ${url}`, signal.reason);
  const deadline = options.timeoutMs === undefined ? undefined : AbortSignal.timeout(options.timeoutMs);
  const signals = [signal, deadline].filter((one) => one !== undefined);
  const sizeBytes = body === undefined ? undefined : body instanceof Uint8Array ? body.length : body.sizeBytes;
  const isTls = url.startsWith('https:');
  const { plain, tls } = agents();
  const request = (isTls ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http')).request(url, {
    method: options.method ?? 'GET',
    agent: isTls ? tls : plain,
    headers: { ...options.headers, ...(sizeBytes === undefined ? {} : { 'content-length': String(sizeBytes) }) },
    ...(signals.length === 0 ? {} : { signal: AbortSignal.any(signals) }),
  });
  const idleMs = options.idleMs ?? IDLE_TIMEOUT_MS;
  request.setTimeout(idleMs, () => request.destroy(new TransportError(url, `was silent for ${idleMs} ms`, { code: 'TIMEOUT' })));
  try {
    return await new Promise<Answered>((resolve, reject) => {
      request.once('response', (reply) => resolve({ request, reply }));
      // Stays on: a reset after the response began reaches the response's own stream too.
      request.on('error', reject);
      writeBody(request, body).catch(reject);
    });
  } catch (cause) {
    request.destroy();
    // A kept connection that the server closed in the same moment: nothing was processed, so one fresh try is safe. A large body may have
    // been taken in part: whoever sent it asks how much before going on.
    const isStale = request.reusedSocket && !again && (body === undefined || (body instanceof Uint8Array && body.length <= BODY_SENT_AGAIN_BYTES));
    if (isStale && isReset(cause)) return attempt(url, options, true);
    throw asTransportError(url, cause, { signal, deadline });
  }
}

async function writeBody(request: http.ClientRequest, body: RequestBody | undefined): Promise<void> {
  if (body === undefined) request.end();
  else if (body instanceof Uint8Array) request.end(body);
  else await process.getBuiltinModule('node:stream/promises').pipeline(process.getBuiltinModule('node:stream').Readable.from(body.source, { objectMode: false }), request);
}

async function read(url: string, reply: http.IncomingMessage, onPart: (part: Uint8Array) => void, signal: AbortSignal | undefined): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      reply.on('data', (part: Uint8Array) => {
        try {
          onPart(part);
        } catch (error) {
          reply.destroy(error instanceof Error ? error : new Error(String(error)));
        }
      });
      reply.once('end', resolve);
      reply.once('error', reject);
      reply.once('close', () => reject(new Error('the connection was closed')));
    });
  } catch (cause) {
    throw asTransportError(url, cause, { signal, deadline: undefined });
  }
}

function isReset(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'ECONNRESET' || cause.code === 'EPIPE');
}

function asTransportError(url: string, cause: unknown, signals: { signal: AbortSignal | undefined; deadline: AbortSignal | undefined }): Error {
  if (cause instanceof TransportError) return cause;
  if (signals.signal?.aborted === true) return new AbortedError(`The request to ${url}`, cause);
  const isDeadline = signals.deadline?.aborted === true || (cause instanceof Error && cause.name === 'TimeoutError');
  if (isDeadline) return new TransportError(url, 'did not answer in time', { code: 'TIMEOUT', cause });
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
  return new TransportError(url, `could not be reached or broke off (${code})`, { cause });
}
