import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { openAgreement } from '../support/contracts/agreements.ts';
import { commitBundle, holderOf } from '../support/contracts/bundles.ts';
import { accountOf, eventOf } from '../support/contracts/evm.ts';
import { inWorld, release, settle, withdraw, withdrawNode } from '../support/contracts/life-acts.ts';
import { balanceOf, burnedFor, expectRevert, isFaulted, owedTo, owedToNode, stakesOf, supplyOf } from '../support/contracts/life-checks.ts';
import { drawsOf, poke, prove, runEpochs } from '../support/contracts/proofs.ts';
import { replaceSlot, signSuccession } from '../support/contracts/successions.ts';
import { createWorld, goToEpoch, TOKEN, type World, type WorldOptions } from '../support/contracts/world.ts';

const PERIOD = 8;
/** A thousandth of a token. */
const MILLI = TOKEN / 1000n;
const FEE_BPS = 150n;
/** Not round, so that fees and halves of fees have to be rounded. */
const PRICES = [MILLI + 7n, 2n * MILLI + 1n, MILLI / 3n, MILLI + 13n] as const;
const RENTS = PRICES.map((price) => price * 10n);
const feeOf = (rent: bigint) => (rent * FEE_BPS) / 10_000n;
/** A fifth of what a settlement cuts off is burned; the heavy nodes share the rest. */
const burnOf = (fee: bigint) => (fee * 20n) / 100n;
const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);

const small = (options: WorldOptions = {}) => () => createWorld({ epochsPerPeriod: PERIOD, ...options });

async function assertOwed(world: World, amounts: { providers: readonly bigint[]; heavies: readonly bigint[]; creator: bigint }): Promise<void> {
  for (const [i, amount] of amounts.providers.entries()) assert.equal(await owedToNode(world, world.providers[i]!), amount, `provider ${i}`);
  for (const [i, amount] of amounts.heavies.entries()) assert.equal(await owedToNode(world, world.heavies[i]!), amount, `heavy node ${i}`);
  assert.equal(await owedTo(world, world.creator.address), amounts.creator, 'creator');
}

