import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { bytesToHex, maxUint256, type Hex } from 'viem';
import { openAgreement, type OpenedAgreement } from '../support/contracts/agreements.ts';
import { balanceOf, changeOf, emptyMarket, owedTo, owedToNode, reverts } from '../support/contracts/books.ts';
import { commitBundle, leavesOf, type CommittedBundle } from '../support/contracts/bundles.ts';
import { accountOf, eventOf } from '../support/contracts/evm.ts';
import { poke, prove, runEpochs } from '../support/contracts/proofs.ts';
import { createWorld, goToEpoch, type World } from '../support/contracts/world.ts';

/*
 * challenge: agreement over, no bundle, slot empty, retired, not acknowledged, no such leaf -> reverts; the bond moves
 * answer: none open, too late, wrong path, too long -> reverts; the provider wins the bond
 * endChallenge: none open, too early -> reverts; unanswered -> the slot is lost, bond and what would be burned are the challenger's;
 *   retired meanwhile, slot vacant or agreement over -> only the bond comes back
 */
const PERIOD = 10;
/** Token units per batch and epoch. */
const UNIT = 10n ** 15n;
const RENT = 10n * UNIT;
const BOND = 10n ** 18n;
const SLASH = 10n * RENT;
const challenger = accountOf('challenger');

describe('targeted challenges', () => {
  let world: World;
  let agreement: OpenedAgreement;
  let bundle: CommittedBundle;

  const challenge = (target: { slot?: number; bundle?: number; batch?: number; leaf?: number } = {}) =>
    world.evm.send(challenger.address, world.market, 'challenge', [agreement.id, target.slot ?? 1, target.bundle ?? 0, target.batch ?? 1, target.leaf ?? 5]);
  const answer = (proof: Hex, number = 1n) => world.evm.send(world.treasury.address, world.market, 'answer', [number, proof]);
  const end = (number = 1n) => world.evm.send(world.treasury.address, world.market, 'endChallenge', [number]);
  const proofOf = (leafIndex: number) =>
    bytesToHex(bundle.tree.sample({ leafIndex, leaves: leavesOf(agreement.terms), slot: 1, slots: 4, batch: 1, batches: 2 }));

  beforeEach(async () => {
    world = await createWorld({ providers: 4, epochsPerPeriod: PERIOD });
    agreement = await openAgreement(world, { periods: 3, price: UNIT });
    bundle = await commitBundle(world, agreement, { batches: 2, slots: [0, 1, 2] });
    await world.evm.send(world.treasury.address, world.token, 'transfer', [challenger.address, 5n * BOND]);
    await world.evm.send(challenger.address, world.token, 'approve', [world.market.address, maxUint256]);
    await runEpochs(world, 1, 2, world.providers);
    await goToEpoch(world, 2);
  });
  afterEach(() => world.evm.close());

  it('refuses what nobody promised to hold', async () => {
    await reverts('NoSuchBundle', () => challenge({ bundle: 1 }));
    await reverts('NoSuchSlot', () => challenge({ slot: 4 }));
    await reverts('NotAcknowledged', () => challenge({ slot: 3 }));
    await reverts('NoSuchLeaf', () => challenge({ batch: 2 }));
    await reverts('NoSuchLeaf', () => challenge({ leaf: leavesOf(agreement.terms) }));
    await world.evm.send(world.creator.address, world.market, 'retire', [agreement.id, 0]);
    await reverts('AlreadyRetired', () => challenge());
    await goToEpoch(world, agreement.endEpoch);
    await reverts('AgreementOver', () => challenge());
  });

  it('gives the bond to a provider that answers: spam pays the honest', async () => {
    const paid = await changeOf(() => balanceOf(world, challenger.address), () => challenge());
    assert.equal(paid, -BOND);
    await reverts('NoSuchChallenge', () => answer(proofOf(5), 2n));
    await reverts('InvalidPath', () => answer(proofOf(6)));
    await reverts('ProofTooLong', () => answer(`${proofOf(5)}00`));
    await reverts('AnswerDue', () => end());
    const won = await changeOf(() => owedToNode(world, world.providers[1]!.id), () => answer(proofOf(5)));
    assert.equal(won, BOND);
    await reverts('NoSuchChallenge', () => answer(proofOf(5)));
    await reverts('NoSuchChallenge', () => end());
    await emptyMarket(world, [agreement]);
  });

  it('takes the slot of a provider that stays silent, even in its open draw', async () => {
    await challenge();
    await runEpochs(world, 2, 5, world.providers);
    await goToEpoch(world, 5);
    await poke(world);
    await reverts('AnswerLate', () => answer(proofOf(5)));
    const back = await changeOf(() => owedTo(world, world.creator.address), async () => {
      const receipt = await end();
      assert.equal(eventOf<{ slotLost: boolean }>(receipt, world.market, 'ChallengeEnded').slotLost, true);
    });
    assert.equal(back, RENT + SLASH / 2n);
    assert.equal(await owedTo(world, challenger.address), BOND + SLASH / 10n);
    await reverts('NothingToProve', () => prove(world, world.providers[1]!));
    const vacancy = await world.evm.read<{ reward: bigint }>(world.market, 'vacancyOf', [agreement.id, 1]);
    assert.equal(vacancy.reward, (SLASH * 40n) / 100n);
    await emptyMarket(world, [agreement], [challenger.address]);
  });

  for (const [what, change] of [
    ['the bundle was retired meanwhile', () => world.evm.send(world.creator.address, world.market, 'retire', [agreement.id, 0])],
    [
      'the slot is vacant meanwhile',
      async () => {
        await challenge({ leaf: 6 });
        await goToEpoch(world, 5);
        await end(2n);
      },
    ],
    ['the agreement ended meanwhile', () => goToEpoch(world, agreement.endEpoch)],
  ] as const) {
    it(`only gives the bond back when ${what}`, async () => {
      await challenge();
      await change();
      if (what === 'the bundle was retired meanwhile') await goToEpoch(world, 5);
      const back = await changeOf(() => owedTo(world, challenger.address), async () => {
        assert.equal(eventOf<{ slotLost: boolean }>(await end(), world.market, 'ChallengeEnded').slotLost, false);
      });
      assert.equal(back, BOND);
      await emptyMarket(world, [agreement], [challenger.address]);
    });
  }
});
