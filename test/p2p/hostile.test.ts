import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { KEEP_ALIVE } from '@libp2p/interface';
import type { Connection, Stream } from '@libp2p/interface';
import { multiaddr } from '@multiformats/multiaddr';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { signBinding } from '../../offchain/p2p/binding.ts';
import type { SignedBinding } from '../../offchain/p2p/binding.ts';
import { readFrame, sendMessage } from '../../offchain/p2p/frames.ts';
import { BINDING_SECONDS_MAX, REQUEST_BURST, REQUEST_BYTES_MAX } from '../../offchain/p2p/limits.ts';
import { bindProtocol, requestProtocol, tunnelProtocol } from '../../offchain/p2p/protocol.ts';
import type { Peer } from '../../offchain/p2p/start-peer.ts';
import { peerDomain } from '../../offchain/wire/typed-data.ts';
import { DOMAIN, NETWORK, accountOf, createWorld, entry, until } from './support.ts';
import type { World } from './support.ts';

let world: World;
let heavy: Peer;
let honest: Peer;
let honestLink: Connection;

beforeAll(async () => {
  world = await createWorld([1, 10, 11, 12, 13]);
  heavy = await world.heavy(1, { connectionsPerSecond: 1_000 });
  heavy.requests.handle('echo', { schema: z.string(), roles: ['standard'] }, async (body) => body);
  honest = await world.light(10);
  honestLink = await honest.dial(heavy.addresses());
});
afterAll(() => world.stop());

const echo = () => honest.requests.send(honestLink, 'echo', { body: 'still there', schema: z.string() });

/** A connection of a peer that has not bound itself, and whether the heavy node has ended it. */
async function stranger(id = 11): Promise<{ peer: Peer; link: Connection; isClosed: () => boolean }> {
  const peer = await world.light(id);
  const link = await peer.node.dial(heavy.addresses().map((one) => multiaddr(one)));
  return { peer, link, isClosed: () => link.status !== 'open' };
}

async function bind(link: Connection, binding: SignedBinding): Promise<Stream> {
  const stream = await link.newStream(bindProtocol(NETWORK));
  sendMessage(stream, binding);
  return stream;
}

describe('a peer that does not show whose it is', () => {
  it('gets no answer to a request, loses its connection, and the reason is logged', async () => {
    const { link, isClosed } = await stranger();
    const stream = await link.newStream(requestProtocol(NETWORK));
    // The stream may be gone already: nothing is read from a stranger.
    if (stream.writeStatus === 'writable') sendMessage(stream, { method: 'echo', body: 'let me in' });
    await until('the end of the connection', isClosed);
    expect(world.lines).toContainEqual(expect.objectContaining({ event: 'peer.refused', reason: 'unbound' }));
    expect(await echo()).toBe('still there');
  });

  it('gets no tunnel', async () => {
    heavy.tunnels.serve({ host: '127.0.0.1', port: 1 });
    const { link, isClosed } = await stranger();
    await link.newStream(tunnelProtocol(NETWORK));
    await until('the end of the connection', isClosed);
    expect(world.lines).toContainEqual(expect.objectContaining({ event: 'tunnel.refused' }));
  });

  it('is disconnected after a while even when it keeps quiet', async () => {
    const strict = await world.heavy(1, { unboundMs: 300 });
    const peer = await world.light(11);
    const link = await peer.node.dial(strict.addresses().map((one) => multiaddr(one)));
    await until('the end of the connection', () => link.status !== 'open');
    expect(strict.counters.refused['unbound']).toBe(1);
  });
});

describe('a binding', () => {
  const expiry = () => Math.floor(Date.now() / 1000) + 60;
  const cases: [string, (peer: string) => Promise<SignedBinding>][] = [
    ['signed by somebody else', (peer) => signBinding(accountOf(12), DOMAIN, { node: 11, peer, sequence: 1, expiry: expiry() })],
    ['of another peer (replayed)', () => signBinding(accountOf(11), DOMAIN, { node: 11, peer: honest.id, sequence: 1, expiry: expiry() })],
    ['of another network', (peer) => signBinding(accountOf(11), peerDomain({ ...NETWORK, chainId: 1 }), { node: 11, peer, sequence: 1, expiry: expiry() })],
    ['that has ended', (peer) => signBinding(accountOf(11), DOMAIN, { node: 11, peer, sequence: 1, expiry: expiry() - 61 })],
    ['that would last too long', (peer) => signBinding(accountOf(11), DOMAIN, { node: 11, peer, sequence: 1, expiry: expiry() + BINDING_SECONDS_MAX + 3600 })],
    ['with a signature of zeros', async (peer) => ({ ...(await signBinding(accountOf(11), DOMAIN, { node: 11, peer, sequence: 1, expiry: expiry() })), signature: `0x${'00'.repeat(64)}` })],
  ];
  it.each(cases)('%s: refused, disconnected, kept out', async (_what, make) => {
    const before = heavy.counters.refused['bad-binding'] ?? 0;
    const { peer, link, isClosed } = await stranger();
    await bind(link, await make(peer.id));
    await until('the end of the connection', isClosed);
    expect(heavy.counters.refused['bad-binding']).toBe(before + 1);
    expect(heavy.bindings.of(peer.id)).toBeUndefined();
    await expect(peer.dial(heavy.addresses())).rejects.toMatchObject({ code: 'PEER_UNREACHABLE' });
    expect(await echo()).toBe('still there');
  });

  it('of an older peer key does not push out the newer one', async () => {
    const current = await world.light(13);
    await current.dial(heavy.addresses());
    const { peer, link, isClosed } = await stranger(13);
    await bind(link, await signBinding(accountOf(13), DOMAIN, { node: 13, peer: peer.id, sequence: 5, expiry: expiry() }));
    await until('the end of the connection', isClosed);
    expect(heavy.bindings.peerOf(13)).toBe(current.id);
    expect(heavy.counters.refused['stale']).toBeGreaterThan(0);
  });
});