describe('the life of an agreement', () => {
  it('pays exactly what was proven, refunds exactly what was missed, and leaves nothing behind', () =>
    inWorld(small(), async (world) => {
      const [heavy, otherHeavy] = world.heavies;
      const before = await balanceOf(world, world.creator.address);
      await goToEpoch(world, 3);
      const agreement = await openAgreement(world, { price: PRICES, feeBps: Number(FEE_BPS), periods: 2 });
      assert.equal(agreement.endEpoch, 16);
      assert.equal(agreement.cost, sum(RENTS) * 13n);
      assert.equal(before - (await balanceOf(world, world.creator.address)), agreement.cost);
      assert.equal(await balanceOf(world, world.market), agreement.cost);
      await commitBundle(world, agreement, { batches: 3 });
      assert.equal(await balanceOf(world, world.market), agreement.cost);

      // Epochs 3 to 6: everybody proves. Provider 3 misses 7, 8 and 9.
      await runEpochs(world, 3, 7, world.providers);
      assert.ok((await drawsOf(world, world.providers[0]!)).every((draw) => !draw.isVoid && draw.agreement === agreement.id && draw.slot === 0));
      await runEpochs(world, 7, 10, world.providers.slice(0, 3));

      // Settling inside epoch 9 pays for the epochs before it.
      for (const provider of world.providers) await settle(world, provider, heavy!);
      const proven = [6n, 6n, 6n, 4n];
      const fees = proven.map((epochs, i) => epochs * feeOf(RENTS[i]!));
      const paid = proven.map((epochs, i) => epochs * (RENTS[i]! - feeOf(RENTS[i]!)));
      const kept = fees.map((fee) => fee - burnOf(fee));
      // Providers 1 and 3 have another parent than the creator: it gets half, the odd unit stays.
      const shared = [kept[1]! / 2n, kept[3]! / 2n];
      await assertOwed(world, { providers: paid, heavies: [sum(kept) - sum(shared), sum(shared)], creator: 0n });
      for (const [i, provider] of world.providers.entries()) assert.equal(await burnedFor(world, provider), burnOf(fees[i]!));
      assert.equal(await burnedFor(world, heavy!), sum(fees.map(burnOf)));

      // Settling again in the same epoch changes nothing.
      await settle(world, world.providers[1]!, heavy!);
      await assertOwed(world, { providers: paid, heavies: [sum(kept) - sum(shared), sum(shared)], creator: 0n });

      await runEpochs(world, 10, 16, world.providers);
      await goToEpoch(world, 16);
      await release(world, agreement, [0, 1, 2, 3]);
      for (const provider of world.providers) await settle(world, provider, heavy!);
      const later = [7n, 7n, 7n, 6n];
      const laterFees = later.map((epochs, i) => epochs * feeOf(RENTS[i]!));
      const laterKept = laterFees.map((fee) => fee - burnOf(fee));
      const laterShared = [laterKept[1]! / 2n, laterKept[3]! / 2n];
      const toProviders = paid.map((amount, i) => amount + later[i]! * (RENTS[i]! - feeOf(RENTS[i]!)));
      const toParent = sum(shared) + sum(laterShared);
      const toHeavy = sum(kept) + sum(laterKept) - toParent;
      const toBurn = sum([...fees, ...laterFees].map(burnOf));
      const refund = 3n * RENTS[3]!;
      await assertOwed(world, { providers: toProviders, heavies: [toHeavy, toParent], creator: refund });
      assert.equal(sum(toProviders) + toHeavy + toParent + toBurn + refund, agreement.cost);

      for (const [i, provider] of world.providers.entries()) assert.equal(await withdrawNode(world, provider), toProviders[i]);
      const supply = await supplyOf(world);
      assert.equal(await withdrawNode(world, heavy!), toHeavy);
      assert.equal(supply - (await supplyOf(world)), toBurn);
      assert.equal(await withdrawNode(world, otherHeavy!), toParent);
      assert.equal(await withdraw(world, world.creator.address), refund);
      assert.equal(await balanceOf(world, world.market), 0n);
      await expectRevert(withdrawNode(world, heavy!), 'NothingOwed', [heavy!.payout]);
      await expectRevert(withdraw(world, world.creator.address), 'NothingOwed', [world.creator.address]);
      await expectRevert(release(world, agreement, [0]), 'NoSuchSlot', [agreement.id, 0n]);
    }));

  it('gives the whole fee to one heavy node that is both, and none where the fee is zero', () =>
    inWorld(small({ heavies: 1 }), async (world) => {
      const one = await openAgreement(world, { price: PRICES, feeBps: 200, periods: 1 });
      const free = await openAgreement(world, { price: PRICES, feeBps: 0, periods: 1 });
      await runEpochs(world, 0, PERIOD, world.providers);
      await goToEpoch(world, PERIOD);
      for (const provider of world.providers) await settle(world, provider, world.heavies[0]!);
      const fees = RENTS.map((rent) => (rent * 200n) / 10_000n);
      await assertOwed(world, { providers: RENTS.map((rent, i) => 8n * (2n * rent - fees[i]!)), heavies: [8n * sum(fees) - sum(fees.map((fee) => burnOf(8n * fee)))], creator: 0n });
      for (const agreement of [one, free]) await release(world, agreement, [0, 1, 2, 3]);
      for (const node of [...world.providers, ...world.heavies]) await withdrawNode(world, node);
      assert.equal(await balanceOf(world, world.market), 0n);
    }));

  it('closes with notice: the rent beyond the next boundary comes back at once, the rest is earned', () =>
    inWorld(small(), async (world) => {
      await goToEpoch(world, 3);
      const agreement = await openAgreement(world, { price: PRICES, feeBps: Number(FEE_BPS), periods: 4 });
      await commitBundle(world, agreement);
      await runEpochs(world, 3, 6, world.providers);
      const closed = await world.evm.send(world.creator.address, world.market, 'close', [agreement.id]);
      const refund = sum(RENTS) * 24n;
      assert.deepEqual(eventOf<{ endPeriod: number; refund: bigint }>(closed, world.market, 'Closed'), { id: agreement.id, endPeriod: 1, refund });
      assert.equal(await withdraw(world, world.creator.address), refund);
      assert.equal(await balanceOf(world, world.market), sum(RENTS) * 5n);
      await expectRevert(world.evm.send(world.creator.address, world.market, 'close', [agreement.id]), 'AgreementOver', [agreement.id, 1, 0]);

      // Notice is kept: space and stake stay promised until the boundary.
      assert.equal(await world.evm.read(world.registry, 'requiredStake', [world.providers[0]!.id]), RENTS[0]! * 20n);
      await runEpochs(world, 6, 8, world.providers);
      // The last epoch's proof is in: slots 0 and 1 may go now, the others after the end.
      await release(world, agreement, [0, 1]);
      await goToEpoch(world, 8);
      assert.equal(await world.evm.read(world.registry, 'requiredStake', [world.providers[0]!.id]), 0n);
      await poke(world);
      await expectRevert(prove(world, world.providers[0]!), 'NothingToProve', [world.providers[0]!.id]);
      await expectRevert(prove(world, world.providers[2]!), 'PruneFirst', [world.providers[2]!.id, 0n]);
      await release(world, agreement, [2, 3]);
      for (const provider of world.providers) await settle(world, provider, world.heavies[0]!);
      for (const [i, provider] of world.providers.entries()) assert.equal(await withdrawNode(world, provider), 5n * (RENTS[i]! - feeOf(RENTS[i]!)));
      for (const heavy of world.heavies) await withdrawNode(world, heavy);
      assert.equal(await owedTo(world, world.creator.address), 0n);
      assert.equal(await balanceOf(world, world.market), 0n);
    }));
});

