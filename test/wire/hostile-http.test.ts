import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { HoldfastError } from '../../offchain/wire/errors.ts';
import { putBytes, requestBytes, requestJson } from '../../offchain/wire/http-client.ts';
import { createApp, errorMiddleware, jsonBody, notFoundMiddleware, startServer } from '../../offchain/wire/http-server.ts';
import { CONNECTIONS_MAX, HEAD_TIMEOUT_MS, SILENCE_TIMEOUT_MS } from '../../offchain/wire/limits.ts';
import { parseAs } from '../../offchain/wire/json.ts';
import { OfferRequest } from '../../offchain/wire/messages.ts';
import { within } from '../support/hostile.ts';

const Any = z.unknown();
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A server that takes one kind of body, of at most 1,000 bytes. */
async function serve(): Promise<{ url: string; port: number }> {
  const app = createApp();
  app.post('/offers', jsonBody(1000), (request, response) => void response.json(parseAs(OfferRequest, request.body, 'The offer request')));
  app.use(notFoundMiddleware, errorMiddleware());
  const server = await startServer(app);
  closers.push(() => server.close());
  return server;
}

/** Sends these bytes over a bare socket and returns everything that comes back until the server ends, or falls silent after an answer. */
async function talk(port: number, parts: readonly (string | Uint8Array)[]): Promise<string> {
  const socket = net.connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (data) => {
    answer += data.toString('latin1');
    if (/^HTTP[^]*\r\n\r\n[^]*\}$/.test(answer)) socket.end();
  });
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for (const part of parts) if (!socket.destroyed) socket.write(part);
  await closed;
  return answer;
}

const post = (headers: string, body = '') => `POST /offers HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n${headers}\r\n\r\n${body}`;

