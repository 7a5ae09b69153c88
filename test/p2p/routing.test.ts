import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CID } from 'multiformats/cid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBoundedDatastore } from '../../offchain/p2p/bounded-datastore.ts';
import { openPeerKey } from '../../offchain/p2p/peer-key.ts';
import { createRates } from '../../offchain/wire/rates.ts';
import { contentKey, nameKey } from '../../offchain/p2p/routing.ts';
import type { Peer } from '../../offchain/p2p/start-peer.ts';
import { createWorld, until } from './support.ts';
import type { World } from './support.ts';

const CONTENT = 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi';

describe('routing', () => {
  let world: World;
  let heavies: Peer[];
  beforeAll(async () => {
    world = await createWorld([1, 2, 3, 4, 10, 11]);
    heavies = await Promise.all([1, 2, 3, 4].map((id) => world.heavy(id)));
    for (let i = 1; i < heavies.length; i++) await heavies[i]!.dial(heavies[i - 1]!.addresses());
  });
  afterAll(() => world.stop());

  it('finds who holds a ContentID, through heavy nodes that do not hold it, and whose peer it is', async () => {
    const edge = await world.light(10, { listen: { host: '127.0.0.1', tcpPort: 0 } });
    await edge.dial(heavies[0]!.addresses());
    await until('a route', () => heavies[0]!.node.getPeers().length >= 2);
    await until('somebody to tell', () => edge.routing.provide(contentKey(CONTENT)).then(() => true, () => false));
    const reader = await world.light(11);
    await reader.dial(heavies[3]!.addresses());
    const holders = await until('the holder', async () => {
      const found = await reader.routing.find(contentKey(CONTENT), { limit: 1 });
      return found.length > 0 && found;
    });
    expect(holders[0]).toMatchObject({ peer: edge.id, node: 10 });
    expect(holders[0]!.addresses.length).toBeGreaterThan(0);
  });

  it('finds the keepers of a name, and nobody for another name', async () => {
    const key = await nameKey('/a.com/izone.mp4');
    await until('somebody to tell', () => heavies[1]!.routing.provide(key).then(() => true, () => false));
    const holders = await until('the keeper', async () => {
      const found = await heavies[2]!.routing.find(await nameKey('/a.com/izone.mp4'), { limit: 1 });
      return found.length > 0 && found;
    });
    expect(holders[0]).toMatchObject({ node: 2 });
    expect(await heavies[2]!.routing.find(await nameKey('/a.com/other'), { timeoutMs: 1_000 })).toEqual([]);
  });
});

describe('keys', () => {
  it('of names and of contents differ, and garbage is no ContentID', async () => {
    expect((await nameKey('a')).toString()).not.toBe((await nameKey('b')).toString());
    expect(CID.asCID(contentKey(CONTENT))?.toString()).toBe(CONTENT);
    expect(() => contentKey('nonsense')).toThrow();
  });

  it('of a peer stay the same, are readable by their owner alone, and say when they are damaged', async () => {
    const home = await mkdtemp(join(tmpdir(), 'holdfast-key-'));
    const [one, two] = [await openPeerKey(home), await openPeerKey(home)];
    expect(one.equals(two)).toBe(true);
    expect((await stat(join(home, 'peer.key'))).mode & 0o777).toBe(0o600);
    await writeFile(join(home, 'peer.key'), 'nonsense');
    await expect(openPeerKey(home)).rejects.toMatchObject({ code: 'PEER_KEY_DAMAGED' });
    await rm(home, { recursive: true });
  });
});

describe('bounds', () => {
  it('what peers make this node remember drops the oldest', async () => {
    const store = createBoundedDatastore({ maxEntries: 100 });
    const key = (name: string) => ({ toString: () => name }) as Parameters<typeof store.get>[0];
    for (let i = 0; i < 1_000; i++) await store.put(key(`/dht/${i}`), new Uint8Array([i & 255]));
    expect(store.size).toBe(100);
    expect(await store.has(key('/dht/899'))).toBe(false);
    expect(() => store.get(key('/dht/0'))).toThrow(/no entry/);
    const found = [];
    for await (const { key: one } of store.query({ prefix: '/dht/99', limit: 3 })) found.push(one.toString());
    expect(found).toEqual(['/dht/990', '/dht/991', '/dht/992']);
    const batch = store.batch();
    batch.put(key('/x'), new Uint8Array());
    batch.delete(key('/dht/999'));
    await batch.commit();
    expect([await store.has(key('/x')), await store.has(key('/dht/999'))]).toEqual([true, false]);
  });

  it('rates refill with time and do not grow with senders', () => {
    let at = 0;
    const rates = createRates({ perSecond: 2, burst: 3, maxKeys: 2, nowMs: () => at });
    expect([1, 2, 3, 4].map(() => rates.take('a'))).toEqual([true, true, true, false]);
    at += 1_000;
    expect([1, 2, 3].map(() => rates.take('a'))).toEqual([true, true, false]);
    rates.take('b');
    rates.take('c');
    expect(rates.take('a')).toBe(true);
  });
});
