// An S3 server for tests: objects are files of a folder, signatures are checked by code of its own, and any request can be made to fail.
import { createHash, createHmac } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

export const BUCKET = 'shelf';
export const KEYS = { AWS_ACCESS_KEY_ID: 'AKIDTEST', AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };

export interface S3Request {
  readonly method: string;
  /** Of the object; empty: of the bucket. */
  readonly key: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly query: URLSearchParams;
}

/** drop: the connection breaks. late: it breaks after the work was done. hang: silence. cut: half of the body. Or a status and an S3 error's code; or bytes in place of an object's. */
export type S3Fault = 'drop' | 'late' | 'hang' | 'cut' | { readonly status: number; readonly code?: string; readonly headers?: Record<string, string>; readonly page?: string } | { readonly bytes: Uint8Array };

export interface S3Server {
  readonly url: string;
  readonly requests: S3Request[];
  /** Asked before each request; undefined: nothing happens to it. */
  fault: (request: S3Request) => S3Fault | undefined;
  /** How far its clock is ahead of ours. */
  skewMs: number;
  /** False: if-none-match is ignored, as older servers do. */
  knowsConditions: boolean;
  secretKey: string;
  /** The file behind an object. */
  fileOf(key: string): string;
  keys(): Promise<string[]>;
  stop(): Promise<void>;
}

const PAGE = 3;

