import http from 'node:http';
import https from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { z } from 'zod';
import { HoldfastError } from './errors.ts';
import { parseAs, toJson } from './json.ts';
import { BODY_SENT_AGAIN_BYTES, FREE_SOCKETS_MAX, IDLE_TIMEOUT_MS, JSON_BODY_BYTES, JSON_TIMEOUT_MS, SOCKETS_PER_PEER_MAX } from './limits.ts';
import { ErrorMessage } from './messages.ts';
import { AbortedError, RemoteError, TransportError } from './transport-errors.ts';

export { AbortedError, RemoteError, TransportError } from './transport-errors.ts';

const agentOptions = { keepAlive: true, maxFreeSockets: FREE_SOCKETS_MAX, maxSockets: SOCKETS_PER_PEER_MAX };
const plainAgent = new http.Agent(agentOptions);
const tlsAgent = new https.Agent(agentOptions);

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  /** The whole exchange; absent: only silence ends it. */
  readonly timeoutMs?: number | undefined;
  /** Silence after which the connection counts as broken. */
  readonly idleMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Bytes in memory, or a source that is read once, with its exact size. */
export type RequestBody = Uint8Array | { readonly source: AsyncIterable<Uint8Array>; readonly sizeBytes: number };

/** Sends `body` as JSON (bigints as decimal strings) and returns the reply as `schema` parses it. Throws RemoteError, TransportError. */
export async function requestJson<S extends z.ZodType>(
  url: string,
  options: RequestOptions & { body?: unknown; schema: S; maxBytes?: number },
): Promise<z.output<S>> {
  const body = options.body === undefined ? undefined : new TextEncoder().encode(toJson(options.body));
  const reply = await exchange(url, {
    ...options,
    timeoutMs: options.timeoutMs ?? JSON_TIMEOUT_MS,
    headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers },
    body,
  });
  return parseReply(url, await readAll(url, reply, options.maxBytes ?? JSON_BODY_BYTES, options.signal), options.schema);
}

/** Fetches at most `maxBytes` bytes. `isShared`: into a SharedArrayBuffer, so that other threads see them without a copy. */
export async function requestBytes(
  url: string,
  options: RequestOptions & { maxBytes: number; body?: RequestBody; isShared?: boolean },
): Promise<{ headers: http.IncomingHttpHeaders; bytes: Uint8Array }> {
  const reply = await exchange(url, options);
  return { headers: reply.headers, bytes: await readAll(url, reply, options.maxBytes, options.signal, options.isShared) };
}

/** The reply as a stream; the caller reads it to the end or destroys it. */
export async function requestStream(url: string, options: RequestOptions = {}): Promise<{ headers: http.IncomingHttpHeaders; stream: Readable }> {
  const reply = await exchange(url, options);
  return { headers: reply.headers, stream: reply };
}

/** The reply's headers, without a body. */
export async function requestHeaders(url: string, options: Omit<RequestOptions, 'method'> = {}): Promise<http.IncomingHttpHeaders> {
  const reply = await exchange(url, { ...options, timeoutMs: options.timeoutMs ?? JSON_TIMEOUT_MS, method: 'HEAD' });
  reply.resume();
  return reply.headers;
}

/** PUTs bytes (streamed when they are a source) and returns the JSON reply. A peer that answers before the end spares itself the rest. */
export async function putBytes<S extends z.ZodType>(
  url: string,
  options: Omit<RequestOptions, 'method'> & { body: RequestBody; schema: S },
): Promise<z.output<S>> {
  const headers = { 'content-type': 'application/octet-stream', ...options.headers };
  const reply = await exchange(url, { ...options, method: 'PUT', headers });
  return parseReply(url, await readAll(url, reply, JSON_BODY_BYTES, options.signal), options.schema);
}

/** One request until the reply's headers; statuses from 400 on become RemoteError. */
async function exchange(url: string, options: RequestOptions & { body?: RequestBody | undefined }): Promise<http.IncomingMessage> {
  const { request, reply } = await attempt(url, options, false);
  // Answered before the body was out: once the answer is read, nothing more is sent.
  if (!request.writableFinished) reply.once('close', () => request.writableFinished || request.destroy());
  if ((reply.statusCode ?? 0) < 400) return reply;
  throw await remoteError(url, reply, options.signal);
}

interface Exchange {
  readonly request: http.ClientRequest;
  readonly reply: http.IncomingMessage;
}

