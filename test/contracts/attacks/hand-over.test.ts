import assert from 'node:assert/strict';
import { openAgreement, type OpenedAgreement } from '../../support/contracts/agreements.ts';
import { adversary, stakeOf, wealthOf } from '../../support/contracts/attack.ts';
import { emptyMarket, owedTo, reverts } from '../../support/contracts/books.ts';
import { commitBundle } from '../../support/contracts/bundles.ts';
import { eventOf } from '../../support/contracts/evm.ts';
import { inWorld } from '../../support/contracts/in-world.ts';
import { poke, prove, runEpochs } from '../../support/contracts/proofs.ts';
import { replaceSlot, signSuccession } from '../../support/contracts/successions.ts';
import { goToEpoch, TOKEN, type NodeActor, type World } from '../../support/contracts/world.ts';

/*
 * Provider 0 and provider 4 are one person. When 0 is in trouble, its slot goes to 4, and later back.
 */
const OPTIONS = { providers: 5, epochsPerPeriod: 10, parameters: { missAllowance: 1, penaltyEpochs: 2, faultRun: 3, slashEpochs: 10 } };

const handOver = async (world: World, agreement: OpenedAgreement, from: NodeActor, to: NodeActor) => replaceSlot(world, from.operator.address, await signSuccession(world, agreement, 0, to));

async function stored(world: World): Promise<{ agreement: OpenedAgreement; own: NodeActor; other: NodeActor }> {
  const agreement = await openAgreement(world, { periods: 6 });
  await commitBundle(world, agreement);
  return { agreement, own: world.providers[0]!, other: world.providers[4]! };
}

inWorld('hand-over just before a fault: whoever has not proven this epoch hands nothing over, and the fault costs the whole slash', OPTIONS, async (world) => {
  const { agreement, own, other } = await stored(world);
  await runEpochs(world, 1, 11, [own]);
  for (let epoch = 11; epoch < 14; epoch += 1) {
    await goToEpoch(world, epoch);
    await poke(world);
    await reverts('NotProvenYet', () => handOver(world, agreement, own, other));
  }
  await goToEpoch(world, 14);
  const before = await stakeOf(world, own);
  await replaceSlot(world, world.treasury.address, await signSuccession(world, agreement, 0, world.providers[4]!));
  assert.equal(before - (await stakeOf(world, own)), 10n * agreement.rents[0]!);
  await emptyMarket(world, [agreement], [world.treasury.address]);
});

inWorld('hand-over to and fro: a slot stays with its taker until the next period, so nobody outruns a run of misses or wears turns out', OPTIONS, async (world) => {
  const { agreement, own, other } = await stored(world);
  await goToEpoch(world, 1);
  await poke(world);
  await prove(world, own);
  await reverts('HandOverTooSoon', () => handOver(world, agreement, own, other));
  await runEpochs(world, 2, 11, [own]);
  await handOver(world, agreement, own, other);
  await prove(world, other);
  await reverts('HandOverTooSoon', () => handOver(world, agreement, other, own));
  // Twice a period at the very most, one turn each: sixteen million of them take longer than any agreement.
  const { turns } = await world.evm.read<{ turns: number }>(world.market, 'agreementOf', [agreement.id]);
  assert.equal(turns, 1);
  await emptyMarket(world, [agreement]);
});

inWorld('hand-over to dodge a penalty: the misses of the period are paid when the slot is left', OPTIONS, async (world) => {
  const { agreement, own, other } = await stored(world);
  const gang = { accounts: [own.operator.address], nodes: [own, other] };
  await runEpochs(world, 1, 11, [own]);
  // Period 1: five of eight epochs are missed, never three in a row.
  for (const epoch of [13, 16]) await runEpochs(world, epoch, epoch + 1, [own]);
  await goToEpoch(world, 18);
  await poke(world);
  await prove(world, own);
  await world.evm.send(world.treasury.address, world.market, 'settle', [own.id, world.heavies[0]!.id, own.parent]);
  const before = await wealthOf(world, gang);
  const penalty = (5n - 1n) * 2n * agreement.rents[0]!;
  const receipt = await handOver(world, agreement, own, other);
  assert.equal(eventOf<{ slashed: bigint }>(receipt, world.market, 'Replaced').slashed, penalty);
  assert.equal((await wealthOf(world, gang)) - before, (-penalty * 60n) / 100n);
  await emptyMarket(world, [agreement], [own.operator.address]);
});