/** Lists have three keys a page. */
export async function startS3Server(folder: string): Promise<S3Server> {
  await mkdir(folder, { recursive: true });
  const sockets = new Set<import('node:net').Socket>();
  const fileOf = (key: string) => join(folder, encodeURIComponent(key));
  const keys = async () => (await readdir(folder)).filter((name) => !name.startsWith('.')).map(decodeURIComponent).sort();
  const state: S3Server = { url: '', requests: [], fault: () => undefined, skewMs: 0, knowsConditions: true, secretKey: KEYS.AWS_SECRET_ACCESS_KEY, fileOf, keys, stop };
  let temporary = 0;

  const answer = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://s3');
    const [, bucket = '', ...rest] = url.pathname.split('/').map(decodeURIComponent);
    const seen: S3Request = { method: request.method ?? '', key: rest.join('/'), headers: request.headers, query: url.searchParams };
    state.requests.push(seen);
    const fault = state.fault(seen);
    if (fault === 'drop') return void request.socket.destroy();
    if (fault === 'hang') return;
    const body = await bytesOf(request);
    const date = { date: new Date(Date.now() + state.skewMs).toUTCString() };
    if (typeof fault === 'object' && 'status' in fault) return refuse(response, fault.status, fault.code ?? 'InternalError', { ...date, ...fault.headers }, fault.page);
    if (bucket !== BUCKET) return refuse(response, 404, 'NoSuchBucket', date);
    const refusal = checkSignature(request, body, { secretKey: state.secretKey, nowMs: Date.now() + state.skewMs });
    if (refusal !== undefined) return refuse(response, 403, refusal, date);
    if (seen.method === 'PUT') {
      if (fault === 'cut') return void request.socket.destroy();
      const checksum = request.headers['x-amz-checksum-sha256'];
      if (checksum !== undefined && checksum !== createHash('sha256').update(body).digest('base64')) return refuse(response, 400, 'BadDigest', date);
      if (state.knowsConditions && request.headers['if-none-match'] === '*' && (await keys()).includes(seen.key)) return refuse(response, 412, 'PreconditionFailed', date);
      const path = join(folder, `.new-${temporary++}`);
      await writeFile(path, body);
      await rename(path, fileOf(seen.key));
      if (fault === 'late') return void request.socket.destroy();
      return void response.writeHead(200, { etag: etagOf(body) }).end();
    }
    if (seen.method === 'DELETE') {
      await rm(fileOf(seen.key), { force: true });
      return void response.writeHead(204).end();
    }
    if (seen.key === '') return void response.writeHead(200, { 'content-type': 'application/xml' }).end(listOf(await keys(), seen.query));
    const stored = typeof fault === 'object' && 'bytes' in fault ? Buffer.from(fault.bytes) : await readFile(fileOf(seen.key)).catch(() => undefined);
    if (stored === undefined) return refuse(response, 404, 'NoSuchKey', date, seen.method === 'HEAD' ? '' : undefined);
    send(response, stored, { range: request.headers.range, isHead: seen.method === 'HEAD', isCut: fault === 'cut' });
  };

  const server = http.createServer((request, response) => void answer(request, response).catch(() => request.socket.destroy()));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  Object.assign(state, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  return state;

  async function stop(): Promise<void> {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}

function send(response: http.ServerResponse, stored: Buffer, { range, isHead, isCut }: { readonly range: string | undefined; readonly isHead: boolean; readonly isCut: boolean }): void {
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
  if (first !== undefined && Number(first) >= stored.length) return refuse(response, 416, 'InvalidRange', { 'content-range': `bytes */${stored.length}` });
  const bytes = first === undefined ? stored : stored.subarray(Number(first), Number(last) + 1);
  const headers = { 'content-length': String(bytes.length), etag: etagOf(stored), ...(first === undefined ? {} : { 'content-range': `bytes ${first}-${Number(first) + bytes.length - 1}/${stored.length}` }) };
  response.writeHead(first === undefined ? 200 : 206, headers);
  if (isCut) response.write(bytes.subarray(0, bytes.length >> 1), () => void response.destroy());
  else response.end(isHead ? undefined : bytes);
}

function listOf(all: readonly string[], query: URLSearchParams): string {
  const prefix = query.get('prefix') ?? '';
  const after = query.get('continuation-token') ?? '';
  const matching = all.filter((key) => key.startsWith(prefix));
  const isFolders = query.get('delimiter') === '/';
  const shown = isFolders ? [...new Set(matching.filter((key) => key.slice(prefix.length).includes('/')).map((key) => `${prefix}${key.slice(prefix.length).split('/')[0]}/`))] : matching;
  const rest = shown.filter((key) => key > after);
  const page = rest.slice(0, PAGE);
  const entries = page.map((key) => (isFolders ? `<CommonPrefixes><Prefix>${key}</Prefix></CommonPrefixes>` : `<Contents><Key>${key}</Key><Size>1</Size></Contents>`));
  const next = rest.length > PAGE ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : '';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${BUCKET}</Name><IsTruncated>${next !== ''}</IsTruncated>${next}${entries.join('')}</ListBucketResult>`;
}

function refuse(response: http.ServerResponse, status: number, code: string, headers: Record<string, string> = {}, page?: string): void {
  response.writeHead(status, headers).end(page ?? `<?xml version="1.0"?><Error><Code>${code}</Code><Message>refused by the test</Message></Error>`);
}

async function bytesOf(request: http.IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}

function etagOf(bytes: Uint8Array): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

/** Straight from the specification, for one date, region and service. The code of the refusal; undefined where all is well. */
function checkSignature(request: http.IncomingMessage, body: Buffer, { secretKey, nowMs }: { readonly secretKey: string; readonly nowMs: number }): string | undefined {
  const parts = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(request.headers.authorization ?? '');
  if (parts === null) return 'AccessDenied';
  const [, id, day = '', region = '', signedHeaders = '', given] = parts;
  if (id !== KEYS.AWS_ACCESS_KEY_ID) return 'InvalidAccessKeyId';
  const date = String(request.headers['x-amz-date']);
  const signedMs = Date.parse(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(signedMs - nowMs) < 900_000)) return 'RequestTimeTooSkewed';
  const names = signedHeaders.split(';');
  const mustBeSigned = ['host', ...Object.keys(request.headers).filter((name) => name.startsWith('x-amz-'))];
  if (mustBeSigned.some((name) => !names.includes(name))) return 'AccessDenied';
  const hash = createHash('sha256').update(body).digest('hex');
  if (request.headers['x-amz-content-sha256'] !== hash) return 'XAmzContentSHA256Mismatch';
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const canonical = [request.method, path, query.split('&').sort().join('&'), ...names.map((name) => `${name}:${String(request.headers[name]).trim()}`), '', signedHeaders, hash].join('\n');
  const text = ['AWS4-HMAC-SHA256', date, `${day}/${region}/s3/aws4_request`, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();
  const key = hmac(hmac(hmac(hmac(`AWS4${secretKey}`, day), region), 's3'), 'aws4_request');
  return hmac(key, text).toString('hex') === given ? undefined : 'SignatureDoesNotMatch';
}
