import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { BufferPool } from '../../offchain/wire/buffer-pool.ts';
import { createApp, errorMiddleware, startServer } from '../../offchain/wire/http-server.ts';
import { UnavailableError } from '../../offchain/wire/http-errors.ts';
import { readInto } from '../../offchain/wire/read-into.ts';
import { parseHead } from '../../offchain/wire/response-head.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const shared = (sizeBytes: number): Uint8Array => new Uint8Array(new SharedArrayBuffer(sizeBytes));
const body = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) % 251);

/** A server of our own kind; `connections` counts those that were ever open. */
async function serve(): Promise<{ url: string; connections: () => number }> {
  let connections = 0;
  const app = createApp();
  app.get('/bytes', (request, response) => {
    const size = Number(request.query['size']);
    response.setHeader('content-length', size);
    response.end(body.subarray(0, size));
  });
  app.get('/chunked', (_request, response) => {
    response.write(body.subarray(0, 100));
    response.end(body.subarray(100, 200));
  });
  app.get('/busy', async () => {
    await new Promise((resolve) => setImmediate(resolve));
    throw new UnavailableError('Too many readers.', { code: 'BUSY', details: { retryAfterSeconds: 7 } });
  });
  app.use(errorMiddleware());
  const server = await startServer((request: http.IncomingMessage, response: http.ServerResponse) => {
    if (!known.has(request.socket)) connections++;
    known.add(request.socket);
    app(request, response);
  });
  const known = new WeakSet<net.Socket>();
  closers.push(() => server.close());
  return { url: server.url, connections: () => connections };
}