describe('hostile requests', () => {
  it.each([
    ['a body that is cut', post('content-length: 9', '{"terms":')],
    ['a body that is no JSON', post('content-length: 3', '{{{')],
    ['a body that is a number', post('content-length: 2', '17')],
    ['an empty body', post('content-length: 0')],
    ['invalid UTF-8', Buffer.concat([Buffer.from(post('content-length: 6')), Buffer.from([0x22, 0xff, 0xfe, 0xc0, 0x80, 0x22])])],
    ['another charset', post('content-length: 2').replace('application/json', 'application/json; charset=klingon') + '{}'],
    ['another type', post('content-length: 2', '{}').replace('application/json', 'text/html')],
    ['lists in lists', post('content-length: 900', `${'['.repeat(450)}${']'.repeat(450)}`)],
    ['an unknown encoding', post('content-length: 2\r\ncontent-encoding: rot13', '{}')],
    ['gzip that is none', post('content-length: 2\r\ncontent-encoding: gzip', '{}')],
    ['a prototype', post('content-length: 31', '{"__proto__":{"terms":{"k":1}}}')],
  ])('%s: a status from 400 on, and a typed body', async (_, request) => {
    const { port } = await serve();
    const answer = await talk(port, [request]);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as { code: string; retryable: boolean };
    expect(body.code).toMatch(/^[A-Z_]+$/);
    expect(body.retryable).toBe(false);
  });

  it('announced or real, nothing beyond the limit is read into memory', async () => {
    const { port, url } = await serve();
    await within(64, async () => {
      expect(await talk(port, [post('content-length: 1000000000000')])).toMatch(/^HTTP\/1\.1 413 /);
      expect(await talk(port, [post('transfer-encoding: chunked'), ...Array.from({ length: 200 }, () => `10000\r\n${'x'.repeat(0x10000)}\r\n`)])).toMatch(/^HTTP\/1\.1 413 /);
    });
    await expect(requestJson(`${url}/offers`, { method: 'POST', body: {}, schema: Any })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });

  it('a head that comes byte by byte, and an answer that nobody takes, end with their connection', async () => {
    const app = createApp();
    app.get('/large', (_request, response) => void response.send(Buffer.alloc(1 << 25)));
    const limits: number[] = [];
    const server = await startServer(app, {
      http: { connectionsCheckingInterval: 50 },
      configure: (one) => {
        limits.push(one.headersTimeout, one.timeout, one.maxConnections);
        Object.assign(one, { headersTimeout: 300, requestTimeout: 300, timeout: 300 });
      },
    });
    closers.push(() => server.close());
    expect(limits).toEqual([HEAD_TIMEOUT_MS, SILENCE_TIMEOUT_MS, CONNECTIONS_MAX]);
    const [dripping, deaf] = [net.connect(server.port, '127.0.0.1'), net.connect(server.port, '127.0.0.1').pause()];
    for (const socket of [dripping, deaf]) socket.on('error', () => undefined);
    const sender = setInterval(() => dripping.write('G'), 100);
    dripping.resume();
    deaf.write('GET /large HTTP/1.1\r\nhost: a\r\n\r\n');
    await once(dripping, 'close');
    clearInterval(sender);
    // Only what the system had taken already comes out of it.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    let taken = 0;
    deaf.on('data', (data) => (taken += data.length)).resume();
    await once(deaf, 'close');
    expect(taken).toBeLessThan(1 << 25);
  });

  it('a compressed bomb is not unpacked', async () => {
    const { gzipSync } = await import('node:zlib');
    const { port } = await serve();
    const bomb = gzipSync(Buffer.alloc(900_000, ' '));
    expect(bomb.length).toBeLessThan(1000);
    expect(await talk(port, [post(`content-length: ${bomb.length}\r\ncontent-encoding: gzip`), bomb])).toMatch(/^HTTP\/1\.1 4\d\d /);
  });

  it('what is no HTTP, and headers without end, leave the server standing', async () => {
    const { port, url } = await serve();
    for (const noise of ['\0\0\0\0\r\n\r\n', 'GET\r\n\r\n', 'POST /offers HTTP/9.9\r\n\r\n', `GET / HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`, post('content-length: -1'), post('content-length: 5\r\ntransfer-encoding: chunked', '0\r\n\r\n')]) {
      expect(await talk(port, [noise])).toMatch(/^(HTTP\/1\.1 4\d\d |$)/);
    }
    await expect(requestJson(`${url}/x`, { schema: Any })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('hostile replies', () => {
  async function serveRaw(talk: (socket: net.Socket) => void): Promise<string> {
    const sockets = new Set<net.Socket>();
    const server = net.createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('data', () => talk(socket));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    });
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }
  const reply = (head: string, body = '') => `HTTP/1.1 ${head}\r\nconnection: close\r\n\r\n${body}`;
  const failing = (call: Promise<unknown>) => call.then(() => expect.fail('it was believed'), (error: unknown) => expect(error).toBeInstanceOf(HoldfastError));

  it.each([
    ['no HTTP at all', 'SSH-2.0-OpenSSH\r\n'],
    ['nothing', ''],
    ['half a header', 'HTTP/1.1 200 OK\r\ncontent-le'],
    ['fewer bytes than announced', reply('200 OK\r\ncontent-length: 50', '{"a":1}')],
    ['no JSON', reply('200 OK\r\ncontent-length: 5', 'hello')],
    ['invalid UTF-8', Buffer.concat([Buffer.from(reply('200 OK\r\ncontent-length: 3')), Buffer.from([0x22, 0xff, 0xfe])])],
    ['an error that is a page', reply('500 Oops\r\ncontent-length: 6', '<html>')],
    ['an error whose body is a list', reply('404 No\r\ncontent-length: 2', '[]')],
    ['an error whose fields are odd', reply('409 No\r\ncontent-length: 45', '{"code":5,"message":{},"details":"x","a":"b"}')],
    ['a status of its own making', reply('999 What\r\ncontent-length: 0')],
    ['a redirection', reply('302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0')],
    ['a broken chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n'],
    ['a retry after for ever', reply('503 Later\r\nretry-after: Infinity\r\ncontent-length: 0')],
  ])('%s: a typed error', async (_, answer) => {
    const url = await serveRaw((socket) => socket.end(answer));
    await failing(requestJson(url, { schema: z.object({ a: z.number() }) }));
    await failing(putBytes(url, { body: new Uint8Array(10), schema: z.object({ a: z.number() }) }));
  });

  it('a reply without end is cut where it was agreed, and announced sizes are not believed', async () => {
    const endless = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
      const more = () => {
        while (!socket.destroyed && socket.write(`10000\r\n${'x'.repeat(0x10000)}\r\n`));
        if (!socket.destroyed) socket.once('drain', more);
      };
      more();
    });
    await within(64, async () => {
      await expect(requestBytes(endless, { maxBytes: 100_000 })).rejects.toMatchObject({ code: 'REPLY_TOO_LARGE' });
      await failing(requestJson(endless, { schema: Any }));
    });
    const boastful = await serveRaw((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9007199254740991\r\n\r\nx'));
    await within(64, () => failing(requestBytes(boastful, { maxBytes: 1 << 30 })));
  });

  it('an error body without end is not read to its end', async () => {
    const server = http.createServer((_request, response) => {
      response.writeHead(500);
      const more = () => {
        while (!response.destroyed && response.write('y'.repeat(0x10000)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
    await within(64, () => failing(requestJson(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { schema: Any })));
  });
});
