import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../../../store/log.ts';
import { authenticate } from '../auth/authenticate.ts';
import type { FindKey } from '../auth/access-key.ts';
import { authorize } from '../auth/authorize.ts';
import { openIncoming } from '../body/incoming.ts';
import { readText } from '../body/read-text.ts';
import type { Call, Gateway, Reply } from '../call.ts';
import { S3Error } from '../errors.ts';
import { boundaryOf } from '../post/multipart.ts';
import { postObject } from '../post/post-object.ts';
import type { PostRequest } from '../post/post-object.ts';
import { checkBucketName, parseTarget } from '../request/target.ts';
import type { Target } from '../request/target.ts';
import { route } from '../routes.ts';
import { toS3Error } from '../store-errors.ts';
import { bodyStream } from './body-stream.ts';
import { corsHeaders, preflight } from './cors-headers.ts';
import type { S3Metrics } from './metrics.ts';
import { serveOwnPage } from './own-pages.ts';
import { send, sendError, setHeaders } from './send.ts';
import type { S3Settings } from './settings.ts';

/** Largest single PUT, as S3 has it. */
const MAX_PUT_BYTES = 5 * 1024 ** 3;
const MAX_XML_BYTES = 1024 * 1024;

export interface Handler extends Gateway {
  readonly settings: S3Settings;
  readonly findKey: FindKey;
  /** Called before each request is judged. */
  readonly refreshKeys: () => Promise<void>;
  readonly metrics: S3Metrics;
  readonly log: Logger;
}

/** Answers one request, whatever it is. `goOn` sends 100 Continue where the client waits for it. */
export async function handle(handler: Handler, request: IncomingMessage, response: ServerResponse, goOn?: () => void): Promise<void> {
  const { objects, metrics, settings, log } = handler;
  const [startMs, requestId, method] = [performance.now(), randomBytes(8).toString('hex').toUpperCase(), request.method ?? ''];
  const context = { requestId, resource: (request.url ?? '').split('?')[0]!, onBytes: (size: number) => void (metrics.sentBytes += size) };
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  setHeaders(response, { 'x-amz-request-id': requestId, 'x-amz-id-2': requestId, server: 'Holdfast' });
  metrics.inFlight += 1;
  let isBodyAsked = goOn === undefined;
  try {
    if (metrics.inFlight > settings.limits.requests) throw new S3Error('SlowDown', undefined, { headers: { 'retry-after': '1' } });
    const headers = headersOf(request);
    const header = (name: string) => headers.get(name)?.join(',');
    const target = parseTarget(request.url ?? '', header('host'), settings.domain);
    if (method === 'GET' && (await serveOwnPage(target, response, objects, metrics))) return;
    if (method === 'OPTIONS' && target.bucket !== undefined) return await send(response, { headers: await preflight(objects, target.bucket, header) }, context);
    if (target.bucket !== undefined) setHeaders(response, await corsHeaders(objects, target.bucket, method, header));
    const stream = () => {
      isBodyAsked = true;
      goOn?.();
      return bodyStream(request, settings.limits, (size) => void (metrics.receivedBytes += size));
    };
    await send(response, await answer(handler, { method, target, headers, header, requestId, stream, signal: gone.signal }), context);
  } catch (error) {
    if (gone.signal.aborted) return;
    const known = toS3Error(error);
    if (known.status >= 500 && known.s3Code !== 'NotImplemented') log.error('s3.failed', { requestId, method, resource: context.resource, code: known.s3Code, error: known.cause ?? known });
    // Nobody knows whether the body follows that the client held back.
    if (!isBodyAsked && !response.headersSent) response.setHeader('connection', 'close');
    await sendError(response, known, context, method === 'HEAD').catch(() => response.destroy());
  } finally {
    metrics.inFlight -= 1;
    metrics.answered(method, response.statusCode, (performance.now() - startMs) / 1000);
    discardRest(request);
  }
}

interface Heard {
  readonly method: string;
  readonly target: Target;
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly header: (name: string) => string | undefined;
  readonly requestId: string;
  /** The body; asked for at most once. */
  readonly stream: () => AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

async function answer(handler: Handler, { stream, ...heard }: Heard): Promise<Reply> {
  const { method, target, headers, header } = heard;
  await handler.refreshKeys();
  const auth = { region: handler.region, findKey: handler.findKey, nowMs: handler.nowMs };
  const form = formOf(heard);
  if (form !== undefined) return postObject(handler, { ...form, body: stream(), signal: heard.signal }, auth);
  const identity = authenticate({ method, target, headers }, auth);
  if (target.bucket !== undefined) checkBucketName(target.bucket);
  authorize(identity.key, method, target.bucket);
  // Lazily: the client may send its body only when the operation wants it.
  const lazy = { async *[Symbol.asyncIterator]() { yield* stream(); } };
  const source = { stream: lazy, header, identity, signal: heard.signal };
  const call: Call = {
    ...heard,
    identity,
    incoming: (algorithm) => openIncoming(source, { maxBytes: MAX_PUT_BYTES, algorithm }),
    text: (maxBytes = MAX_XML_BYTES) => readText(openIncoming(source, { maxBytes: MAX_PUT_BYTES }), maxBytes),
  };
  return route(method, target, header)(handler, call);
}

/** A form that a page sends to a bucket: it is signed inside of its body. */
function formOf({ method, target: { bucket, key, path, query }, headers, header }: Omit<Heard, 'stream'>): Pick<PostRequest, 'bucket' | 'boundary' | 'address'> | undefined {
  if (method !== 'POST' || bucket === undefined || key !== undefined || headers.has('authorization') || query.pairs.length > 0) return undefined;
  const boundary = boundaryOf(header('content-type'));
  if (boundary === undefined) return undefined;
  checkBucketName(bucket);
  return { bucket, boundary, address: `http://${header('host') ?? ''}${path.replace(/\/$/, '')}` };
}

/** All values of all headers; several Host headers and the like are left to the signature. */
function headersOf({ rawHeaders }: IncomingMessage): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    const known = headers.get(name);
    if (known === undefined) headers.set(name, [rawHeaders[at + 1]!]);
    else known.push(rawHeaders[at + 1]!);
  }
  return headers;
}

/** Closing at once would make the client lose the answer while it still sends: what is left is read and dropped for a while. */
const REST_MS = 5_000;

function discardRest(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  const timer = setTimeout(() => request.destroy(), REST_MS);
  request.once('close', () => clearTimeout(timer));
  request.once('end', () => clearTimeout(timer));
  request.resume();
}