/** A server that answers every request with these bytes, one part after the other, and then does as told. */
async function serveRaw(parts: readonly (string | Uint8Array)[], afterwards: 'stay' | 'end' | 'reset' = 'stay'): Promise<{ url: string; asked: () => number }> {
  let asked = 0;
  const server = net.createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', () => {
      asked++;
      void (async () => {
        for (const part of parts) {
          socket.write(part);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
        if (afterwards === 'end') socket.end();
        if (afterwards === 'reset') socket.resetAndDestroy();
      })();
    });
    closers.push(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`, asked: () => asked };
}

const head = (length: number | string, more = ''): string => `HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n${more}\r\n`;

describe('reading into memory', () => {
  it('fills exactly the target, over connections that are used again', async () => {
    const { url, connections } = await serve();
    for (const size of [1, 255, 300_000, 65_536, 20_000]) {
      const target = shared(size);
      await readInto(`${url}/bytes?size=${size}`, target);
      expect(Buffer.compare(Buffer.from(target), Buffer.from(body.subarray(0, size)))).toBe(0);
    }
    expect(connections()).toBe(1);
    const targets = Array.from({ length: 12 }, () => shared(300_000));
    await Promise.all(targets.map((target) => readInto(`${url}/bytes?size=300000`, target)));
    expect(targets.every((target) => Buffer.compare(Buffer.from(target), Buffer.from(body)) === 0)).toBe(true);
    expect(connections()).toBe(12);
  });

  it('reads a body that comes in another framing', async () => {
    const { url } = await serve();
    const target = shared(200);
    await readInto(`${url}/chunked`, target);
    expect(Buffer.compare(Buffer.from(target), Buffer.from(body.subarray(0, 200)))).toBe(0);
    await expect(readInto(`${url}/chunked`, shared(199))).rejects.toMatchObject({ code: 'REPLY_TOO_LARGE' });
    await expect(readInto(`${url}/chunked`, shared(201))).rejects.toMatchObject({ code: 'SHORT_REPLY' });
  });

  it('hands on what the server says is wrong, and goes on with the same connection', async () => {
    const { url, connections } = await serve();
    await expect(readInto(`${url}/busy`, shared(10))).rejects.toMatchObject({ name: 'RemoteError', code: 'BUSY', retryable: true, remoteStatus: 503, retryAfterSeconds: 7 });
    await readInto(`${url}/bytes?size=10`, shared(10));
    expect(connections()).toBe(1);
  });

  it('refuses a body of another size', async () => {
    const { url } = await serve();
    await expect(readInto(`${url}/bytes?size=11`, shared(10))).rejects.toMatchObject({ name: 'TransportError', code: 'REPLY_TOO_LARGE' });
    await expect(readInto(`${url}/bytes?size=9`, shared(10))).rejects.toMatchObject({ name: 'TransportError', code: 'SHORT_REPLY' });
  });

  it('takes a head in pieces, and no byte behind the body', async () => {
    const whole = head(4) + 'abcd';
    const { url } = await serveRaw([...whole]);
    const target = shared(4);
    await readInto(url, target);
    expect(Buffer.from(target).toString()).toBe('abcd');
    const long = await serveRaw([`${head(4)}abcdEFGH`]);
    await readInto(long.url, target);
    // What was too much is not taken for the next answer.
    await readInto(long.url, target);
    expect(Buffer.from(target).toString()).toBe('abcd');
  });

  it.each([
    ['is cut in the body', [`${head(10)}abc`], 'end'],
    ['is reset in the body', [`${head(10)}abc`], 'reset'],
    ['is cut in the head', ['HTTP/1.1 200'], 'end'],
    ['is no HTTP', ['SSH-2.0-OpenSSH\r\n\r\n'], 'stay'],
    ['never ends its head', [Buffer.alloc(20_000, 'a')], 'stay'],
    ['has two lengths', [head('10\r\ncontent-length: 12')], 'stay'],
    ['says nothing and closes', [], 'end'],
  ] as const)('an answer that %s is an error', async (_, parts, afterwards) => {
    const { url } = await serveRaw(parts, afterwards);
    await expect(readInto(url, shared(10), { idleMs: 2_000 })).rejects.toMatchObject({ name: 'TransportError', code: 'TRANSPORT', retryable: true });
  });

  it('ends at silence, and when it is told to; then nothing writes to the target', async () => {
    const { url } = await serveRaw([`${head(10)}abc`]);
    await expect(readInto(url, shared(10), { idleMs: 50 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    const control = new AbortController();
    const slow = await serveRaw([head(100), ...Array.from({ length: 100 }, () => 'a')]);
    const target = shared(100);
    const read = readInto(slow.url, target, { signal: control.signal });
    setTimeout(() => control.abort(), 40);
    await expect(read).rejects.toMatchObject({ name: 'AbortedError' });
    const filled = target.indexOf(0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(target.indexOf(0)).toBe(filled);
    await expect(readInto(slow.url, target, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: 'AbortedError' });
  });

  it('asks once more when the server closed the kept connection, and only then', async () => {
    let served = 0;
    const server = http.createServer((_request, response) => {
      served++;
      response.end('abcd');
      // Closed without a word, right after the answer.
      response.once('finish', () => setImmediate(() => response.socket?.destroy()));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    for (let i = 0; i < 5; i++) await readInto(url, shared(4));
    expect(served).toBe(5);
    const mute = await serveRaw([], 'reset');
    await expect(readInto(mute.url, shared(4))).rejects.toMatchObject({ code: 'TRANSPORT' });
    expect(mute.asked()).toBe(1);
  });

  it('says so when nobody listens', async () => {
    await expect(readInto('http://127.0.0.1:1/', shared(4))).rejects.toMatchObject({ name: 'TransportError', retryable: true });
  });
});

describe('the head of a response', () => {
  it.each([
    ['HTTP/1.1 200 OK\r\nContent-Length: 5', { status: 200, sizeBytes: 5, isKept: true }],
    ['HTTP/1.1 200\r\ncontent-length:5\r\nConnection: Keep-Alive, Close', { status: 200, sizeBytes: 5, isKept: false }],
    ['HTTP/1.0 404 Not Found\r\ncontent-length: 0', { status: 404, sizeBytes: 0, isKept: false }],
    ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ncontent-length: 5', { status: 200, sizeBytes: undefined }],
    ['HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 5', { sizeBytes: undefined }],
    ['HTTP/1.1 200 OK\r\ncontent-length: -5', { sizeBytes: undefined }],
    ['HTTP/1.1 200 OK\r\ncontent-length: 1e9', { sizeBytes: undefined }],
  ])('%j', (text, expected) => {
    expect(parseHead(text)).toMatchObject(expected);
  });

  it.each(['', 'HTTP/2 200', 'HTTP/1.1 20 OK', 'HTTP/1.1 200 OK\r\nno colon', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n folded', 'HTTP/1.1 200 OK\r\n: x'])('%j is none', (text) => {
    expect(parseHead(text)).toBeUndefined();
  });
});

describe('buffers that are used again', () => {
  it('come back, as many as are kept; odd sizes are made for the purpose', () => {
    const pool = new BufferPool({ bufferBytes: 1024, kept: 1, isShared: true });
    const [a, b] = [pool.take(1000), pool.take(1024)];
    expect([a.length, b.length, a.buffer === b.buffer, a.buffer instanceof SharedArrayBuffer]).toEqual([1000, 1024, false, true]);
    pool.give(a);
    pool.give(b);
    expect([pool.take(500).buffer === a.buffer, pool.take(500).buffer === b.buffer]).toEqual([true, false]);
    expect([pool.take(2000).buffer.byteLength, pool.take(10).buffer.byteLength, pool.take(0).length]).toEqual([2000, 10, 0]);
    pool.give(pool.take(2000));
    expect(pool.take(1024).buffer.byteLength).toBe(1024);
  });
});
