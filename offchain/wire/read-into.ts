/** Fetches bytes of known size into memory that the caller has already. */
import { remoteErrorOf, requestInto } from './http-client.ts';
import { isNode } from './http-node.ts';
import { FREE_CONNECTION_MS, FREE_SOCKETS_MAX, IDLE_TIMEOUT_MS } from './limits.ts';
import { type Answer, NothingCameError, ReadConnection } from './read-connection.ts';
import { AbortedError, TransportError } from './transport-errors.ts';

export interface ReadIntoOptions {
  /** Silence after which the connection counts as broken. */
  readonly idleMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** By origin: connections that wait for a next request, the freshest last. */
const resting = new Map<string, ReadConnection[]>();

/**
 * GETs `url`, whose body must have exactly the size of `target`. Afterwards, however it ended, nothing writes to `target` any more.
 * As many connections as the caller has calls under way: callers bound them.
 * @throws RemoteError; TransportError (REPLY_TOO_LARGE, SHORT_REPLY, TIMEOUT, TRANSPORT); AbortedError
 */
export async function readInto(url: string, target: Uint8Array, options: ReadIntoOptions = {}): Promise<void> {
  const { protocol, host, pathname, search, origin } = new URL(url);
  if (protocol !== 'http:' || !isNode) return readCopied(url, target, options);
  const more = Object.entries(options.headers ?? {}).map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const request = `GET ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\naccept: application/octet-stream\r\n${more}\r\n`;
  const { head, isFull, body } = await answerOf(url, { origin, request, target, ...options });
  if (isFull) return;
  if (body !== undefined) throw remoteErrorOf(url, { status: head.status, text: new TextDecoder().decode(body), retryAfter: head.retryAfter });
  // Something in between frames its answers in another way.
  if (head.sizeBytes === undefined || head.status !== 200) return readCopied(url, target, options);
  throw wrongSize(url, head.sizeBytes, target.length);
}

async function answerOf(url: string, exchange: ReadIntoOptions & { readonly origin: string; readonly request: string; readonly target: Uint8Array }): Promise<Answer> {
  const { origin, request, target, signal, idleMs = IDLE_TIMEOUT_MS } = exchange;
  for (;;) {
    if (isAborted(signal)) throw new AbortedError(`The request to ${url}`, signal?.reason);
    const kept = takeResting(origin);
    const connection = kept ?? connect(origin);
    const abort = (): void => connection.end(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    try {
      const answer = await connection.get(request, { target, idleMs });
      release(origin, connection);
      return answer;
    } catch (cause) {
      if (isAborted(signal)) throw new AbortedError(`The request to ${url}`, cause);
      // Nothing was answered on a kept connection: the server may just have closed it. Each try takes one away, so this ends.
      if (kept !== undefined && cause instanceof NothingCameError) continue;
      throw asTransportError(url, cause, idleMs);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

function connect(origin: string): ReadConnection {
  const { hostname, port } = new URL(origin);
  const connection = new ReadConnection({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) }, () => forget(origin, connection));
  return connection;
}

function takeResting(origin: string): ReadConnection | undefined {
  const list = resting.get(origin);
  const connection = list?.pop();
  if (list?.length === 0) resting.delete(origin);
  return connection;
}

function release(origin: string, connection: ReadConnection): void {
  if (!connection.isReusable) return;
  const list = resting.get(origin) ?? [];
  if (list.length >= FREE_SOCKETS_MAX) return connection.end(undefined);
  resting.set(origin, [...list, connection]);
  connection.rest(FREE_CONNECTION_MS);
}

function forget(origin: string, connection: ReadConnection): void {
  const left = resting.get(origin)?.filter((one) => one !== connection) ?? [];
  if (left.length > 0) resting.set(origin, left);
  else resting.delete(origin);
}

/** The ordinary way, for TLS, for servers of another style, and in pages. */
async function readCopied(url: string, target: Uint8Array, { idleMs = IDLE_TIMEOUT_MS, signal, headers = {} }: ReadIntoOptions): Promise<void> {
  await requestInto(url, target, { idleMs, signal, headers });
}

function wrongSize(url: string, sizeBytes: number, wantedBytes: number): TransportError {
  if (sizeBytes > wantedBytes) return new TransportError(url, `sent more than ${wantedBytes} bytes`, { code: 'REPLY_TOO_LARGE' });
  return new TransportError(url, `sent ${sizeBytes} of ${wantedBytes} bytes`, { code: 'SHORT_REPLY' });
}

function asTransportError(url: string, cause: unknown, idleMs: number): TransportError {
  if (cause instanceof Error && cause.name === 'TimeoutError') return new TransportError(url, `was silent for ${idleMs} ms`, { code: 'TIMEOUT', cause });
  const inner = cause instanceof NothingCameError ? cause.cause : cause;
  const code = inner instanceof Error && 'code' in inner ? String(inner.code) : inner instanceof Error ? inner.message : String(inner);
  return new TransportError(url, `could not be reached or broke off (${code})`, { cause: inner });
}