async function attempt(url: string, options: RequestOptions & { body?: RequestBody | undefined }, again: boolean): Promise<Exchange> {
  const { body, signal } = options;
  if (signal?.aborted === true) throw new AbortedError(`The request to ${url}`, signal.reason);
  const deadline = options.timeoutMs === undefined ? undefined : AbortSignal.timeout(options.timeoutMs);
  const signals = [signal, deadline].filter((one) => one !== undefined);
  const sizeBytes = body === undefined ? undefined : body instanceof Uint8Array ? body.length : body.sizeBytes;
  const isTls = url.startsWith('https:');
  const request = (isTls ? https : http).request(url, {
    method: options.method ?? 'GET',
    agent: isTls ? tlsAgent : plainAgent,
    headers: { ...options.headers, ...(sizeBytes === undefined ? {} : { 'content-length': String(sizeBytes) }) },
    ...(signals.length === 0 ? {} : { signal: AbortSignal.any(signals) }),
  });
  const idleMs = options.idleMs ?? IDLE_TIMEOUT_MS;
  request.setTimeout(idleMs, () => request.destroy(new TransportError(url, `was silent for ${idleMs} ms`, { code: 'TIMEOUT' })));
  try {
    return await new Promise<Exchange>((resolve, reject) => {
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
  else await pipeline(Readable.from(body.source, { objectMode: false }), request);
}

/** The whole body, in a buffer of its own. */
async function readAll(url: string, reply: http.IncomingMessage, maxBytes: number, signal: AbortSignal | undefined, isShared = false): Promise<Uint8Array> {
  const announced = Number(reply.headers['content-length'] ?? 0);
  // What a peer announces is only believed as far as it was asked for.
  const room = announced <= maxBytes ? announced : 0;
  let bytes: Uint8Array = isShared ? new Uint8Array(new SharedArrayBuffer(room)) : new Uint8Array(room);
  let sizeBytes = 0;
  try {
    await new Promise<void>((resolve, reject) => {
      reply.on('data', (part: Uint8Array) => {
        if (sizeBytes + part.length > maxBytes) {
          return void reply.destroy(new TransportError(url, `sent more than ${maxBytes} bytes`, { code: 'REPLY_TOO_LARGE' }));
        }
        if (sizeBytes + part.length > bytes.length) bytes = grown(bytes, { sizeBytes, room: Math.min(maxBytes, 2 * (sizeBytes + part.length)) });
        bytes.set(part, sizeBytes);
        sizeBytes += part.length;
      });
      reply.once('end', resolve);
      reply.once('error', reject);
      reply.once('close', () => reject(new Error('the connection was closed')));
    });
  } catch (cause) {
    throw asTransportError(url, cause, { signal, deadline: undefined });
  }
  return sizeBytes === bytes.length ? bytes : bytes.slice(0, sizeBytes);
}

function grown(bytes: Uint8Array, { sizeBytes, room }: { readonly sizeBytes: number; readonly room: number }): Uint8Array {
  const target = new Uint8Array(room);
  target.set(bytes.subarray(0, sizeBytes));
  return target;
}

function parseReply<S extends z.ZodType>(url: string, bytes: Uint8Array, schema: S): z.output<S> {
  try {
    const value: unknown = bytes.length === 0 ? undefined : JSON.parse(new TextDecoder().decode(bytes));
    return parseAs(schema, value, 'The reply');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new HoldfastError('BAD_REPLY', `${new URL(url).origin} answered with something unexpected: ${why}`, {
      cause,
      details: { url },
      nextStep: 'Check that both sides run the same version.',
    });
  }
}

async function remoteError(url: string, reply: http.IncomingMessage, signal: AbortSignal | undefined): Promise<RemoteError> {
  const text = new TextDecoder().decode(await readAll(url, reply, JSON_BODY_BYTES, signal));
  return remoteErrorOf(url, { status: reply.statusCode ?? 0, text, retryAfter: reply.headers['retry-after'] });
}

/** What an answer with a status from 400 on says. */
export function remoteErrorOf(url: string, { status, text, retryAfter }: { readonly status: number; readonly text: string; readonly retryAfter: string | undefined }): RemoteError {
  const retryAfterSeconds = Number(retryAfter);
  let body: ErrorMessage;
  try {
    body = ErrorMessage.parse(JSON.parse(text));
  } catch {
    // Not one of ours: a proxy's page, for example.
    body = { code: `HTTP_${status}`, message: `${new URL(url).origin} answered with status ${status}.`, retryable: status >= 500 || status === 429, details: {} };
  }
  return new RemoteError({ url, status, body, retryAfterSeconds: Number.isFinite(retryAfterSeconds) ? retryAfterSeconds : undefined });
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
