import assert from 'node:assert/strict';
import { settle as sendSettle, withdraw as sendWithdraw, withdrawNode as sendWithdrawNode } from './life-acts.ts';
import { balanceOf, expectRevert } from './life-checks.ts';
import type { Game, Play } from './life-game.ts';
import { MILLI, type NodeActor } from './world.ts';

export const settle: Play = async (game) => {
  const rail = game.dice.pick([...game.rails]);
  return rail === undefined ? undefined : settleRail(game, rail);
};

export async function settleRail(game: Game, rail: string): Promise<string> {
  const [provider, heavy, parent] = rail.split('/').map(Number) as [number, number, number];
  await sendSettle(game.world, game.nodeOf(provider), game.nodeOf(heavy), parent);
  game.model.settle({ provider, heavy, parent }, game.epoch);
  return `settle ${rail}`;
}

export const withdraw: Play = async (game) => {
  const node = game.dice.pick(game.nodes())!;
  const account = game.dice.pick(game.accounts())!;
  await withdrawNode(game, node);
  await withdrawAccount(game, account);
  return `withdraw node ${node.id} and ${account}`;
};

export async function withdrawNode({ world, model }: Game, node: NodeActor): Promise<void> {
  const owed = model.owedToNode.get(node.id) ?? 0n;
  if (owed === 0n) return expectRevert(sendWithdrawNode(world, node), 'NothingOwed');
  assert.equal(await sendWithdrawNode(world, node), owed);
  model.withdrawNode(node.id);
}

export async function withdrawAccount({ world, model }: Game, account: `0x${string}`): Promise<void> {
  const owed = model.owedTo.get(account) ?? 0n;
  if (owed === 0n) return expectRevert(sendWithdraw(world, account), 'NothingOwed');
  assert.equal(await sendWithdraw(world, account), owed);
  model.owedTo.delete(account);
}

export const changeParent: Play = async ({ dice, world, parents }) => {
  const provider = dice.pick(world.providers)!;
  const parent = dice.pick(world.heavies)!.id;
  await world.evm.send(provider.operator.address, world.registry, 'setParent', [provider.id, parent]);
  parents.set(provider.id, parent);
  return `${provider.id} moves to ${parent}`;
};

export const addStake: Play = async ({ dice, world, model }) => {
  const { id } = dice.pick(world.providers)!;
  const amount = BigInt(dice.between(1, 300)) * MILLI + 1n;
  await world.evm.send(world.treasury.address, world.registry, 'addStake', [id, amount]);
  model.stakes.get(id)!.free += amount;
  return `${id} gets ${amount} of stake`;
};

export const queue: Play = async (game) => {
  const provider = game.dice.pick(game.world.providers)!;
  const free = game.model.freeStake(provider.id, game.epoch);
  return free <= 0n ? undefined : queueAmount(game, provider, free / BigInt(game.dice.between(1, 4)));
};

export async function queueAmount({ world, model, epoch }: Game, provider: NodeActor, amount: bigint): Promise<string> {
  await world.evm.send(provider.operator.address, world.registry, 'queueWithdrawal', [provider.id, amount]);
  model.queue(provider.id, amount, epoch);
  return `${provider.id} queues ${amount}`;
}

export const takeStake: Play = async (game) => takeStakeOf(game, game.dice.pick(game.world.providers)!);

export async function takeStakeOf({ world, model, epoch }: Game, provider: NodeActor): Promise<string | undefined> {
  const stake = model.stakes.get(provider.id)!;
  const take = () => world.evm.send(world.treasury.address, world.registry, 'withdrawStake', [provider.id]);
  const refusal =
    stake.queued === 0n ? 'NothingQueued' : epoch < stake.readyAt ? 'WithdrawalNotReady' : model.freeStake(provider.id, epoch) < 0n ? 'StakeTooLow' : undefined;
  if (refusal !== undefined) {
    await expectRevert(take(), refusal);
    return undefined;
  }
  const before = await balanceOf(world, provider.payout);
  await take();
  assert.equal((await balanceOf(world, provider.payout)) - before, stake.queued);
  stake.queued = 0n;
  return `${provider.id} takes stake`;
}
