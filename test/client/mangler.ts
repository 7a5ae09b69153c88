/** A real HTTP server before a real provider, that spoils what goes through it. */
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of fragments on their way to the reader, or of uploads on their way to the provider (`cut`, `crawl`). */
export type Spoil = 'wrong bytes' | 'too many bytes' | 'no bytes' | 'a byte a second' | 'nothing at all' | 'half, then silence' | 'not found' | 'cut' | 'crawl';

export interface Mangler {
  readonly port: number;
  /** Bodies of uploads that it took from clients, in bytes, by content-range. */
  readonly uploads: readonly { readonly range: string | undefined; readonly bytes: number }[];
  stop(): Promise<void>;
}

const BYTE_PAUSE_MS = 1000;
/** A `cut` connection breaks after this many bytes of the body. */
const CUT_AFTER_BYTES = 10_000;
/** Time for these to reach the provider. */
const CUT_PAUSE_MS = 300;

/** `only`: fragments whose path has this in it; the others are served as they are. */
export async function startMangler(target: string, spoil: Spoil, only = ''): Promise<Mangler> {
  const uploads: { range: string | undefined; bytes: number }[] = [];
  let cuts = 0;
  const server = http.createServer((request, response) => {
    const isFragment = request.url?.includes('/fragments/') === true && request.url.includes(only);
    const inner = http.request(`${target}${request.url ?? ''}`, { method: request.method ?? 'GET', headers: request.headers, agent: false });
    inner.on('error', () => response.destroy());
    inner.on('response', (reply) => {
      if (request.method !== 'GET' || !isFragment || reply.statusCode !== 200) {
        response.writeHead(reply.statusCode ?? 500, reply.headers);
        return void reply.pipe(response);
      }
      void (async () => {
        const parts: Buffer[] = [];
        for await (const part of reply) parts.push(part as Buffer);
        serve(response, reply.headers, Buffer.concat(parts));
      })();
    });
    if (request.method !== 'PUT' || !isFragment) return void request.pipe(inner);
    const upload = { range: request.headers['content-range'], bytes: 0 };
    uploads.push(upload);
    // Only the first connections break; the next ones must go on from there.
    const isCut = spoil === 'cut' && ++cuts <= 2;
    request.on('data', (part: Buffer) => {
      upload.bytes += part.length;
      if (isCut && upload.bytes > CUT_AFTER_BYTES) {
        request.pause();
        inner.write(part.subarray(0, CUT_AFTER_BYTES));
        setTimeout(() => {
          inner.destroy();
          request.destroy();
        }, CUT_PAUSE_MS);
      } else if (spoil !== 'crawl') inner.write(part);
    });
    request.on('end', () => void (spoil === 'crawl' ? undefined : inner.end()));
    if (spoil === 'crawl') request.pause();
  });

  const serve = (response: http.ServerResponse, headers: http.IncomingHttpHeaders, body: Buffer): void => {
    if (spoil === 'wrong bytes') {
      body[Math.floor(body.length / 2)] = (body[Math.floor(body.length / 2)] ?? 0) ^ 1;
      response.writeHead(200, headers).end(body);
    } else if (spoil === 'too many bytes') {
      response.writeHead(200, { ...headers, 'content-length': String(body.length + 1_000_000) });
      response.end(Buffer.concat([body, Buffer.alloc(1_000_000)]));
    } else if (spoil === 'no bytes') {
      response.writeHead(200, { ...headers, 'content-length': '0' }).end();
    } else if (spoil === 'a byte a second') {
      response.writeHead(200, headers);
      let at = 0;
      const timer = setInterval(() => response.write(body.subarray(at, ++at)), BYTE_PAUSE_MS);
      response.on('close', () => clearInterval(timer));
    } else if (spoil === 'half, then silence') {
      response.writeHead(200, headers).write(body.subarray(0, body.length / 2));
    } else if (spoil === 'not found') {
      response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{"code":"NO_SUCH_FRAGMENT","message":"It is not here."}}');
    } else if (spoil !== 'nothing at all') {
      response.writeHead(200, headers).end(body);
    }
  };

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    uploads,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