inWorld('hand-over to dodge a challenge: not while it is open; surrender neither; the slot is lost and the whole slash with it', OPTIONS, async (world) => {
  const { agreement, own, other } = await stored(world);
  const challenger = await adversary(world, 'challenger');
  await runEpochs(world, 1, 11, [own]);
  await world.evm.send(challenger.address, world.market, 'challenge', [agreement.id, 0, 0, 0, 3]);
  await reverts('ChallengeOpen', () => handOver(world, agreement, own, other));
  await reverts('ChallengeOpen', () => world.evm.send(own.operator.address, world.market, 'surrender', [agreement.id, 0]));
  await runEpochs(world, 11, 13, [own]);
  await goToEpoch(world, 13);
  const before = await stakeOf(world, own);
  const receipt = await world.evm.send(challenger.address, world.market, 'endChallenge', [1n]);
  assert.equal(eventOf<{ slotLost: boolean }>(receipt, world.market, 'ChallengeEnded').slotLost, true);
  const slash = 10n * agreement.rents[0]!;
  assert.equal(before - (await stakeOf(world, own)), slash);
  assert.equal(await owedTo(world, challenger.address), TOKEN + slash / 10n);
  await emptyMarket(world, [agreement], [challenger.address]);
});

inWorld('hand-over in front of a challenge: the challenge names the slot, so it meets the friend who took it', OPTIONS, async (world) => {
  const { agreement, own, other } = await stored(world);
  const challenger = await adversary(world, 'challenger');
  await runEpochs(world, 1, 11, [own]);
  await handOver(world, agreement, own, other);
  await world.evm.send(challenger.address, world.market, 'challenge', [agreement.id, 0, 0, 0, 3]);
  await goToEpoch(world, 13);
  const before = await stakeOf(world, other);
  await world.evm.send(challenger.address, world.market, 'endChallenge', [1n]);
  assert.equal(before - (await stakeOf(world, other)), 10n * agreement.rents[0]!);
  await emptyMarket(world, [agreement], [challenger.address]);
});

inWorld('hand-over to wipe out the creator\'s notice: the notice stays with the slot', OPTIONS, async (world) => {
  const { agreement, own, other } = await stored(world);
  await runEpochs(world, 1, 11, [own]);
  await world.evm.send(world.creator.address, world.market, 'giveNotice', [agreement.id, 0]);
  await handOver(world, agreement, own, other);
  assert.equal(await world.evm.read(world.market, 'noticeOf', [agreement.id, 0]), 2);
  await runEpochs(world, 11, 21, [other]);
  await replaceSlot(world, world.creator.address, await signSuccession(world, agreement, 0, own));
  await emptyMarket(world, [agreement]);
});

inWorld('full rent for nothing: a slot that never acknowledges is dismissed after ackEpochs, however often it changed hands before', OPTIONS, async (world) => {
  const agreement = await openAgreement(world, { periods: 6 });
  await commitBundle(world, agreement, { slots: [1, 2, 3] });
  const [own] = world.providers;
  await goToEpoch(world, world.parameters.ackEpochs);
  await reverts('NotCreator', () => world.evm.send(own!.operator.address, world.market, 'dismiss', [agreement.id, 0, 0]));
  await world.evm.send(world.creator.address, world.market, 'dismiss', [agreement.id, 0, 0]);
  const { rent } = await world.evm.read<{ rent: bigint }>(world.market, 'vacancyOf', [agreement.id, 0]);
  assert.equal(rent, agreement.rents[0]);
  // It earned nothing: it proved nothing. Had it proved, it would have been paid for these three epochs of space and no more.
  await emptyMarket(world, [agreement]);
});
