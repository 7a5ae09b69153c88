/** `fetch`, as pages have it, beside Node's sockets: the same replies and the same errors. */
import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ExchangeOptions } from '../../offchain/wire/exchange.ts';
import { nodeExchange } from '../../offchain/wire/http-node.ts';
import { pageExchange } from '../../offchain/wire/http-page.ts';

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function listen(server: Server | net.Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    server.close();
    if ('closeAllConnections' in server) server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const echo = () => listen(createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part)).on('end', () => response.writeHead(request.url === '/refuse' ? 503 : 200, { 'x-holdfast-stored': String(request.headers['x-holdfast-root'] ?? '') }).end(Buffer.concat(parts)));
}));

describe.each([['in Node', nodeExchange], ['in a page', pageExchange]])('an exchange %s', (_, exchange) => {
  const whole = async (url: string, options: ExchangeOptions) => {
    const reply = await exchange(url, options);
    const parts: Uint8Array[] = [];
    await reply.read((part) => void parts.push(part.slice()));
    return { status: reply.status, stored: reply.headers['x-holdfast-stored'], body: Buffer.concat(parts) };
  };

  it('sends what it is given, of shared memory and of a stream too, and gives any status back', async () => {
    const url = await echo();
    const body = Buffer.alloc(300_000, 7);
    const shared = new Uint8Array(new SharedArrayBuffer(body.length));
    shared.set(body);
    const source = (async function* () {
      yield body.subarray(0, 100_000);
      yield body.subarray(100_000);
    })();
    for (const one of [new Uint8Array(body), shared, { source, sizeBytes: body.length }]) {
      const { status, stored, body: back } = await whole(url, { method: 'PUT', body: one, headers: { 'x-holdfast-root': '0x1' } });
      expect([status, stored, back.equals(body)]).toEqual([200, '0x1', true]);
    }
    expect((await whole(`${url}refuse`, { method: 'PUT', body: new Uint8Array(3) })).status).toBe(503);
    const head = await exchange(url, { method: 'HEAD' });
    head.drop();
    expect(head.status).toBe(200);
  });

  it('keeps bodies apart that are sent at once', async () => {
    const url = await echo();
    const bodies = Array.from({ length: 6 }, (_, i) => new Uint8Array(new SharedArrayBuffer(200_000 - i)).fill(i + 1));
    const back = await Promise.all(bodies.map((body) => whole(url, { method: 'PUT', body })));
    expect(back.map(({ body }, i) => body.equals(Buffer.from(bodies[i]!)))).toEqual(bodies.map(() => true));
  });

  it('says that nobody answers', async () => {
    const url = await echo();
    closers.splice(0).forEach((close) => close());
    await expect(exchange(url, {})).rejects.toMatchObject({ code: 'TRANSPORT', retryable: true });
  });

  it('ends when it is cancelled, before and while it waits', async () => {
    const url = await listen(net.createServer(() => undefined));
    await expect(exchange(url, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
    const ending = new AbortController();
    const waiting = expect(exchange(url, { signal: ending.signal })).rejects.toMatchObject({ code: 'ABORTED' });
    ending.abort();
    await waiting;
  });

  it('ends at its deadline, and when nothing is heard for too long', async () => {
    const url = await listen(net.createServer(() => undefined));
    await expect(exchange(url, { timeoutMs: 80 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    await expect(exchange(url, { idleMs: 80 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    const stalled = await listen(net.createServer((socket) => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc')));
    const reply = await exchange(stalled, { idleMs: 80 });
    // Node tells a body that was ended like one that broke off.
    await expect(reply.read(() => undefined)).rejects.toMatchObject({ code: exchange === pageExchange ? 'TIMEOUT' : 'TRANSPORT', retryable: true });
  });

  it('says that a reply broke off, and passes on what its reader throws', async () => {
    const url = await listen(net.createServer((socket) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc')));
    await expect((await exchange(url, {})).read(() => undefined)).rejects.toMatchObject({ code: 'TRANSPORT' });
    const long = await echo();
    const { TransportError } = await import('../../offchain/wire/transport-errors.ts');
    const reply = await exchange(long, { method: 'PUT', body: new Uint8Array(1 << 20) });
    await expect(reply.read(() => {
      throw new TransportError(long, 'sent too much', { code: 'REPLY_TOO_LARGE' });
    })).rejects.toMatchObject({ code: 'REPLY_TOO_LARGE' });
  });
});
