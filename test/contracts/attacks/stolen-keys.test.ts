import assert from 'node:assert/strict';
import { openAgreement, propose, sendOpen } from '../../support/contracts/agreements.ts';
import { adversary, stakeOf, wealthOf } from '../../support/contracts/attack.ts';
import { balanceOf, emptyMarket, owedTo, reverts } from '../../support/contracts/books.ts';
import { commitBundle } from '../../support/contracts/bundles.ts';
import { accountOf } from '../../support/contracts/evm.ts';
import { inWorld } from '../../support/contracts/in-world.ts';
import { poke, prove } from '../../support/contracts/proofs.ts';
import { replaceSlot, signSuccession } from '../../support/contracts/successions.ts';
import { currentEpoch, goToEpoch } from '../../support/contracts/world.ts';

inWorld('operator key stolen: pay goes where it went, stake waits out its delay and goes there too', { withdrawalEpochs: 6, stakeEpochs: 20 }, async (world) => {
  const { evm, market, registry } = world;
  const { id, operator: stolen, payout, parent } = world.providers[0]!;
  const agreement = await openAgreement(world, { periods: 4 });
  await commitBundle(world, agreement);
  await goToEpoch(world, 1);
  await poke(world);
  await prove(world, world.providers[0]!);
  await goToEpoch(world, 2);
  // What the thief would like: another payout address, the pay, the stake.
  await reverts('NotPayout', () => evm.send(stolen.address, registry, 'setPayout', [id, stolen.address]));
  await evm.send(stolen.address, market, 'settle', [id, world.heavies[0]!.id, parent]);
  await evm.send(stolen.address, market, 'withdrawNode', [id]);
  const stake = await stakeOf(world, world.providers[0]!);
  const promised = 20n * agreement.rents[0]!;
  await reverts('StakeTooLow', () => evm.send(stolen.address, registry, 'queueWithdrawal', [id, stake - promised + 1n]));
  await evm.send(stolen.address, registry, 'queueWithdrawal', [id, stake - promised]);
  await reverts('WithdrawalNotReady', () => evm.send(stolen.address, registry, 'withdrawStake', [id]));
  assert.equal(await stakeOf(world, world.providers[0]!), stake);
  // In the meantime the owner takes the pay elsewhere with the other key.
  const safe = accountOf('safe').address;
  await evm.send(payout, registry, 'setPayout', [id, safe]);
  await goToEpoch(world, currentEpoch(world) + 6);
  await evm.send(stolen.address, registry, 'withdrawStake', [id]);
  assert.equal(await balanceOf(world, safe), stake - promised);
  assert.equal(await balanceOf(world, stolen.address), 0n);
  assert.equal(await owedTo(world, stolen.address), 0n);
});

inWorld('session key theft: it commits, retires and returns pots to the creator; it takes no unit and ends with a word of the creator\'s', {}, async (world) => {
  const { evm, market, creator } = world;
  const thief = accountOf('thief');
  const friend = await adversary(world, 'friend');
  const agreement = await openAgreement(world, { periods: 4 });
  await commitBundle(world, agreement);
  await evm.send(friend.address, market, 'topUp', [agreement.id, 500n]);
  await evm.send(creator.address, market, 'setSession', [thief.address, 2n ** 40n]);
  const before = [await owedTo(world, creator.address), await balanceOf(world, market.address)];
  await evm.send(thief.address, market, 'takePot', [agreement.id, 500n]);
  await evm.send(thief.address, market, 'retire', [agreement.id, 0]);
  for (const [name, args] of [
    ['close', [agreement.id]], ['authoriseRenewal', [agreement.id, 1n, 9]], ['giveNotice', [agreement.id, 0]],
  ] as const) await reverts('NotCreator', () => evm.send(thief.address, market, name, args));
  await reverts('NothingOwed', () => evm.send(thief.address, market, 'withdraw'));
  assert.deepEqual([await owedTo(world, creator.address), await balanceOf(world, market.address)], [before[0]! + 500n, before[1]]);
  await evm.send(creator.address, market, 'setSession', [thief.address, 0n]);
  await reverts('NotCreator', () => evm.send(thief.address, market, 'retire', [agreement.id, 0]));
  // A session of one creator is none for another's agreements, nor for sessions.
  await evm.send(thief.address, market, 'setSession', [friend.address, 2n ** 40n]);
  await reverts('NotCreator', () => evm.send(friend.address, market, 'retire', [agreement.id, 0]));
  await emptyMarket(world, [agreement]);
});

inWorld('operator key stolen: the owner names a new key; from then on nothing that the old one signed or signs is valid, for ever', {}, async (world) => {
  const { evm, market, registry } = world;
  const victim = world.providers[0]!;
  const fresh = accountOf('fresh key');
  const agreement = await openAgreement(world, { periods: 3 });
  const signed = await propose(world);
  await reverts('NotPayout', () => evm.send(victim.operator.address, registry, 'nameOperator', [victim.id, fresh.address]));
  await evm.send(victim.payout, registry, 'nameOperator', [victim.id, fresh.address]);
  await reverts('NotNamedOperator', () => evm.send(victim.operator.address, registry, 'acceptOperator', [victim.id]));
  await evm.send(fresh.address, registry, 'acceptOperator', [victim.id]);
  await reverts('BadSignature', () => sendOpen(world, signed));
  await reverts('NotOperatorOf', () => evm.send(victim.operator.address, market, 'surrender', [agreement.id, 0]));
  await reverts('NotOperator', () => evm.send(victim.operator.address, registry, 'queueWithdrawal', [victim.id, 1n]));
  await reverts('OperatorTaken', () => evm.send(victim.operator.address, registry, 'register', [1, 1, world.heavies[0]!.id, victim.operator.address, '']));
  await evm.send(victim.payout, registry, 'nameOperator', [victim.id, accountOf('newer key').address]);
  await evm.send(accountOf('newer key').address, registry, 'acceptOperator', [victim.id]);
  await reverts('OperatorTaken', () => evm.send(victim.payout, registry, 'nameOperator', [victim.id, fresh.address]));
  await emptyMarket(world, [agreement]);
});

inWorld('operator key stolen: the most it can destroy before the owner acts is half of the slash of each slot, and the thief\'s own successor sees 40 % of that', { providers: 5, parameters: { slashEpochs: 10 } }, async (world) => {
  const victim = world.providers[0]!;
  const agreement = await openAgreement(world, { periods: 3 });
  const thief = { accounts: [accountOf('thief').address], nodes: [world.providers[4]!] };
  const [before, stake] = [await wealthOf(world, thief), await stakeOf(world, victim)];
  await world.evm.send(victim.operator.address, world.market, 'surrender', [agreement.id, 0]);
  await replaceSlot(world, accountOf('thief').address, await signSuccession(world, agreement, 0, world.providers[4]!));
  const slash = 5n * agreement.rents[0]!;
  assert.equal(stake - (await stakeOf(world, victim)), slash);
  assert.equal((await wealthOf(world, thief)) - before, (slash * 40n) / 100n);
  await emptyMarket(world, [agreement], [accountOf('thief').address]);
});