describe('stake', () => {
  it('leaves after the delay, to the payout address, and never below what is promised', () =>
    inWorld(small({ stake: 1000n * MILLI, withdrawalEpochs: 5 }), async (world) => {
      const provider = world.providers[0]!;
      const thief = accountOf('thief').address;
      const queue = (from: `0x${string}`, amount: bigint) => world.evm.send(from, world.registry, 'queueWithdrawal', [provider.id, amount]);
      const take = () => world.evm.send(thief, world.registry, 'withdrawStake', [provider.id]);
      await goToEpoch(world, 1);
      // 10 batches, 20 epochs of stake: 200 thousandths are bound.
      await openAgreement(world, { price: MILLI, periods: 1 });

      await expectRevert(queue(thief, 1n), 'NotOperator', [provider.id, thief, provider.operator.address]);
      await expectRevert(queue(provider.payout, 1n), 'NotOperator');
      await expectRevert(queue(provider.operator.address, 800n * MILLI + 1n), 'StakeTooLow', [provider.id, 1000n * MILLI, 1000n * MILLI + 1n]);
      await expectRevert(take(), 'NothingQueued', [provider.id]);
      await queue(provider.operator.address, 500n * MILLI);
      await expectRevert(queue(provider.operator.address, 300n * MILLI + 1n), 'StakeTooLow', [provider.id, 500n * MILLI, 500n * MILLI + 1n]);
      await goToEpoch(world, 3);
      await queue(provider.operator.address, 100n * MILLI);
      assert.deepEqual(await stakesOf(world, provider), { amount: 1000n * MILLI, queued: 600n * MILLI, withdrawableAtEpoch: 8 });
      await goToEpoch(world, 7);
      await expectRevert(take(), 'WithdrawalNotReady', [provider.id, 7, 8]);

      // A stolen operator key can neither move the payout address nor be paid itself.
      const setPayout = (from: `0x${string}`, to: `0x${string}`) => world.evm.send(from, world.registry, 'setPayout', [provider.id, to]);
      await expectRevert(setPayout(provider.operator.address, thief), 'NotPayout', [provider.id, provider.operator.address, provider.payout]);
      await expectRevert(setPayout(provider.payout, `0x${'0'.repeat(40)}`), 'ZeroPayout');
      const vault = accountOf('vault').address;
      await setPayout(provider.payout, vault);
      await expectRevert(setPayout(provider.payout, thief), 'NotPayout');
      await goToEpoch(world, 8);
      await take();
      assert.equal(await balanceOf(world, vault), 600n * MILLI);
      assert.equal(await balanceOf(world, thief), 0n);
      assert.deepEqual(await stakesOf(world, provider), { amount: 400n * MILLI, queued: 0n, withdrawableAtEpoch: 8 });

      // The agreement ended at epoch 8: the rest may leave as well.
      await queue(provider.operator.address, 400n * MILLI);
      await goToEpoch(world, 13);
      await take();
      assert.equal(await balanceOf(world, vault), 1000n * MILLI);
      assert.equal((await stakesOf(world, provider)).amount, 0n);
    }));

  it('that is on its way out can still be slashed, and stays while slashing made it needed', () =>
    inWorld(small({ stake: 260n * MILLI, withdrawalEpochs: 2 }), async (world) => {
      const provider = world.providers[0]!;
      const agreement = await openAgreement(world, { price: MILLI, periods: 4 });
      await openAgreement(world, { price: MILLI, periods: 1, quota: 3 });
      await goToEpoch(world, PERIOD);
      // Seven misses of the first period, one allowed, two epochs of 13 thousandths each: 156 of 260.
      await world.evm.send(provider.operator.address, world.registry, 'queueWithdrawal', [provider.id, 60n * MILLI]);
      await world.evm.send(world.treasury.address, world.market, 'reportMisses', [[provider.id], 0]);
      assert.deepEqual(await stakesOf(world, provider), { amount: 104n * MILLI, queued: 60n * MILLI, withdrawableAtEpoch: 10 });
      await goToEpoch(world, 10);
      const take = () => world.evm.send(world.treasury.address, world.registry, 'withdrawStake', [provider.id]);
      await expectRevert(take(), 'StakeTooLow', [provider.id, 44n * MILLI, 200n * MILLI]);
      await goToEpoch(world, agreement.endEpoch);
      await take();
      assert.equal(await balanceOf(world, provider.payout), 60n * MILLI);
    }));
});