describe('raw streams', () => {
  /** Bound as node 12, so that only the message itself is at fault. */
  async function insider(): Promise<{ link: Connection; peer: Peer }> {
    const peer = await world.light(12);
    return { peer, link: await peer.dial(heavy.addresses()) };
  }
  const frame = (sizeBytes: number, body: Uint8Array): Uint8Array => {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(sizeBytes, 0);
    return Buffer.concat([head, body]);
  };

  it.each([
    ['garbage', frame(32, randomBytes(32))],
    ['JSON of another shape', frame(2, Buffer.from('{}'))],
    ['bytes behind the message', Buffer.concat([frame(2, Buffer.from('{}')), randomBytes(9)])],
    ['a length beyond the limit', frame(0xffff_ffff, randomBytes(16))],
    ['a message beyond the limit', frame(REQUEST_BYTES_MAX + 1, new Uint8Array(REQUEST_BYTES_MAX + 1))],
    ['a request that nobody answers', frame(33, Buffer.from('{"method":"no-such","body":"abc"}'))],
  ])('%s: the connection ends, others go on', async (_what, bytes) => {
    const { link } = await insider();
    const sum = () => (heavy.counters.refused['garbage'] ?? 0) + (heavy.counters.refused['oversize'] ?? 0);
    const before = sum();
    (await link.newStream(requestProtocol(NETWORK))).send(bytes);
    await until('the end of the connection', () => link.status !== 'open');
    expect(sum()).toBe(before + 1);
    expect(await echo()).toBe('still there');
  });

  it('a request byte by byte is cut off by the clock, not prolonged by each byte', async () => {
    const { link } = await insider();
    const stream = await link.newStream(requestProtocol(NETWORK));
    const bytes = frame(1_000, Buffer.alloc(1_000, 0x20));
    let at = 0;
    const drip = setInterval(() => stream.status === 'open' && stream.send(bytes.subarray(at, ++at)), 50);
    await until('the end of the connection', () => link.status !== 'open');
    clearInterval(drip);
    expect(heavy.counters.refused['slow']).toBe(1);
    expect(at).toBeLessThan(1_000);
    expect(await echo()).toBe('still there');
  });

  it('half a request and a reset leaves nothing behind', async () => {
    const { link } = await insider();
    const stream = await link.newStream(requestProtocol(NETWORK));
    stream.send(frame(100, randomBytes(10)));
    stream.abort(new Error('gone'));
    await until('the count', () => (heavy.counters.refused['broken'] ?? 0) > 0);
    expect(await echo()).toBe('still there');
  });

  it('more requests than agreed are refused with a word, and others are not slowed', async () => {
    const { peer, link } = await insider();
    const results: string[] = [];
    for (let i = 0; i < REQUEST_BURST + 40; i++) {
      await peer.requests.send(link, 'echo', { body: 'x', schema: z.string() }).then(
        () => results.push('ok'),
        (error: { code?: string }) => results.push(error.code ?? 'other'),
      );
    }
    expect(results.filter((one) => one === 'REFUSED_BY_PEER').length).toBeGreaterThan(0);
    expect(heavy.counters.refused['rate']).toBeGreaterThan(0);
    expect(link.status).toBe('open');
    expect(await echo()).toBe('still there');
  });

  it('streams beyond the limit of one connection are reset', async () => {
    const { link } = await insider();
    const streams = await Promise.all(Array.from({ length: 40 }, () => link.newStream(requestProtocol(NETWORK), { maxOutboundStreams: 100 }).catch(() => undefined)));
    await until('resets', () => streams.filter((one) => one === undefined || one.status !== 'open').length >= 32);
    expect(await echo()).toBe('still there');
  });

  it('readFrame gives up on a stream that ends', async () => {
    const { link } = await insider();
    const stream = await link.newStream(bindProtocol(NETWORK));
    const read = readFrame(stream, { maxBytes: 10, timeoutMs: 5_000 });
    stream.abort(new Error('gone'));
    await expect(read).rejects.toMatchObject({ reason: 'broken' });
  });
});

describe('a peer that is turned away', () => {
  it('may come back as soon as the registry has it: who asked too early has not lied', async () => {
    const early = await world.light(15);
    await expect(early.dial(heavy.addresses())).rejects.toThrow();
    await until('the refusal', () => world.lines.some(({ event, reason }) => event === 'peer.refused' && reason === 'unregistered'));
    world.registry.entries.push(entry(15));
    const link = await early.dial(heavy.addresses());
    expect(await early.requests.send(link, 'echo', { body: 'at last', schema: z.string() })).toBe('at last');
  });

  it('does not knock again by itself: when to do that is decided by leases', async () => {
    const leaving = await world.light(13);
    const link = await leaving.dial(heavy.addresses());
    // As the routing table and the relay's client mark peers that they want to keep.
    await leaving.node.peerStore.merge(link.remotePeer, { tags: { [`${KEEP_ALIVE}-here`]: { value: 1 } } });
    let knocks = 0;
    leaving.node.addEventListener('connection:open', () => void (knocks += 1));
    heavy.bindings.blocklist.add(leaving.id);
    await Promise.all(heavy.node.getConnections(leaving.node.peerId).map((connection) => connection.close()));
    await until('the end of the connection', () => link.status !== 'open');
    await leaving.node.dial(heavy.addresses().map((one) => multiaddr(one)));
    await sleep(500);
    expect(knocks).toBe(1);
  });
});
