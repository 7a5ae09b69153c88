import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBundle } from '../../offchain/chain/read-bundle.ts';
import { complete } from '../../offchain/client/complete.ts';
import { get } from '../../offchain/client/get.ts';
import { put } from '../../offchain/client/put.ts';
import { noise, snapshot, writeTree } from './tree.ts';
import { type DefaultScheme, HASTY, startDefaultScheme } from './world.ts';

const ACCOUNT = 19;
const policy = HASTY;
let { world, client, rented, tree } = {} as DefaultScheme;

beforeAll(async () => {
  ({ world, client, rented, tree } = await startDefaultScheme(ACCOUNT));
});
afterAll(() => world.stop());

const providerOf = (slot: number): number => rented.providers[slot]?.provider ?? 0;

describe('the default scheme 10+6', () => {
  it('lets a slot that signs too late acknowledge after the commit', async () => {
    const more = await writeTree(join(world.folder, 'late'), { 'late.bin': noise('late', 100_000) });
    const stored = await put(client, {
      paths: [more],
      name: 'late',
      onProgress: ({ stage }) => {
        if (stage === 'receipts') world.stall(providerOf(4));
        if (stage === 'commit') world.wake(providerOf(4));
      },
    });
    expect(stored.lost).toEqual([]);
    expect(stored.receipts).toHaveLength(16);
    expect((await readBundle(client.chain, rented.agreement, stored.bundle ?? -1)).acknowledged).toBe(0xffffn);
  });

  it('stores with three providers away, and fetches with six of sixteen dead, silent or lying', async () => {
    world.stall(providerOf(0));
    world.stall(providerOf(15));
    await world.stopProvider(providerOf(1));
    const stored = await put(client, { paths: [tree], name: 'tree' });
    expect(stored.lost.map(({ slot }) => slot).sort((a, b) => a - b)).toEqual([0, 1, 15]);
    expect(stored.receipts).toHaveLength(13);

    // The silent ones come back: they get what they missed, the dead one is reported.
    world.wake(providerOf(0));
    world.wake(providerOf(15));
    const done = await complete(client, { agreement: rented.agreement });
    expect(done.completed).toEqual([{ bundle: 1, slot: 0 }, { bundle: 1, slot: 15 }]);
    expect(done.failures).toMatchObject([{ bundle: 1, slot: 1 }]);
    expect((await readBundle(client.chain, rented.agreement, 1)).acknowledged).toBe(0xfffdn);

    world.stall(providerOf(0));
    world.stall(providerOf(15));
    await world.stopProvider(providerOf(2));
    await world.corruptProvider(providerOf(3));
    await world.corruptProvider(providerOf(12));
    const fresh = await world.client({ account: ACCOUNT, policy });
    const fetched = await get(fresh, { name: 'tree', into: join(world.folder, 'again') });
    expect(fetched.failed).toEqual([]);
    expect(await snapshot(join(world.folder, 'again'))).toEqual(await snapshot(tree));
    expect(fetched.avoided.map(({ provider }) => provider)).toEqual(expect.arrayContaining([0, 1, 2, 3].map(providerOf)));
  });
});
