import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAttachment } from '../../offchain/p2p/attach.ts';
import type { Attachment } from '../../offchain/p2p/attach.ts';
import { createAttachments } from '../../offchain/p2p/attachments.ts';
import type { Attachments } from '../../offchain/p2p/attachments.ts';
import { createNeighbours, chooseNeighbours } from '../../offchain/p2p/neighbours.ts';
import type { Neighbours } from '../../offchain/p2p/neighbours.ts';
import type { Peer } from '../../offchain/p2p/start-peer.ts';
import { createWorld, until } from './support.ts';
import type { World } from './support.ts';

interface Heavy {
  readonly peer: Peer;
  readonly attachments: Attachments;
  readonly neighbours: Neighbours;
  readonly called: string[];
}

const TIMING = { tickMs: 50, spreadMs: 50, homeCheckMs: 50, returnAfterMs: 200, avoidMs: 300 };
let world: World;
let lights: Attachment[];
beforeEach(async () => {
  world = await createWorld([1, 2, 3, 10, 11, 12, 13]);
  lights = [];
});
afterEach(async () => {
  await Promise.all(lights.map((light) => light.stop()));
  await world.stop();
});

/** A heavy node as its service puts it together; its registry entry holds its multiaddr, so no HTTP is needed to find it. */
async function heavy(id: number, options: { maxLeases?: number; leaseMs?: number; reachable?: boolean; port?: number; over?: 'TCP' | 'WebSockets' } = {}): Promise<Heavy> {
  const { maxLeases, leaseMs = 600, reachable = true, port = 0, over = 'TCP' } = options;
  const peer = await world.heavy(id, { connectionsPerSecond: 1_000, listen: { host: '127.0.0.1', ...(over === 'TCP' ? { tcpPort: port } : { wsPort: port }) } });
  const at = world.registry.entries.findIndex((one) => one.id === id);
  world.registry.entries[at] = { ...world.registry.entries[at]!, endpoint: peer.addresses()[0]! };
  const neighbours = createNeighbours({ peer, nodeId: id, registered: world.registry, log: peer.log });
  const called: string[] = [];
  const attachments = createAttachments({
    peer, nodeId: id, maxLeases, leaseMs,
    isOwn: async (node) => (await world.registry.node(node))?.parent === id,
    dialBack: async (_node, url) => (called.push(url), reachable),
    relayUrl: (node) => `http://heavy-${id}/relay/${node}`,
    told: () => neighbours.told(),
  });
  return { peer, attachments, neighbours, called };
}

async function light(id: number, home: number | undefined, url?: string): Promise<Attachment> {
  const peer = await world.light(id);
  const attachment = createAttachment({ peer, registered: world.registry, home, url, timing: TIMING });
  lights.push(attachment);
  attachment.start();
  return attachment;
}

describe('attachment', () => {
  it.each(['TCP', 'WebSockets'] as const)('gives a lease over %s, renews it, and ends it when the light node is gone', async (over) => {
    const { attachments, peer } = await heavy(1, { over });
    expect(peer.addresses().map((address) => address.includes('/ws'))).toEqual([over === 'WebSockets']);
    const child = await light(10, 1);
    await until('the lease', () => attachments.has(10));
    await sleep(1_000);
    attachments.expire();
    expect(attachments.nodes()).toEqual([10]);
    expect(attachments.connectionOf(10)?.status).toBe('open');
    await child.stop();
    expect(attachments.has(10)).toBe(false);
  });

  it('ends a lease that is not renewed, and its connection', async () => {
    const { attachments } = await heavy(1, { leaseMs: 300 });
    const child = await light(10, 1);
    await until('the lease', () => attachments.has(10));
    const link = attachments.connectionOf(10);
    // As if the machine had been frozen: no renewal, no goodbye.
    (child as { tick: unknown }).tick = async () => undefined;
    const { attachments: other } = await heavy(2);
    expect(other.size).toBe(0);
    await child.stop();
    attachments.expire();
    await until('the end', () => link?.status !== 'open');
    expect(attachments.has(10)).toBe(false);
  });

  it('calls the claimed address back, and offers its relay', async () => {
    const { called } = await heavy(1, { reachable: false });
    const child = await light(10, 1, 'http://10.0.0.1:80');
    await until('the lease', () => child.reply);
    expect(called).toEqual(['http://10.0.0.1:80']);
    expect(child.reply).toMatchObject({ isReachable: false, relayUrl: 'http://heavy-1/relay/10' });
  });

  it('takes creators that nobody registered, but lets them publish nothing', async () => {
    const { attachments } = await heavy(1);
    const creator = await light(0, undefined);
    await until('the lease', () => creator.parent === 1);
    expect(attachments.size).toBe(1);
    expect(attachments.nodes()).toEqual([]);
    await expect(creator.publishAsk({ provider: 10, sequence: 1, tier: 'standard', region: 1, unit: 'gib', price: 1n, freeBytes: 1n, capacityBytes: 1n, url: '', expiry: 1, signature: `0x${'00'.repeat(64)}` })).rejects.toMatchObject({ code: 'NOT_YOURS' });
  });

  it('keeps a place for its own children when others fill it', async () => {
    const { attachments } = await heavy(1, { maxLeases: 2 });
    world.registry.entries.forEach((one, i) => one.id >= 12 && (world.registry.entries[i] = { ...one, parent: 2 }));
    const foster = await light(12, undefined);
    await until('the first', () => foster.parent === 1);
    const tooMany = await light(13, undefined);
    await until('a refusal', () => world.lines.some(({ event }) => event === 'parent.refused'));
    expect(tooMany.parent).toBeUndefined();
    const own = await light(10, 1);
    await until('the own child', () => own.parent === 1);
    expect(attachments.nodes().sort()).toEqual([10, 12]);
  });
});

