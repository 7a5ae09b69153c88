import { bitmap } from './bundles.ts';
import type { Receipt } from './evm.ts';
import { balanceOf } from './life-checks.ts';
import type { NodeActor, World } from './world.ts';

/** Settles the rail between a provider, the creator's heavy node and the provider's parent. */
export function settle(world: World, provider: NodeActor, heavy: NodeActor, parent = provider.parent): Promise<Receipt> {
  return world.evm.send(world.treasury.address, world.market, 'settle', [provider.id, heavy.id, parent]);
}

export function release(world: World, agreement: { readonly id: number }, slots: readonly number[], sender = world.treasury.address): Promise<Receipt> {
  return world.evm.send(sender, world.market, 'release', [agreement.id, bitmap(slots)]);
}

/** Pays a node and returns what arrived at its payout address. */
export async function withdrawNode(world: World, node: NodeActor): Promise<bigint> {
  const before = await balanceOf(world, node.payout);
  await world.evm.send(world.treasury.address, world.market, 'withdrawNode', [node.id]);
  return (await balanceOf(world, node.payout)) - before;
}

/** Lets an account take what it is owed and returns what arrived. */
export async function withdraw(world: World, account: `0x${string}`): Promise<bigint> {
  const before = await balanceOf(world, account);
  await world.evm.send(account, world.market, 'withdraw');
  return (await balanceOf(world, account)) - before;
}

/** Runs a test on a world of its own and closes that afterwards, whatever happened. */
export async function inWorld(create: () => Promise<World>, test: (world: World) => Promise<void>): Promise<void> {
  const world = await create();
  try {
    await test(world);
  } finally {
    await world.evm.close();
  }
}
