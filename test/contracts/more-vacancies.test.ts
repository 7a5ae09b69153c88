import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { openAgreement, type OpenedAgreement } from '../support/contracts/agreements.ts';
import { balanceOf, changeOf, emptyMarket, owedTo, owedToNode, reverts } from '../support/contracts/books.ts';
import { commitBundle } from '../support/contracts/bundles.ts';
import { accountOf, eventOf } from '../support/contracts/evm.ts';
import { poke, prove, runEpochs } from '../support/contracts/proofs.ts';
import { replaceSlot, signSuccession } from '../support/contracts/successions.ts';
import { createWorld, goToEpoch, type NodeActor, type World } from '../support/contracts/world.ts';

/*
 * surrender: agreement over, slot empty, caller not the operator -> reverts; draw open -> the epoch's proof is given up;
 *   half of the slash, all of it when faulted; the rent waits in the vacancy; fees of nobody are touched
 * fill: the loser itself -> reverts; dearer -> reverts; rent in between and price difference come back; bounty and premium paid
 * vacancy at close, at extend and at release: all of it comes back
 * notice: only the creator; not before the next period; then without slash; gone with the slot
 * hand-over: only the operator; only behind the epoch's proof; not with a challenge open; no slash, but this period's misses are paid for
 * reward: in the last period only the part that is left of it
 */
const PERIOD = 10;
/** Token units per batch and epoch. */
const UNIT = 10n ** 15n;
const RENT = 10n * UNIT;
const repairer = accountOf('repairer');

