import { once } from 'node:events';
import net from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { HoldfastError } from '../../offchain/wire/errors.ts';
import { putBytes, requestBytes, requestJson, requestStream } from '../../offchain/wire/http-client.ts';
import { ConflictError, DiskFullError, UnavailableError } from '../../offchain/wire/http-errors.ts';
import { createApp, errorMiddleware, jsonBody, notFoundMiddleware, startServer } from '../../offchain/wire/http-server.ts';
import { amount } from '../../offchain/wire/fields.ts';

const Any = z.unknown();
const Sum = z.object({ sum: amount });
const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function serve(routes: (app: ReturnType<typeof createApp>) => void): Promise<string> {
  const app = createApp();
  routes(app);
  app.use(notFoundMiddleware, errorMiddleware());
  const server = await startServer(app);
  closers.push(() => server.close());
  return server.url;
}

/** A TCP server that does whatever `talk` says: for everything that a well-behaved HTTP server never does. */
async function serveRaw(talk: (socket: net.Socket, connection: number) => void): Promise<string> {
  let connections = 0;
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    talk(socket, ++connections);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it.each(['', 'garbage', 'ftp://127.0.0.1/x', 'http://', 'javascript:alert(1)', '/relative'])('asks nobody at the address "%s", and says so', async (url) => {
  for (const act of [requestJson(url, { schema: Any }), requestBytes(url, { maxBytes: 1 }), requestStream(url)]) {
    await expect(act).rejects.toMatchObject({ code: 'BAD_ADDRESS', message: expect.stringContaining('is no address that can be asked') });
  }
});

describe('JSON over HTTP', () => {
  it('carries amounts as decimal strings', async () => {
    const url = await serve((app) => app.post('/sum', jsonBody(), (request, response) => void response.json({ sum: BigInt(request.body.a) + 1n })));
    expect(await requestJson(`${url}/sum`, { method: 'POST', body: { a: 2n ** 80n }, schema: Sum })).toEqual({ sum: 2n ** 80n + 1n });
  });

  it('an error keeps code, sentence, details and next step', async () => {
    const url = await serve((app) =>
      app.get('/', () => {
        throw new ConflictError('The name is taken.', { code: 'NAME_TAKEN', details: { version: 3 }, nextStep: 'Read it first.' });
      }),
    );
    await expect(requestJson(`${url}/`, { schema: Any })).rejects.toMatchObject({
      name: 'RemoteError',
      code: 'NAME_TAKEN',
      shortMessage: 'The name is taken.',
      details: { version: 3 },
      nextStep: 'Read it first.',
      retryable: false,
      remoteStatus: 409,
    });
  });

  it.each([
    [new DiskFullError('full'), 507, false],
    [new HoldfastError('TERMS_REFUSED', 'too cheap'), 409, false],
    [new HoldfastError('OWN_CODE', 'no'), 400, false],
    [new HoldfastError('OWN_CODE', 'later', { retryable: true }), 503, true],
    [new TypeError('a bug'), 500, false],
  ])('%s -> %i', async (error, status, retryable) => {
    const url = await serve((app) => app.get('/', () => Promise.reject(error)));
    await expect(requestJson(`${url}/`, { schema: Any })).rejects.toMatchObject({ remoteStatus: status, retryable });
  });

  it('503 says when to come back', async () => {
    const url = await serve((app) => app.get('/', () => Promise.reject(new UnavailableError('repairing', { details: { retryAfterSeconds: 9 } }))));
    await expect(requestJson(`${url}/`, { schema: Any })).rejects.toMatchObject({ remoteStatus: 503, retryable: true, retryAfterSeconds: 9 });
  });

  it('unknown paths, bad JSON and long bodies are refused', async () => {
    const url = await serve((app) => app.post('/', jsonBody(100), (_request, response) => void response.json({})));
    await expect(requestJson(`${url}/x`, { schema: Any })).rejects.toMatchObject({ code: 'NOT_FOUND', remoteStatus: 404 });
    await expect(requestJson(`${url}/`, { method: 'POST', body: { a: 'b'.repeat(200) }, schema: Any })).rejects.toMatchObject({ code: 'TOO_LARGE', remoteStatus: 413 });
    const body = new TextEncoder().encode('{');
    const bad = requestBytes(`${url}/`, { method: 'POST', headers: { 'content-type': 'application/json' }, body, maxBytes: 10 });
    await expect(bad).rejects.toMatchObject({ code: 'BAD_REQUEST', remoteStatus: 400 });
  });

  it('a reply of another shape, and one that is no JSON, are named', async () => {
    const url = await serve((app) => {
      app.get('/shape', (_request, response) => void response.json({ sum: 'many' }));
      app.get('/text', (_request, response) => void response.send('hello'));
    });
    await expect(requestJson(`${url}/shape`, { schema: Sum })).rejects.toMatchObject({ code: 'BAD_REPLY' });
    await expect(requestJson(`${url}/text`, { schema: Sum })).rejects.toMatchObject({ code: 'BAD_REPLY' });
  });

  it('a reply that is too long is cut off', async () => {
    const url = await serve((app) => app.get('/', (_request, response) => void response.send('x'.repeat(5000))));
    await expect(requestBytes(`${url}/`, { maxBytes: 4999 })).rejects.toMatchObject({ code: 'REPLY_TOO_LARGE' });
    expect((await requestBytes(`${url}/`, { maxBytes: 5000 })).bytes.length).toBe(5000);
  });
});

describe('bytes over HTTP', () => {
  it('stream up and down', async () => {
    const url = await serve((app) => {
      app.put('/', async (request, response) => {
        let sum = 0;
        for await (const part of request) sum += part.length;
        response.json({ sum: BigInt(sum) });
      });
      app.get('/', (_request, response) => void response.end(Buffer.alloc(300_000, 7)));
    });
    async function* source(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 10; i++) yield new Uint8Array(100_000);
    }
    expect(await putBytes(`${url}/`, { body: { source: source(), sizeBytes: 1_000_000 }, schema: Sum })).toEqual({ sum: 1_000_000n });
    const { stream } = await requestStream(`${url}/`);
    let received = 0;
    for await (const part of stream) received += part.length;
    expect(received).toBe(300_000);
  });

  it('a refusal in the middle of an upload arrives as what it is', async () => {
    const url = await serve((app) => app.put('/', () => Promise.reject(new DiskFullError('The disk is full.'))));
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 4; i++) {
        yield new Uint8Array(1000);
        await sleep(20);
      }
    }
    const put = putBytes(`${url}/`, { body: { source: endless(), sizeBytes: 50_000_000 }, schema: Any });
    await expect(put).rejects.toMatchObject({ code: 'DISK_FULL', remoteStatus: 507 });
  });

  it('a source that fails ends the request', async () => {
    const url = await serve((app) => app.put('/', async (request, response) => {
      for await (const _part of request);
      response.json({});
    }));
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(10);
      throw new Error('disk read failed');
    }
    await expect(putBytes(`${url}/`, { body: { source: broken(), sizeBytes: 100 }, schema: Any })).rejects.toMatchObject({ code: 'TRANSPORT' });
  });
});

