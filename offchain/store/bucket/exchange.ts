import http from 'node:http';
import https from 'node:https';

export interface ObjectBody {
  readonly sizeBytes: number;
  /** Hex. */
  readonly sha256: string;
  /** Gives its bytes to `write`, from the first one on, each time that it is called. A piece may be overwritten once `write` has resolved. */
  pour(write: (piece: Uint8Array) => Promise<void>): Promise<void>;
}

export interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly bytes: Uint8Array;
}

export interface ExchangeOptions {
  readonly origin: URL;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: ObjectBody | undefined;
  readonly agent: http.Agent;
  readonly silenceMs: number;
  /** Of the reply; more of it is an error. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** One request and its whole reply, whatever its status. Redirects are not followed: a signature is for one host. @throws what the connection does; EMSGSIZE */
export async function exchange(options: ExchangeOptions): Promise<Reply> {
  const { origin, method, path, headers, body, agent, silenceMs, maxBytes, signal } = options;
  const request = (origin.protocol === 'https:' ? https : http).request({
    protocol: origin.protocol, hostname: origin.hostname.replace(/^\[|\]$/g, ''), port: origin.port, method, path, agent, signal, setHost: false,
    headers: { ...headers, ...(body === undefined && method !== 'PUT' ? {} : { 'content-length': String(body?.sizeBytes ?? 0) }) },
  });
  request.setTimeout(silenceMs, () => void request.destroy(coded('ETIMEDOUT', `nothing moved for ${silenceMs} ms`)));
  try {
    const reply = await new Promise<http.IncomingMessage>((resolve, reject) => {
      request.once('response', resolve);
      request.on('error', reject);
      // A server that answers before the end of the body is listened to; a body that cannot be read ends the request.
      send(request, body).catch((error: Error) => void request.destroy(error));
    });
    const bytes = await readAll(reply, maxBytes);
    return { status: reply.statusCode ?? 0, headers: reply.headers, bytes };
  } finally {
    if (!request.writableFinished) request.destroy();
  }
}

async function send(request: http.ClientRequest, body: ObjectBody | undefined): Promise<void> {
  await body?.pour((piece) => new Promise((resolve, reject) => {
    if (request.destroyed) return reject(coded('ECONNRESET', 'the connection broke off'));
    const broke = (): void => reject(coded('ECONNRESET', 'the connection broke off'));
    request.once('close', broke);
    request.write(piece, (error) => {
      request.off('close', broke);
      if (error === null || error === undefined) resolve();
      else reject(error);
    });
  }));
  request.end();
}

async function readAll(reply: http.IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  for await (const piece of reply as AsyncIterable<Buffer>) {
    sizeBytes += piece.length;
    if (sizeBytes > maxBytes) throw coded('EMSGSIZE', `it answers with more than ${maxBytes} bytes`);
    pieces.push(piece);
  }
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}

function coded(code: string, sentence: string): Error {
  return Object.assign(new Error(sentence), { code });
}