describe('a faulted provider', () => {
  it('is replaced by a signed successor, and every slashed unit has an owner', () =>
    inWorld(small({ providers: 5, parameters: { faultRun: 3, slashEpochs: 10 } }), async (world) => {
      const [failing, ...honest] = world.providers.slice(0, 4);
      const successor = world.providers[4]!;
      const repairer = accountOf('repairer').address;
      const agreement = await openAgreement(world, { price: PRICES, feeBps: Number(FEE_BPS), periods: 2 });
      await commitBundle(world, agreement, { batches: 2 });
      await runEpochs(world, 0, 2, world.providers.slice(0, 4));
      await runEpochs(world, 2, 4, honest);
      await goToEpoch(world, 4);
      assert.equal(await isFaulted(world, failing!), false);
      const price = PRICES[0] - 5n;
      const early = await signSuccession(world, agreement, 0, successor, { price });
      await expectRevert(replaceSlot(world, repairer, early), 'SlotNotFaulted', [agreement.id, 0n, failing!.id]);
      await runEpochs(world, 4, 5, honest);
      await goToEpoch(world, 5);
      await poke(world);
      assert.equal(await isFaulted(world, failing!), true);

      const supply = await supplyOf(world);
      const stakeBefore = (await stakesOf(world, failing!)).amount;
      const signed = await signSuccession(world, agreement, 0, successor, { price });
      const receipt = await replaceSlot(world, repairer, signed);

      const slashed = 10n * RENTS[0]!;
      const [compensation, bounty, premium] = [(slashed * 50n) / 100n, (slashed * 25n) / 100n, (slashed * 15n) / 100n];
      assert.equal(stakeBefore - (await stakesOf(world, failing!)).amount, slashed);
      assert.equal(await owedTo(world, repairer), bounty);
      assert.equal(await owedToNode(world, successor), premium);
      assert.equal(supply - (await supplyOf(world)), slashed - compensation - bounty - premium);
      // Three epochs were missed (2, 3, 4); the successor is five units a batch cheaper for the eleven epochs left.
      const rent = price * 10n;
      const refund = 3n * RENTS[0]! + 11n * (RENTS[0]! - rent);
      assert.equal(await owedTo(world, world.creator.address), refund + compensation);
      // The two epochs it did prove are kept by the failed provider.
      assert.equal(await owedToNode(world, failing!), 2n * (RENTS[0]! - feeOf(RENTS[0]!)));
      const replaced = eventOf<Record<string, unknown>>(receipt, world.market, 'Replaced');
      assert.deepEqual(replaced, { id: agreement.id, slot: 0n, from: failing!.id, to: successor.id, rent, slashed, bounty });
      assert.equal((await holderOf(world, agreement.id, 0)).id, successor.id);
      assert.equal(await isFaulted(world, failing!), false);

      // The successor is drawn and proves in this very epoch; the failed provider has nothing left.
      assert.ok((await drawsOf(world, successor)).every((draw) => draw.isVoid || draw.agreement === agreement.id && draw.slot === 0));
      await prove(world, successor);
      for (const provider of honest) await prove(world, provider);
      await expectRevert(prove(world, failing!), 'NothingToProve', [failing!.id]);
      await expectRevert(replaceSlot(world, repairer, signed), 'WrongSuccession', [1, 1, 0, 1]);

      await runEpochs(world, 6, 16, [...honest, successor]);
      await expectRevert(prove(world, failing!), 'NothingToProve', [failing!.id]);
      await goToEpoch(world, 16);
      await release(world, agreement, [0, 1, 2, 3]);
      for (const provider of world.providers) await settle(world, provider, world.heavies[0]!);
      assert.equal(await owedToNode(world, successor), premium + 11n * (rent - feeOf(rent)));
      assert.equal(await owedTo(world, world.creator.address), refund + compensation);
      for (const node of [...world.providers, ...world.heavies]) await withdrawNode(world, node);
      assert.equal(await withdraw(world, repairer), bounty);
      await withdraw(world, world.creator.address);
      assert.equal(await balanceOf(world, world.market), 0n);
    }));

  it('loses no more than its whole stake', () =>
    inWorld(small({ providers: 5, stake: 200n * MILLI, parameters: { slashEpochs: 50 } }), async (world) => {
      const failing = world.providers[0]!;
      const agreement = await openAgreement(world, { price: MILLI, periods: 2 });
      await goToEpoch(world, 4);
      await replaceSlot(world, world.treasury.address, await signSuccession(world, agreement, 0, world.providers[4]!, { price: MILLI }));
      assert.equal((await stakesOf(world, failing)).amount, 0n);
      assert.equal(await owedTo(world, world.treasury.address), 50n * MILLI);
      assert.equal(await owedTo(world, world.creator.address), 100n * MILLI + 4n * 10n * MILLI);
      assert.equal(await owedToNode(world, world.providers[4]!), 30n * MILLI);
      assert.equal(await balanceOf(world, world.market), agreement.cost + 180n * MILLI);
    }));
});