describe('broken connections', () => {
  it('nobody there', async () => {
    const url = await serveRaw(() => undefined);
    await closers.pop()?.();
    await expect(requestJson(url, { schema: Any })).rejects.toMatchObject({ name: 'TransportError', retryable: true });
  });

  it('silence', async () => {
    const url = await serveRaw(() => undefined);
    await expect(requestBytes(url, { maxBytes: 1, idleMs: 50 })).rejects.toMatchObject({ code: 'TIMEOUT', retryable: true });
    await expect(requestJson(url, { schema: Any, timeoutMs: 50 })).rejects.toMatchObject({ code: 'TIMEOUT', retryable: true });
  });

  it('a reply that stops half way', async () => {
    const url = await serveRaw((socket) => {
      socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf', () => socket.destroy()));
    });
    await expect(requestJson(url, { schema: Any })).rejects.toMatchObject({ name: 'TransportError', retryable: true });
  });

  it("a proxy's page instead of an ErrorBody", async () => {
    const url = await serveRaw((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 6\r\nconnection: close\r\n\r\n<html>'));
    });
    await expect(requestJson(url, { schema: Any })).rejects.toMatchObject({ code: 'HTTP_502', retryable: true });
  });

  it('a kept connection that the server closed meanwhile is replaced', async () => {
    const url = await serveRaw((socket, connection) => {
      let requests = 0;
      socket.on('data', () => {
        // The first connection answers once, promises to stay, and resets on the second request.
        if (connection === 1 && ++requests === 2) socket.resetAndDestroy();
        else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 11\r\nconnection: keep-alive\r\n\r\n{"sum":"7"}');
      });
    });
    expect(await requestJson(url, { schema: Sum })).toEqual({ sum: 7n });
    expect(await requestJson(url, { schema: Sum })).toEqual({ sum: 7n });
  });

  it('the caller changes its mind', async () => {
    const url = await serveRaw(() => undefined);
    const controller = new AbortController();
    const request = requestJson(url, { schema: Any, signal: controller.signal });
    controller.abort();
    await expect(request).rejects.toMatchObject({ name: 'AbortedError', code: 'ABORTED', retryable: false });
    await expect(requestJson(url, { schema: Any, signal: controller.signal })).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

describe('the server', () => {
  it('says which port it could not have', async () => {
    const taken = Number(new URL(await serveRaw(() => undefined)).port);
    await expect(startServer(createApp(), { port: taken })).rejects.toMatchObject({ code: 'PORT_TAKEN' });
  });

  it('closes although a client holds on', async () => {
    const app = createApp();
    app.get('/', () => undefined);
    const server = await startServer(app);
    const hanging = requestJson(`${server.url}/`, { schema: Any });
    hanging.catch(() => undefined);
    await sleep(50);
    await server.close();
    await server.close();
    await expect(hanging).rejects.toMatchObject({ name: 'TransportError' });
  });
});