describe('vacancies', () => {
  let world: World;
  let agreement: OpenedAgreement;
  let leaver: NodeActor;
  let successor: NodeActor;
  let others: readonly NodeActor[];

  const surrender = (from = leaver.operator.address, slot = 0) => world.evm.send(from, world.market, 'surrender', [agreement.id, slot]);
  const vacancy = () => world.evm.read<{ rent: bigint; sinceEpoch: number; reward: bigint; from: number }>(world.market, 'vacancyOf', [agreement.id, 0]);
  const fill = async (change = {}, by = successor) => replaceSlot(world, repairer.address, await signSuccession(world, agreement, 0, by, { price: UNIT, ...change }));

  beforeEach(async () => {
    world = await createWorld({ providers: 5, epochsPerPeriod: PERIOD });
    agreement = await openAgreement(world, { periods: 3, price: UNIT });
    await commitBundle(world, agreement);
    leaver = world.providers[0]!;
    successor = world.providers[4]!;
    others = world.providers.slice(1, 4);
    await runEpochs(world, 1, 2, world.providers.slice(0, 4));
  });
  afterEach(() => world.evm.close());

  it('surrenders: half of the slash, the rest of the rent waits', async () => {
    await goToEpoch(world, 2);
    const stake = () => balanceOf(world, world.registry.address);
    const supply = () => world.evm.read<bigint>(world.token, 'totalSupply');
    const slash = 5n * RENT;
    let burned = 0n;
    let credited = 0n;
    const taken = await changeOf(stake, async () => {
      burned = await changeOf(supply, async () => {
        credited = await changeOf(() => owedTo(world, world.creator.address), () => surrender());
      });
    });
    assert.equal(taken, -slash);
    // Epoch 0 was missed by everybody: its rent comes back with half of the slash.
    assert.equal(credited, RENT + slash / 2n);
    assert.equal(burned, -slash / 10n);
    assert.deepEqual(await vacancy(), { rent: RENT, sinceEpoch: 2, reward: (slash * 40n) / 100n, from: leaver.id });
    await reverts('NoSuchSlot', () => surrender());
    await reverts('NoSuchSlot', () => world.evm.read(world.market, 'slotOf', [agreement.id, 0]));
  });

  it('refuses strangers, empty slots and ended agreements', async () => {
    await reverts('NotOperatorOf', () => surrender(repairer.address));
    await reverts('NoSuchSlot', () => surrender(leaver.operator.address, 63));
    await reverts('NoSuchSlot', () => surrender(leaver.operator.address, 64));
    await goToEpoch(world, agreement.endEpoch);
    await reverts('AgreementOver', () => surrender());
  });

  it('costs the whole slash once faulted, and the epoch when a draw is open', async () => {
    await openAgreement(world, { providers: [leaver, ...others], periods: 3, price: UNIT });
    await goToEpoch(world, 2);
    await poke(world);
    await surrender();
    await reverts('NothingToProve', () => prove(world, leaver));
    await runEpochs(world, 3, 6, others);
    await goToEpoch(world, 6);
    assert.equal(await world.evm.read(world.market, 'isFaulted', [leaver.id]), true);
    const receipt = await world.evm.send(leaver.operator.address, world.market, 'surrender', [2, 0]);
    assert.equal(eventOf<{ slashed: bigint }>(receipt, world.market, 'Vacated').slashed, 10n * RENT);
  });

  it('is filled by a successor, cheaper or equal, never by the loser', async () => {
    await goToEpoch(world, 2);
    await surrender();
    await goToEpoch(world, 4);
    await reverts('ProviderTwice', () => fill({}, leaver));
    await reverts('ProviderTwice', () => fill({}, others[0]));
    await reverts('PriceAboveSlot', () => fill({ price: UNIT + 1n }));
    const refund = await changeOf(() => owedTo(world, world.creator.address), async () => {
      const receipt = await fill({ price: UNIT / 2n });
      const { from, slashed, bounty } = eventOf<{ from: number; slashed: bigint; bounty: bigint }>(receipt, world.market, 'Replaced');
      assert.deepEqual({ from, slashed, bounty }, { from: 0, slashed: 0n, bounty: (5n * RENT * 25n) / 100n });
    });
    assert.equal(refund, 2n * RENT + (RENT / 2n) * 26n);
    assert.equal(await owedTo(world, repairer.address), (5n * RENT * 25n) / 100n);
    assert.equal(await owedToNode(world, successor.id), (5n * RENT * 15n) / 100n);
    assert.equal((await vacancy()).rent, 0n);
    await runEpochs(world, 4, 6, [...others, successor]);
    await emptyMarket(world, [agreement], [repairer.address]);
  });

  it('comes back whole when nobody fills it: at the end, and after closing', async () => {
    await goToEpoch(world, 2);
    await surrender();
    const closed = eventOf<{ refund: bigint }>(await world.evm.send(world.creator.address, world.market, 'close', [agreement.id]), world.market, 'Closed');
    assert.equal(closed.refund, 4n * RENT * 20n);
    await reverts('WrongSuccession', () => fill({ turn: 0 }));
    await goToEpoch(world, 9);
    const receipt = await world.evm.send(repairer.address, world.market, 'release', [agreement.id, 1n]);
    assert.equal(eventOf<{ refund: bigint }>(receipt, world.market, 'SlotReleased').refund, 8n * RENT + (5n * RENT * 40n) / 100n);
    await reverts('NoSuchSlot', () => fill());
    await emptyMarket(world, [agreement]);
  });

  it('lets the creator give notice, and a successor come in a period later without any slash', async () => {
    const notice = (from = world.creator.address, slot = 0) => world.evm.send(from, world.market, 'giveNotice', [agreement.id, slot]);
    await reverts('NotCreator', () => notice(repairer.address));
    await reverts('NoSuchSlot', () => notice(world.creator.address, 9));
    await notice();
    await reverts('SlotNotFaulted', () => fill());
    await runEpochs(world, 2, PERIOD + 1, [leaver, ...others]);
    await goToEpoch(world, PERIOD + 1);
    await poke(world);
    await reverts('DrawPending', () => fill());
    await prove(world, leaver);
    const receipt = await fill();
    const { slashed, bounty } = eventOf<{ slashed: bigint; bounty: bigint }>(receipt, world.market, 'Replaced');
    assert.deepEqual({ slashed, bounty }, { slashed: 0n, bounty: 0n });
    assert.equal(await world.evm.read(world.market, 'noticeOf', [agreement.id, 0]), 0);
    await reverts('SlotNotFaulted', () => fill({}, leaver));
    await emptyMarket(world, [agreement], [repairer.address]);
  });

  it('hands a slot over when the operator sends it, behind the epoch\'s proof, in a later period', async () => {
    await runEpochs(world, 2, PERIOD, [leaver, ...others]);
    await reverts('HandOverTooSoon', async () => replaceSlot(world, leaver.operator.address, await signSuccession(world, agreement, 0, successor, { price: UNIT })));
    await goToEpoch(world, PERIOD);
    await reverts('SlotNotFaulted', () => fill());
    const signed = await signSuccession(world, agreement, 0, successor, { price: UNIT });
    await reverts('NotProvenYet', () => replaceSlot(world, leaver.operator.address, signed));
    await poke(world);
    await reverts('NotProvenYet', () => replaceSlot(world, leaver.operator.address, signed));
    await prove(world, leaver);
    const receipt = await replaceSlot(world, leaver.operator.address, signed);
    const { cause, slashed, refund } = eventOf<{ cause: number; slashed: bigint; refund: bigint }>(receipt, world.market, 'Vacated');
    assert.deepEqual({ cause, slashed, refund }, { cause: 2, slashed: 0n, refund: RENT });
    await emptyMarket(world, [agreement]);
  });

  it('lets nobody escape from misses, or from a challenge, by handing over to a friend', async () => {
    await runEpochs(world, 2, 11, [leaver, ...others]);
    await runEpochs(world, 11, 13, others);
    await runEpochs(world, 13, 14, [leaver, ...others]);
    const { evm, market, treasury } = world;
    await evm.send(treasury.address, world.token, 'approve', [market.address, 10n ** 24n]);
    await evm.send(treasury.address, market, 'challenge', [agreement.id, 0, 0, 0, 0]);
    assert.equal(await evm.read(market, 'openChallengesOf', [agreement.id, 0]), 1);
    const signed = await signSuccession(world, agreement, 0, successor, { price: UNIT, expiry: world.evm.now() + 86_400, repairer: repairer.address });
    await reverts('ChallengeOpen', () => replaceSlot(world, leaver.operator.address, signed));
    await reverts('ChallengeOpen', () => surrender());
    await goToEpoch(world, 16);
    await evm.send(world.creator.address, market, 'retire', [agreement.id, 0]);
    await evm.send(treasury.address, market, 'endChallenge', [1n]);
    assert.equal(await evm.read(market, 'openChallengesOf', [agreement.id, 0]), 0);
    await poke(world);
    await prove(world, leaver);
    const receipt = await replaceSlot(world, leaver.operator.address, signed);
    // Missed: 11, 12, 14 and 15; one is allowed, each other costs two epochs of rent.
    const { slashed } = eventOf<{ slashed: bigint }>(receipt, market, 'Vacated');
    assert.equal(slashed, 3n * 2n * RENT);
    // The bounty is for whom the successor's signature names, whoever sends it.
    assert.equal(await owedTo(world, leaver.operator.address), 0n);
    assert.equal(await owedTo(world, repairer.address), (3n * 2n * RENT) / 4n);
    await emptyMarket(world, [agreement], [repairer.address, treasury.address]);
  });

  it('pays only the rest of the last period\'s reward: a late capture does not pay', async () => {
    await goToEpoch(world, 22);
    await surrender();
    const reward = 10n * RENT;
    await goToEpoch(world, 27);
    const refund = await changeOf(() => owedTo(world, world.creator.address), async () => {
      const { bounty } = eventOf<{ bounty: bigint }>(await fill(), world.market, 'Replaced');
      // The slash of a provider that is faulted: 10 epochs of rent, 40 % of it for repairer and successor, 3 epochs of 10 left.
      assert.equal(bounty, ((((reward * 40n) / 100n) * 3n) / 10n) * 25n / 40n);
    });
    assert.equal(refund, 5n * RENT + (reward * 40n * 7n) / 1000n);
    await emptyMarket(world, [agreement], [repairer.address]);
  });

  it('keeps the creator\'s notice through a hand-over', async () => {
    await runEpochs(world, 2, 11, [leaver, ...others]);
    await world.evm.send(world.creator.address, world.market, 'giveNotice', [agreement.id, 0]);
    await replaceSlot(world, leaver.operator.address, await signSuccession(world, agreement, 0, successor, { price: UNIT }));
    assert.equal(await world.evm.read(world.market, 'noticeOf', [agreement.id, 0]), 2);
    await goToEpoch(world, 2 * PERIOD);
    await fill({}, leaver);
    assert.equal(await world.evm.read(world.market, 'noticeOf', [agreement.id, 0]), 0);
  });

  it('costs a surrender what this period\'s misses cost, where that is more than half of the slash', async () => {
    await runEpochs(world, 2, PERIOD, [leaver, ...others]);
    // Missed 11, 12, 14 and 15, with a proof between, so that there is no fault: three beyond the allowance, two epochs each.
    await runEpochs(world, PERIOD, PERIOD + 1, [leaver, ...others]);
    await runEpochs(world, PERIOD + 3, PERIOD + 4, [leaver]);
    await runEpochs(world, PERIOD + 6, PERIOD + 7, [leaver]);
    const receipt = await surrender();
    assert.equal(eventOf<{ slashed: bigint }>(receipt, world.market, 'Vacated').slashed, 3n * 2n * RENT);
  });
});