describe('a report of misses', () => {
  it('counts once, rewards the reporter with a tenth and burns the rest', () =>
    inWorld(small({ parameters: { missAllowance: 2, penaltyEpochs: 3 } }), async (world) => {
      const [lazy, , allowed, perfect] = world.providers;
      const reporter = accountOf('reporter').address;
      const report = (period: number, from = reporter) => world.evm.send(from, world.market, 'reportMisses', [world.providers.map(({ id }) => id), period]);
      await openAgreement(world, { price: PRICES, periods: 3 });
      // Duty begins in epoch 1. Misses of period 0: lazy 3, the second provider 7, allowed 2, perfect 0.
      await runEpochs(world, 0, 1, [lazy!, allowed!, perfect!]);
      await runEpochs(world, 1, 5, [lazy!, allowed!, perfect!]);
      await runEpochs(world, 5, 6, [allowed!, perfect!]);
      await runEpochs(world, 6, 8, [perfect!]);
      await expectRevert(report(0), 'CannotReport', [0, 0]);
      await goToEpoch(world, 8);
      await expectRevert(report(1), 'CannotReport', [1, 1]);

      const supply = await supplyOf(world);
      const stakes = await Promise.all(world.providers.map((provider) => stakesOf(world, provider)));
      const held = await balanceOf(world, world.market);
      await report(0);
      const penalties = [1n * 3n * RENTS[0]!, 5n * 3n * RENTS[1]!, 0n, 0n];
      const rewards = penalties.map((penalty) => penalty / 10n);
      for (const [i, provider] of world.providers.entries()) {
        assert.equal(stakes[i]!.amount - (await stakesOf(world, provider)).amount, penalties[i], `provider ${i}`);
        assert.equal(await world.evm.read(world.market, 'isReported', [provider.id, 0]), i < 2);
      }
      assert.equal(await owedTo(world, reporter), sum(rewards));
      assert.equal(supply - (await supplyOf(world)), sum(penalties) - sum(rewards));
      assert.equal((await balanceOf(world, world.market)) - held, sum(rewards));

      // The loser of a race between reporters pays gas and nothing else happens.
      await report(0, accountOf('late reporter').address);
      assert.equal(await owedTo(world, accountOf('late reporter').address), 0n);
      assert.equal(supply - (await supplyOf(world)), sum(penalties) - sum(rewards));
      assert.equal(await withdraw(world, reporter), sum(rewards));
      await goToEpoch(world, 16);
      await expectRevert(report(0), 'CannotReport', [0, 2]);
    }));
});