describe('a parent that dies', () => {
  it('is replaced by one of those it told of; its children come home when it has been back for a while', async () => {
    const [one, two, three] = [await heavy(1), await heavy(2), await heavy(3)];
    await Promise.all([one, two, three].map(({ neighbours }) => neighbours.tick()));
    const children = [await light(10, 1), await light(11, 1)];
    await until('two leases', () => one.attachments.size === 2);
    const port = Number(one.peer.addresses()[0]!.split('/')[4]);
    await one.peer.stop();
    await until('other parents', () => children.every(({ parent }) => parent === 2 || parent === 3));
    expect(two.attachments.size + three.attachments.size).toBe(2);
    expect(children.every(({ awaySinceMs }) => awaySinceMs !== undefined)).toBe(true);
    const again = await heavy(1, { port });
    await until('everybody home', () => children.every(({ parent }) => parent === 1));
    expect(again.attachments.nodes().sort()).toEqual([10, 11]);
    await until('no leases left', () => two.attachments.size + three.attachments.size === 0);
    expect(children.every(({ awaySinceMs }) => awaySinceMs === undefined)).toBe(true);
  });

  it('leaves nobody attached twice', async () => {
    const [one, two] = [await heavy(1), await heavy(2)];
    const child = await light(10, 1);
    await until('the lease', () => child.parent === 1);
    await one.peer.stop();
    await until('another parent', () => child.parent === 2);
    expect(two.attachments.nodes()).toEqual([10]);
  });
});

describe('heavy nodes', () => {
  it('connect to each other through the registry and tell of each other, the least loaded first', async () => {
    const heavies = [await heavy(1, { maxLeases: 4 }), await heavy(2), await heavy(3)];
    await light(10, 1);
    await until('the lease', () => heavies[0]!.attachments.size === 1);
    for (const { neighbours } of heavies) await neighbours.tick();
    expect(heavies[1]!.neighbours.list().map(({ node }) => node).sort()).toEqual([1, 3]);
    expect(heavies[1]!.neighbours.told().map(({ node }) => node)).toEqual([3, 1]);
    await heavies[2]!.peer.stop();
    await heavies[1]!.neighbours.tick();
    expect(heavies[1]!.neighbours.list().map(({ node }) => node)).toEqual([1]);
  });

  it('choose few neighbours, and every node is reached from every other', () => {
    const all = Array.from({ length: 200 }, (_, i) => ({ id: i + 1 }));
    const edges = new Map(all.map(({ id }) => {
      const known = new Map(all.map((one) => [one.id, { rttMs: (one.id * 7919) % 97 }]));
      return [id, chooseNeighbours(all.filter((one) => one.id !== id), { nodeId: id, keep: 12, known })];
    }));
    expect(Math.max(...[...edges.values()].map((list) => list.length))).toBe(12);
    const reached = new Set([1]);
    const queue = [1];
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) for (const next of edges.get(id) ?? []) if (!reached.has(next.id)) reached.add(next.id) && queue.push(next.id);
    expect(reached.size).toBe(200);
    // The next twelve of the ring are dead, or somebody's who wants this one alone: who else there is gets its turn.
    const silent = new Set(Array.from({ length: 12 }, (_, i) => i + 2));
    const others = all.filter(({ id }) => id !== 1);
    expect(chooseNeighbours(others, { nodeId: 1, keep: 12, known: new Map(), silent }).map(({ id }) => id)).toEqual([2, 3, 4, 5, 6, 7, 14, 15, 16, 17, 18, 19]);
    expect(chooseNeighbours(others.slice(0, 12), { nodeId: 1, keep: 12, known: new Map([[9, { rttMs: 5 }]]), silent })).toHaveLength(12);
  });

  it('are not believed to be another node than the one that was asked for', async () => {
    const [one, two] = [await heavy(1), await heavy(2)];
    const at = world.registry.entries.findIndex(({ id }) => id === 2);
    world.registry.entries[at] = { ...world.registry.entries[at]!, endpoint: one.peer.addresses()[0]! };
    const child = await light(10, 2);
    await until('a parent', () => child.parent === 1);
    expect(two.attachments.size).toBe(0);
  });
});
