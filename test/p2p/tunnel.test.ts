import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createHttpRelay } from '../../offchain/heavy/graph/http-relay.ts';
import type { HttpRelay } from '../../offchain/heavy/graph/http-relay.ts';
import { createFairShare } from '../../offchain/p2p/fair-share.ts';
import { TUNNELS_PER_NODE } from '../../offchain/p2p/limits.ts';
import { listenThrough } from '../../offchain/p2p/libp2p-node.ts';
import type { Peer } from '../../offchain/p2p/start-peer.ts';
import { putBytes, requestBytes, requestHeaders, requestJson, requestStream } from '../../offchain/wire/http-client.ts';
import { startServer } from '../../offchain/wire/http-server.ts';
import type { RunningServer } from '../../offchain/wire/http-server.ts';
import { createWorld, until } from './support.ts';
import type { World } from './support.ts';

const MIB = 2 ** 20;
let world: World;
let heavy: Peer;
let light: Peer;
let service: RunningServer;
let front: RunningServer;
let relay: HttpRelay;
let url: string;
/** How far the relay's clock is ahead. */
let aheadMs = 0;
let seen: { produced: number; aborted: number };

/** What a provider's HTTP service might do. */
const serve = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<unknown> => {
  request.on('error', () => seen.aborted++);
  if (request.url === '/hash') {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    for await (const part of request) {
      hash.update(part as Uint8Array);
      sizeBytes += (part as Uint8Array).length;
    }
    return response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ hash: hash.digest('hex'), sizeBytes, host: request.headers.host, secret: request.headers['x-mine'] ?? '' }));
  }
  if (request.url === '/refuse') return response.writeHead(409, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify({ code: 'NO', message: 'Not now.' }));
  if (request.url === '/endless') {
    response.writeHead(200);
    const part = randomBytes(64 * 1024);
    const more = (): void => {
      while (!response.destroyed) {
        seen.produced += part.length;
        if (!response.write(part)) return void response.once('drain', more);
      }
    };
    response.once('close', () => seen.aborted++);
    return void more();
  }
  if (request.url === '/break') {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('half');
    return setTimeout(() => response.destroy(), 50);
  }
  if (request.url === '/never') return undefined;
  return response.writeHead(request.method === 'HEAD' ? 204 : 200, { 'x-answer': '42' }).end(request.method === 'HEAD' ? undefined : Buffer.alloc(Number(request.url?.slice(1)) || 0, 7));
};

beforeAll(async () => {
  world = await createWorld([1, 10, 11, 12]);
  seen = { produced: 0, aborted: 0 };
  service = await startServer((request, response) => void serve(request, response).catch(() => response.destroy()));
  heavy = await world.heavy(1);
  light = await world.light(10);
  light.tunnels.serve({ host: '127.0.0.1', port: service.port });
  await light.dial(heavy.addresses());
  const connectionOf = (node: number) => {
    const peer = heavy.bindings.peerOf(node);
    return peer === undefined ? undefined : heavy.node.getConnections().find((one) => one.remotePeer.toString() === peer);
  };
  relay = createHttpRelay({ connectionOf, tunnels: heavy.tunnels, share: createFairShare({ bytesPerSecond: 1e9 }), log: heavy.log, nowMs: () => performance.now() + aheadMs });
  front = await startServer((request, response) => {
    const [, node = '', rest = '/'] = /^\/relay\/(\d+)(\/.*)$/.exec(request.url ?? '') ?? [];
    request.url = rest;
    relay.carry(Number(node))(request, response);
  });
  url = `${front.url}/relay/10`;
});
afterAll(async () => {
  await front.close();
  await service.close();
  await world.stop();
});

const Hashed = z.object({ hash: z.string(), sizeBytes: z.number(), host: z.string(), secret: z.string() });

