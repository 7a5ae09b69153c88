/** Requests and their replies, checked; the same in Node and in pages. */
import type { z } from 'zod';
import { copyInto } from '../codec/bytes.ts';
import { HoldfastError } from './errors.ts';
import type { Exchange, ExchangeOptions, Reply, ReplyHeaders, RequestBody, RequestOptions } from './exchange.ts';
import { isNode, nodeExchange, nodeStream } from './http-node.ts';
import { pageExchange } from './http-page.ts';
import { parseAs, toJson } from './json.ts';
import { JSON_BODY_BYTES, JSON_TIMEOUT_MS } from './limits.ts';
import { ErrorMessage } from './messages.ts';
import { RemoteError, TransportError } from './transport-errors.ts';

export { AbortedError, RemoteError, TransportError } from './transport-errors.ts';
export type { RequestBody, RequestOptions } from './exchange.ts';

const send: Exchange = isNode ? nodeExchange : pageExchange;

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
  return parseReply(url, await readAll(url, reply, options.maxBytes ?? JSON_BODY_BYTES), options.schema);
}

/** Fetches at most `maxBytes` bytes. `isShared`: into a SharedArrayBuffer, so that other threads see them without a copy. */
export async function requestBytes(
  url: string,
  options: RequestOptions & { maxBytes: number; body?: RequestBody; isShared?: boolean },
): Promise<{ headers: ReplyHeaders; bytes: Uint8Array }> {
  const reply = await exchange(url, options);
  return { headers: reply.headers, bytes: await readAll(url, reply, options.maxBytes, options.isShared) };
}

/** The reply as a stream of Node; the caller reads it to the end or destroys it. */
export async function requestStream(url: string, options: RequestOptions = {}): Promise<Pick<Awaited<ReturnType<typeof nodeStream>>, 'headers' | 'stream'>> {
  mustBeHttp(url);
  const { status, headers, stream } = await nodeStream(url, options);
  if (status < 400) return { headers, stream };
  let text = '';
  for await (const part of stream) text = `${text}${String(part)}`.slice(0, JSON_BODY_BYTES);
  throw remoteErrorOf(url, { status, text, retryAfter: retryAfterOf(headers) });
}

function retryAfterOf({ 'retry-after': value }: ReplyHeaders): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The reply's headers, without a body. */
export async function requestHeaders(url: string, options: Omit<RequestOptions, 'method'> = {}): Promise<ReplyHeaders> {
  const reply = await exchange(url, { ...options, timeoutMs: options.timeoutMs ?? JSON_TIMEOUT_MS, method: 'HEAD' });
  reply.drop();
  return reply.headers;
}

/** GETs exactly as many bytes as `target` has into it. @throws RemoteError; TransportError (REPLY_TOO_LARGE, SHORT_REPLY, ...); AbortedError */
export async function requestInto(url: string, target: Uint8Array, options: Omit<RequestOptions, 'method'>): Promise<void> {
  const reply = await exchange(url, options);
  let at = 0;
  await reply.read((part) => {
    if (at + part.length > target.length) throw tooLarge(url, target.length);
    copyInto(target, part, at);
    at += part.length;
  });
  if (at !== target.length) throw new TransportError(url, `sent ${at} of ${target.length} bytes`, { code: 'SHORT_REPLY' });
}

/** PUTs bytes (streamed when they are a source) and returns the JSON reply. A peer that answers before the end spares itself the rest. */
export async function putBytes<S extends z.ZodType>(
  url: string,
  options: Omit<RequestOptions, 'method'> & { body: RequestBody; schema: S },
): Promise<z.output<S>> {
  const headers = { 'content-type': 'application/octet-stream', ...options.headers };
  const reply = await exchange(url, { ...options, method: 'PUT', headers });
  return parseReply(url, await readAll(url, reply, JSON_BODY_BYTES), options.schema);
}

/** One request until the reply's headers; statuses from 400 on become RemoteError. */
async function exchange(url: string, options: ExchangeOptions): Promise<Reply> {
  mustBeHttp(url);
  const reply = await send(url, options);
  if (reply.status < 400) return reply;
  const text = new TextDecoder().decode(await readAll(url, reply, JSON_BODY_BYTES));
  throw remoteErrorOf(url, { status: reply.status, text, retryAfter: retryAfterOf(reply.headers) });
}

/** Addresses come from registries and command lines: one that is none is a failure like any other. @throws TransportError */
function mustBeHttp(url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : '';
  if (protocol !== 'http:' && protocol !== 'https:') throw new TransportError(url, 'is no address that can be asked: it begins with http:// or https://', { code: 'BAD_ADDRESS' });
}

/** The whole body, in a buffer of its own. */
async function readAll(url: string, reply: Reply, maxBytes: number, isShared = false): Promise<Uint8Array> {
  const announced = Number(reply.headers['content-length'] ?? 0);
  // What a peer announces is only believed as far as it was asked for.
  const room = announced <= maxBytes ? announced : 0;
  let bytes: Uint8Array = isShared ? new Uint8Array(new SharedArrayBuffer(room)) : new Uint8Array(room);
  let sizeBytes = 0;
  await reply.read((part) => {
    if (sizeBytes + part.length > maxBytes) throw tooLarge(url, maxBytes);
    if (sizeBytes + part.length > bytes.length) bytes = grown(bytes, { sizeBytes, room: Math.min(maxBytes, 2 * (sizeBytes + part.length)) });
    bytes.set(part, sizeBytes);
    sizeBytes += part.length;
  });
  return sizeBytes === bytes.length ? bytes : bytes.slice(0, sizeBytes);
}

function tooLarge(url: string, maxBytes: number): TransportError {
  return new TransportError(url, `sent more than ${maxBytes} bytes`, { code: 'REPLY_TOO_LARGE' });
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
