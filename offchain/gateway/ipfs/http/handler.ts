/** Answers requests as the specifications of IPFS gateways have it: trustless ones, and where the owner wants it plain ones. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { BadDagError } from '../../../client/cid/errors.ts';
import { HoldfastError } from '../../../wire/errors.ts';
import { BadRequestError, GatewayError, NotHereError } from '../errors.ts';
import type { IpfsGateway } from '../gateway.ts';
import { requestCid } from '../request-cid.ts';
import type { Exchange } from './exchange.ts';
import { negotiate } from './negotiate.ts';
import { sendCar } from './send-car.ts';
import { sendPlain } from './send-plain.ts';
import { sendRaw } from './send-raw.ts';

const METHODS = 'GET, HEAD, OPTIONS';
const RETRY_AFTER_SECONDS = '5';
/** Whatever is shown runs nothing, sends nothing, and has nothing in common with other content from this address. */
const POLICY = "sandbox; default-src 'self' data: 'unsafe-inline'; script-src 'none'; object-src 'none'; frame-ancestors 'self'";

export function createHandler(gateway: IpfsGateway): RequestListener {
  const { settings, log } = gateway;
  let under = 0;
  return (request, response) => {
    safeHeaders(gateway, response);
    const work = under >= settings.requestsAtOnce ? Promise.reject(new GatewayError(503, 'BUSY', `${settings.requestsAtOnce} requests are being answered already.`, { retryable: true })) : undefined;
    under++;
    const gone = new AbortController();
    response.once('close', () => gone.abort(new Error('the client is gone')));
    (work ?? answer(gateway, request, response, gone.signal))
      .catch((error: unknown) => fail(gateway, { request, response, error, isGone: gone.signal.aborted }))
      .catch((error: unknown) => log.error('ipfs.failed', { error }))
      .finally(() => under--);
  };
}

function safeHeaders({ settings: { allowOrigin } }: IpfsGateway, response: ServerResponse): void {
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Content-Security-Policy', POLICY);
  response.setHeader('Referrer-Policy', 'no-referrer');
  if (allowOrigin === '') return;
  response.setHeader('Access-Control-Allow-Origin', allowOrigin);
  response.setHeader('Access-Control-Expose-Headers', 'Content-Length, Content-Range, X-Ipfs-Path, X-Ipfs-Roots');
  response.setHeader('Access-Control-Allow-Methods', METHODS);
  response.setHeader('Access-Control-Allow-Headers', 'Content-Type, Range, User-Agent, X-Requested-With');
}

async function answer(gateway: IpfsGateway, request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
  if (request.method === 'OPTIONS') return void response.writeHead(204).end();
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', METHODS);
    throw new GatewayError(405, 'METHOD', `Nothing is done with ${request.method ?? 'that'} here: this gateway only reads.`);
  }
  const { path, query } = addressOf(request);
  const [, space = '', first = '', ...rest] = path.split('/');
  const wanted = () => negotiate(request.headers.accept, query, gateway.settings);
  if (space === 'ipns') throw new GatewayError(wanted().kind === 'ipns-record' ? 404 : 501, 'NO_IPNS', 'This gateway keeps no IPNS records: names here are public names on the chain.', { nextStep: 'Use `holdfast resolve NAME`, and then the CID that it shows.' });
  if (space !== 'ipfs' || first === '') throw new NotHereError('Contents are at /ipfs/CID.');
  const segments = rest.filter((part) => part !== '').map(decoded);
  const root = requestCid(decoded(first));
  const exchange: Exchange = { request, response, path: ['', 'ipfs', decoded(first), ...segments].join('/'), query, root, segments, endsInSlash: rest.at(-1) === '', signal };
  const { blocks, deny } = gateway;
  deny(root);
  const kind = wanted();
  if (kind.kind === 'ipns-record') throw new BadRequestError('An IPNS record is asked for at /ipns/NAME, not at /ipfs/CID.');
  await blocks.require(root, { onlyIfHere: /(^|[,\s])only-if-cached([,\s]|$)/i.test(request.headers['cache-control'] ?? '') });
  if (kind.kind === 'raw') return sendRaw(gateway, exchange);
  return kind.kind === 'car' ? sendCar(gateway, exchange, kind) : sendPlain(gateway, exchange);
}

/** Without what URL classes do to `..`: names of files are taken as they stand. */
function addressOf({ url = '/' }: IncomingMessage): { path: string; query: URLSearchParams } {
  const [whole = ''] = url.replace(/^https?:\/\/[^/]*/i, '').split('#');
  const mark = whole.indexOf('?');
  return mark < 0 ? { path: whole, query: new URLSearchParams() } : { path: whole.slice(0, mark), query: new URLSearchParams(whole.slice(mark)) };
}

function decoded(part: string): string {
  let text: string;
  try {
    text = decodeURIComponent(part);
  } catch (cause) {
    throw new BadRequestError(`${JSON.stringify(part.slice(0, 80))} in the path is not well encoded.`, cause);
  }
  if (text === '.' || text === '..' || text.includes('/') || text.includes('\0')) throw new BadRequestError(`${JSON.stringify(text.slice(0, 80))} can be no name in a folder.`);
  return text;
}

interface Failure {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly error: unknown;
  readonly isGone: boolean;
}

async function fail({ log }: IpfsGateway, { request, response, error, isGone }: Failure): Promise<void> {
  const status = error instanceof GatewayError ? error.status : error instanceof BadDagError ? 501 : 500;
  if (!isGone && (status >= 500 || !(error instanceof GatewayError))) log.warn('ipfs.request', { path: request.url?.slice(0, 200), status, error });
  if (response.headersSent) {
    // The status is out already: a broken connection is the only honest sign left.
    response.destroy();
    return;
  }
  for (const name of ['Etag', 'Content-Disposition', 'Content-Length', 'Content-Location', 'X-Ipfs-Path', 'X-Ipfs-Roots']) response.removeHeader(name);
  response.setHeader('Cache-Control', 'no-store');
  if (status === 503) response.setHeader('Retry-After', RETRY_AFTER_SECONDS);
  if (!request.complete) response.setHeader('Connection', 'close');
  const text = error instanceof HoldfastError ? error.message : 'Something failed here that should not.';
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.writeHead(status).end(request.method === 'HEAD' ? undefined : `${text}\n`);
}
