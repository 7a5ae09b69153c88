import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEV_CHAIN_ID, devAccount } from '../../offchain/chain/dev-accounts.ts';
import { acceptOperator, nameOperator } from '../../offchain/chain/operator-key.ts';
import type { Chain } from '../../offchain/chain/types.ts';
import { type Client, createClient } from '../../offchain/client/client.ts';
import { get } from '../../offchain/client/get.ts';
import { put } from '../../offchain/client/put.ts';
import type { Rented } from '../../offchain/client/rent.ts';
import { snapshot, writeSampleTree } from './tree.ts';
import { type World, rentedClient, startWorld } from './world.ts';

const ACCOUNT = 12;
/** Account of the first provider of a world. */
const FIRST_PROVIDER = 3;
let world: World;
let rented: Rented;
let tree: string;

beforeAll(async () => {
  // One to spare: on a busy machine one may not answer in time.
  world = await startWorld({ providers: 5 });
  const first = await rentedClient(world, { account: ACCOUNT });
  await first.client.close();
  ({ rented } = first);
  tree = await writeSampleTree(join(world.folder, 'tree'));
});
afterAll(() => world.stop());

/** A client before whose commit something happens, once. */
async function clientBefore(happens: () => Promise<void>): Promise<Client> {
  const chain = await world.holdfast.as(ACCOUNT);
  let isOpen = true;
  const send: Chain['send'] = async (call) => {
    if (isOpen && call.functionName === 'commit') {
      isOpen = false;
      await happens();
    }
    return chain.send(call);
  };
  return createClient({ chain: { ...chain, send }, home: join(world.folder, `home-${Math.random()}`) });
}

/** Has the provider of a slot sign with the key of another account. */
async function changeKey(slot: number, to: number): Promise<void> {
  const id = rented.providers[slot]!.provider;
  const before = FIRST_PROVIDER + world.providers.findIndex((one) => one.id === id);
  await nameOperator(await world.holdfast.as(before), { id, key: devAccount(to, DEV_CHAIN_ID).address });
  await acceptOperator(await world.holdfast.as(to), { id });
}

describe('an upload whose slots change hands before its commit', () => {
  it('is committed with the receipts that still count', async () => {
    const client = await clientBefore(() => changeKey(0, 15));
    const stored = await put(client, { paths: [tree], name: 'tree' });
    expect(stored.receipts).toHaveLength(3);
    expect(stored.lost).toMatchObject([{ slot: 0, provider: rented.providers[0]!.provider, reason: 'it signs with another key now' }]);
    await get(client, { name: 'tree', into: join(world.folder, 'restored') });
    expect(await snapshot(join(world.folder, 'restored'))).toEqual(await snapshot(tree));
    await client.close();
  });

  it('says so when too few are left, and has committed nothing', async () => {
    const client = await clientBefore(() => changeKey(1, 16));
    await expect(put(client, { paths: [tree], name: 'another', dedupe: false })).rejects.toMatchObject({
      code: 'NOT_STORED', retryable: true, message: expect.stringContaining('it signs with another key now'),
    });
    expect((await client.views.refresh(rented.agreement)).state.bundles).toBe(1);
    await client.close();
  });
});
