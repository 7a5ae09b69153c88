import type { ServerResponse } from 'node:http';
import type { HeaderValues, Reply } from '../call.ts';
import { errorXml } from '../error-xml.ts';
import type { S3Error } from '../errors.ts';
import { toS3Error } from '../store-errors.ts';

/** After so long the status of an answer that is still being made goes out, and a space each time again. */
const KEEP_ALIVE_MS = 5_000;
const DECLARATION = /^<\?xml[^>]*>\s*/;

export interface SendContext {
  readonly requestId: string;
  readonly resource: string;
  readonly onBytes: (sizeBytes: number) => void;
}

/** Writes the answer; resolves when the last byte is out. A body that fails in its middle breaks the connection: no other sign is left. */
export async function send(response: ServerResponse, reply: Reply, context: SendContext): Promise<void> {
  if (reply.xmlLater !== undefined) return sendLater(response, reply, reply.xmlLater, context);
  setHeaders(response, reply.headers);
  response.statusCode = reply.status ?? 200;
  if (reply.body !== undefined) {
    response.setHeader('content-length', reply.body.sizeBytes);
    return sendBody(response, reply.body.bytes, context);
  }
  const text = reply.xml ?? '';
  if (text !== '') response.setHeader('content-type', 'application/xml');
  // The headers of a HEAD speak of a body that does not follow.
  if (!response.hasHeader('content-length') && response.statusCode !== 204 && response.statusCode !== 304) response.setHeader('content-length', Buffer.byteLength(text));
  context.onBytes(Buffer.byteLength(text));
  await ended(response, text);
}

async function sendBody(response: ServerResponse, bytes: AsyncIterable<Uint8Array>, { onBytes }: SendContext): Promise<void> {
  for await (const piece of bytes) {
    // The piece's memory is used again as soon as the next one is asked for, so it has to be in the kernel by then.
    await written(response, piece);
    onBytes(piece.length);
  }
  await ended(response);
}

async function sendLater(response: ServerResponse, reply: Reply, later: Promise<string>, context: SendContext): Promise<void> {
  const headers = reply.laterHeaders?.catch(() => ({})) ?? Promise.resolve({});
  let isOpen = false;
  const begin = () => {
    if (!isOpen) {
      setHeaders(response, reply.headers);
      response.statusCode = reply.status ?? 200;
      response.setHeader('content-type', 'application/xml');
      response.write('<?xml version="1.0" encoding="UTF-8"?>\n');
      isOpen = true;
    } else response.write(' ');
  };
  const timer = setInterval(begin, KEEP_ALIVE_MS);
  try {
    const text = await later;
    if (isOpen) return await ended(response, text.replace(DECLARATION, ''));
    await send(response, { status: reply.status ?? 200, headers: { ...reply.headers, ...(await headers) }, xml: text }, context);
  } catch (error) {
    if (!isOpen) throw error;
    // The status is out; clients of S3 look for an error in such a body.
    await ended(response, errorXml(toS3Error(error), context).replace(DECLARATION, ''));
  } finally {
    clearInterval(timer);
  }
}

export async function sendError(response: ServerResponse, error: S3Error, context: SendContext, isHead: boolean): Promise<void> {
  if (response.headersSent) return void response.destroy();
  for (const name of response.getHeaderNames()) if (!/^(access-control-|vary|x-amz-request-id|x-amz-id-2|server)/.test(name)) response.removeHeader(name);
  const isBare = isHead || error.status === 304;
  await send(response, { status: error.status, headers: error.headers, ...(isBare ? {} : { xml: errorXml(error, context) }) }, context);
}

export function setHeaders(response: ServerResponse, headers: HeaderValues = {}): void {
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
}

function written(response: ServerResponse, piece: Uint8Array): Promise<void> {
  return settled(response, (done) => void response.write(piece, done));
}

function ended(response: ServerResponse, text?: string): Promise<void> {
  // As bytes: in front of a string Node would write the headers as UTF-8 too, and they are Latin-1.
  return settled(response, (done) => void (text === undefined || text === '' ? response.end(done) : response.end(Buffer.from(text), done)));
}

/** A response whose client is gone never calls back, so its end counts too. */
function settled(response: ServerResponse, act: (done: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new Error('The client is gone.'));
    if (response.destroyed) return gone();
    response.once('close', gone);
    act((error) => {
      response.off('close', gone);
      if (error) reject(error);
      else resolve();
    });
  });
}