describe('HTTP through the relay', () => {
  it('carries an upload of 24 MiB, its headers and the answer', async () => {
    const body = randomBytes(24 * MIB);
    const reply = await putBytes(`${url}/hash`, { body, headers: { 'x-mine': 'kept', 'keep-alive': 'timeout=5' }, schema: Hashed });
    expect(reply).toEqual({ hash: createHash('sha256').update(body).digest('hex'), sizeBytes: body.length, host: 'holdfast', secret: 'kept' });
  });

  it('carries a download, an empty answer, and many at once', async () => {
    const { bytes, headers } = await requestBytes(`${url}/${9 * MIB}`, { maxBytes: 10 * MIB });
    expect([bytes.length, bytes[0], bytes.at(-1), headers['x-answer']]).toEqual([9 * MIB, 7, 7, '42']);
    expect((await requestHeaders(`${url}/x`))['x-answer']).toBe('42');
    const many = await Promise.all(Array.from({ length: 24 }, (_, i) => requestBytes(`${url}/${i * 1000}`, { maxBytes: MIB })));
    expect(many.map((one) => one.bytes.length)).toEqual(Array.from({ length: 24 }, (_, i) => i * 1000));
    await until('the end of all tunnels', () => relay.active === 0 && light.tunnels.active === 0);
  });

  it('passes on an answer that comes before the upload is over', async () => {
    const source = (async function* () {
      for (let i = 0; i < 64; i++) yield randomBytes(MIB);
    })();
    await expect(putBytes(`${url}/refuse`, { body: { source, sizeBytes: 64 * MIB }, schema: Hashed })).rejects.toMatchObject({ code: 'NO' });
    await until('the end', () => relay.active === 0);
  });

  it('a reader that does not read stops the writer; one that goes away ends it', async () => {
    const { stream } = await requestStream(`${url}/endless`);
    stream.pause();
    await until('bytes', () => seen.produced > 0);
    let before = -1;
    await until('a standstill', async () => {
      const isStill = before === seen.produced;
      before = seen.produced;
      await sleep(300);
      return isStill;
    });
    // What fits into the buffers of two HTTP servers, two sockets and a stream's window.
    expect(seen.produced).toBeLessThan(32 * MIB);
    const ended = seen.aborted;
    stream.destroy();
    await until('the end', () => seen.aborted > ended && relay.active === 0);
  });

  it('a service that breaks off breaks the answer off', async () => {
    await expect(requestBytes(`${url}/break`, { maxBytes: MIB })).rejects.toMatchObject({ code: 'TRANSPORT' });
    await until('the end', () => relay.active === 0);
  });

  it('lets whoever drips make room when all tunnels into a node are taken, and nobody else', async () => {
    const dripping = Array.from({ length: TUNNELS_PER_NODE - 2 }, () => {
      const request = http.request(`${url}/hash`, { method: 'PUT', headers: { 'content-length': '1000' }, agent: new http.Agent() });
      const ended = new Promise<void>((resolve) => request.once('error', () => resolve()).once('response', (reply) => (reply.resume(), resolve())));
      request.write('x');
      return { request, ended };
    });
    try {
      await until('all tunnels', () => relay.active === TUNNELS_PER_NODE - 2);
      await expect(requestJson(`${url}/hash`, { schema: z.unknown() })).rejects.toMatchObject({ code: 'BUSY', remoteStatus: 503 });
      aheadMs += 20_000;
      const body = randomBytes(1000);
      expect(await putBytes(`${url}/hash`, { body, schema: Hashed })).toMatchObject({ sizeBytes: 1000 });
      await Promise.race(dripping.map(({ ended }) => ended));
      expect(relay.active).toBe(TUNNELS_PER_NODE - 3);
    } finally {
      for (const { request } of dripping) request.destroy();
    }
    await until('the end of all tunnels', () => relay.active === 0 && light.tunnels.active === 0);
  });

  it('says that a node is not here, and what it does not carry', async () => {
    await expect(requestJson(`${front.url}/relay/77/status`, { schema: z.unknown() })).rejects.toMatchObject({ code: 'NOT_ATTACHED', retryable: true });
    await expect(requestJson(`${front.url}/relay/10/status`, { method: 'PATCH' as 'PUT', schema: z.unknown() })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('carries no more than so many for one node, and others still get through', async () => {
    const other = await world.light(11);
    other.tunnels.serve({ host: '127.0.0.1', port: service.port });
    await other.dial(heavy.addresses());
    const hanging = Array.from({ length: TUNNELS_PER_NODE - 2 }, () => {
      const abort = new AbortController();
      return { abort, done: requestBytes(`${url}/never`, { maxBytes: 1, signal: abort.signal }).catch(() => undefined) };
    });
    await until('all of them', () => relay.active === TUNNELS_PER_NODE - 2);
    // The project's own client keeps at most 32 connections to one address; these come from somebody else.
    const busy = await fetch(`${url}/1`);
    expect([busy.status, busy.headers.get('retry-after'), await busy.json()]).toMatchObject([503, '1', { code: 'BUSY', retryable: true }]);
    expect((await (await fetch(`${front.url}/relay/11/5`)).arrayBuffer()).byteLength).toBe(5);
    for (const { abort } of hanging) abort.abort();
    await Promise.all(hanging.map(({ done }) => done));
    await until('the end', () => relay.active === 0 && light.tunnels.active === 0);
  });

  it('ends when the node disconnects', async () => {
    const leaving = await world.light(12);
    leaving.tunnels.serve({ host: '127.0.0.1', port: service.port });
    await leaving.dial(heavy.addresses());
    const reading = requestBytes(`${front.url}/relay/12/endless`, { maxBytes: 1e12 });
    await until('bytes', () => relay.active === 1);
    await leaving.stop();
    await expect(reading).rejects.toThrow();
    await until('the end', () => relay.active === 0);
  });
});

describe('circuit relay', () => {
  it('lets a libp2p client reach a light node that listens nowhere, whose HTTP service answers', async () => {
    const [parent] = light.node.getConnections();
    await listenThrough(light.node, parent!);
    await until('the reserved address', () => light.addresses().find((one) => one.includes('/p2p-circuit')));
    const client = await world.light(0);
    const connection = await client.dial(light.addresses().filter((one) => one.includes('/p2p-circuit')));
    expect(connection.remoteAddr.toString()).toContain('/p2p-circuit');
    expect(client.bindings.of(light.id)).toMatchObject({ node: 10, role: 'standard' });
    const tunnel = await client.tunnels.open(connection);
    tunnel.write('GET /5 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
    let text = '';
    for await (const part of tunnel) text += String(part);
    expect(text).toMatch(/^HTTP\/1\.1 200/);
  });

  it('keeps no place for a stranger', async () => {
    const stranger = await world.light(12);
    await stranger.node.dial(heavy.node.getMultiaddrs());
    await expect(listenThrough(stranger.node, stranger.node.getConnections()[0]!)).rejects.toThrow();
  });
});

describe('fair shares', () => {
  it('who wants little waits little, however much another wants', async () => {
    let at = 0;
    const timers: (() => void)[] = [];
    const share = createFairShare({ bytesPerSecond: 1_000, nowMs: () => at, setTimer: (call) => (timers.push(call), {}) });
    const order: string[] = [];
    const want = (key: string, sizeBytes: number) => void share.take(key, sizeBytes).then(() => order.push(key));
    for (let i = 0; i < 8; i++) want('greedy', 200);
    want('modest', 200);
    for (let i = 0; i < 20; i++) {
      await sleep(0);
      at += 100;
      timers.splice(0).forEach((call) => call());
    }
    await sleep(0);
    expect(order).toHaveLength(9);
    expect(order.indexOf('modest')).toBeLessThan(4);
  });

  it('keeps the rate, passes parts larger than the burst, and lets everybody go at the end', async () => {
    let at = 0;
    const timers: (() => void)[] = [];
    const share = createFairShare({ bytesPerSecond: 1_000, nowMs: () => at, setTimer: (call) => (timers.push(call), {}) });
    let passed = 0;
    for (let i = 0; i < 10; i++) void share.take('a', 1_000).then(() => (passed += 1));
    for (let i = 0; i < 50; i++) {
      await sleep(0);
      at += 100;
      timers.splice(0).forEach((call) => call());
    }
    await sleep(0);
    expect(passed).toBeGreaterThanOrEqual(5);
    expect(passed).toBeLessThanOrEqual(7);
    share.stop();
    await sleep(0);
    expect(passed).toBe(10);
  });
});
