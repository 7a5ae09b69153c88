import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { maxUint256 } from 'viem';
import { openAgreement, propose, type OpenedAgreement, type OpenOptions, type Proposal } from '../support/contracts/agreements.ts';
import { balanceOf, changeOf, emptyMarket, owedTo, reverts } from '../support/contracts/books.ts';
import { commitBundle } from '../support/contracts/bundles.ts';
import { accountOf, eventOf } from '../support/contracts/evm.ts';
import { signExtension } from '../support/contracts/extensions.ts';
import { poke, prove, runEpochs } from '../support/contracts/proofs.ts';
import { replaceSlot, signSuccession } from '../support/contracts/successions.ts';
import { createWorld, goToEpoch, type World } from '../support/contracts/world.ts';

/*
 * extend: last epoch, end not later or beyond the longest term, missing, foreign, stale or surplus consents, stake too low -> reverts;
 *   anyone pays the same prices; a consent works once, also after closing; a vacancy is prepaid too
 * renew: above the price, beyond the period, pot too small -> reverts; out of the pot
 * pots: unknown agreement, not the creator's, more than there is -> reverts
 * grow: not the creator, other terms, used nonce, other providers, late offer, open draw, dearer than said -> reverts; missed rent comes back
 * lock: not the creator's -> reverts; then close and takePot wait for the end, what comes back goes to the pot, authorising keeps the lock
 * sessions: commit, retire and takePot until they expire; nothing else
 */
const PERIOD = 10;
/** Token units per batch and epoch. */
const UNIT = 10n ** 15n;
const RENT = 10n * UNIT;
const ALL = [0, 1, 2, 3];
const friend = accountOf('friend');

describe('longer and larger agreements', () => {
  let world: World;
  let agreement: OpenedAgreement;

  const extend = async (newEnd: number, signatures?: `0x${string}`) =>
    world.evm.send(friend.address, world.market, 'extend', [agreement.id, newEnd, signatures ?? (await signExtension(world, { agreement: agreement.id, newEnd, slots: ALL }))]);
  const renew = async (newEnd: number) =>
    world.evm.send(friend.address, world.market, 'renew', [agreement.id, newEnd, await signExtension(world, { agreement: agreement.id, newEnd, slots: ALL })]);
  const topUp = (amount: bigint, id = agreement.id) => world.evm.send(friend.address, world.market, 'topUp', [id, amount]);
  const authorise = (max: bigint, until: number, from = world.creator.address) => world.evm.send(from, world.market, 'authoriseRenewal', [agreement.id, max, until]);
  const takePot = (amount: bigint, from = world.creator.address) => world.evm.send(from, world.market, 'takePot', [agreement.id, amount]);

  beforeEach(async () => {
    world = await createWorld({ providers: 5, epochsPerPeriod: PERIOD, stake: 900n * UNIT });
    agreement = await openAgreement(world, { price: UNIT });
    await commitBundle(world, agreement);
    await world.evm.send(world.treasury.address, world.token, 'transfer', [friend.address, 10_000n * UNIT]);
    await world.evm.send(friend.address, world.token, 'approve', [world.market.address, maxUint256]);
  });
  afterEach(() => world.evm.close());

  it('extends at the same prices, paid by anyone', async () => {
    const paid = await changeOf(() => balanceOf(world, friend.address), () => extend(5));
    assert.equal(paid, -4n * RENT * 30n);
    await runEpochs(world, 1, 25, world.providers.slice(0, 4));
    await emptyMarket(world, [agreement]);
    assert.equal(await balanceOf(world, friend.address), 10_000n * UNIT - 4n * RENT * 30n);
  });

  it('refuses bad ends and bad consents', async () => {
    const sign = (slots: readonly number[], change = {}) => signExtension(world, { agreement: agreement.id, newEnd: 3, slots }, change);
    await reverts('BadTerm', () => extend(2));
    await reverts('BadTerm', () => extend(521));
    for (const slots of [[0, 1, 2], [0, 1, 2, 3, 3]]) await reverts('BadReceipts', async () => extend(3, await sign(slots)));
    await reverts('BadSignature', async () => extend(3, await sign([1, 0, 2, 3])));
    await reverts('BadSignature', async () => extend(3, await sign(ALL, { newEndPeriod: 4 })));
    await goToEpoch(world, 19);
    await reverts('AgreementOver', () => extend(3));
  });

  it('uses a consent once, also when the creator closes what it extended, and voids older successions', async () => {
    await goToEpoch(world, 10);
    const stale = await signSuccession(world, agreement, 0, world.providers[4]!, { price: UNIT });
    const consent = await signExtension(world, { agreement: agreement.id, newEnd: 3, slots: ALL });
    await extend(3, consent);
    await reverts('WrongSuccession', () => replaceSlot(world, world.providers[0]!.operator.address, stale));
    await world.evm.send(world.creator.address, world.market, 'close', [agreement.id]);
    await reverts('BadSignature', () => extend(3, consent));
    await emptyMarket(world, [agreement]);
  });

  it('wants the stake for a longer promise, and prepays vacancies', async () => {
    await goToEpoch(world, 1);
    await world.evm.send(world.providers[0]!.operator.address, world.market, 'surrender', [agreement.id, 0]);
    await extend(3, await signExtension(world, { agreement: agreement.id, newEnd: 3, slots: [1, 2, 3] }));
    await runEpochs(world, 2, 9, world.providers.slice(2, 4));
    await goToEpoch(world, 10);
    const { evm, registry, market, treasury, providers } = world;
    await evm.send(providers[1]!.operator.address, registry, 'queueWithdrawal', [providers[1]!.id, 700n * UNIT]);
    await evm.send(treasury.address, market, 'reportMisses', [[providers[1]!.id], 0]);
    await reverts('StakeTooLow', async () => extend(4, await signExtension(world, { agreement: agreement.id, newEnd: 4, slots: [1, 2, 3] })));
    await emptyMarket(world, [agreement], [treasury.address]);
  });

  it('renews out of the pot within what the creator authorised', async () => {
    const cost = 4n * RENT * 10n;
    await reverts('NoSuchAgreement', () => topUp(1n, 7));
    await topUp(2n * cost - 1n);
    await reverts('NotCreator', () => authorise(cost, 4, friend.address));
    await authorise(cost - 1n, 4);
    await reverts('RenewalNotAuthorised', () => renew(3));
    await authorise(cost, 4);
    await reverts('RenewalNotAuthorised', () => renew(5));
    await reverts('PotShort', () => renew(4));
    await renew(3);
    assert.equal(await world.evm.read(world.market, 'potOf', [agreement.id]), cost - 1n);
    await reverts('PotShort', () => renew(4));
    await reverts('PotShort', () => takePot(cost));
    await reverts('NotCreator', () => takePot(1n, friend.address));
    const back = await changeOf(() => owedTo(world, world.creator.address), () => takePot(cost - 1n));
    assert.equal(back, cost - 1n);
    assert.deepEqual(await world.evm.read(world.market, 'renewalOf', [agreement.id]), { maxPerPeriod: cost, untilPeriod: 4, isLocked: false });
    await emptyMarket(world, [agreement]);
  });

  describe('growth', () => {
    const offer = (options: OpenOptions = {}) => propose(world, { quota: 5, price: 2n * UNIT, ...options });
    const grow = ({ terms, offers, creator }: Proposal, max = maxUint256) => world.evm.send(creator.address, world.market, 'grow', [agreement.id, terms, offers, max]);

    it('adds quota at new prices; what was missed so far comes back', async () => {
      await runEpochs(world, 1, 2, world.providers.slice(0, 3));
      await goToEpoch(world, 2);
      const cost = 4n * 10n * UNIT * 18n;
      const proposal = await offer();
      await reverts('CostAboveLimit', () => grow(proposal, cost - 1n));
      const back = await changeOf(() => owedTo(world, world.creator.address), async () => {
        const { quota, paid } = eventOf<{ quota: number; paid: bigint }>(await grow(proposal, cost), world.market, 'Grown');
        assert.deepEqual({ quota, paid }, { quota: 15, paid: cost });
      });
      assert.equal(back, 5n * RENT);
      await reverts('WrongNonce', () => grow(proposal));
      const [, { rent, startEpoch }] = await world.evm.read<[number, { rent: bigint; startEpoch: number }]>(world.market, 'slotOf', [agreement.id, 2]);
      assert.deepEqual({ rent, startEpoch }, { rent: 20n * UNIT, startEpoch: 2 });
      await commitBundle(world, agreement, { batches: 14 });
      await runEpochs(world, 3, 6, world.providers.slice(0, 4));
      await emptyMarket(world, [agreement]);
    });

    it('refuses other terms, other providers, strangers, late offers and open draws', async () => {
      await reverts('TermsDiffer', async () => grow(await offer({ periods: 3 })));
      await reverts('TermsDiffer', async () => grow(await offer({ providers: world.providers.slice(1, 5) })));
      const other = { ...(await offer()), creator: friend };
      await reverts('NotCreator', () => grow(other));
      const good = await offer();
      const swapped = { ...good, offers: good.offers.map((one, i) => (i === 0 ? { ...one, r: good.offers[1]!.r } : one)) };
      await reverts('BadSignature', () => grow(swapped));
      await poke(world);
      await reverts('DrawPending', () => grow(good));
      for (const provider of world.providers.slice(0, 4)) await prove(world, provider);
      await grow(good);
      await goToEpoch(world, 15);
      const late = await offer({ periods: 1 });
      await world.evm.goTo((await world.evm.now()) + 5);
      await reverts('OfferExpired', () => grow({ ...late, offers: late.offers.map((one) => ({ ...one, expiry: 1n })) }));
      await goToEpoch(world, 20);
      await reverts('AgreementOver', async () => grow(await offer()));
    });
  });

  it('lets a session key commit, retire and empty the pot into the creator\'s credit, until it expires', async () => {
    const { evm, market, creator } = world;
    const expiry = BigInt((await evm.now()) + 100);
    await topUp(5n);
    await evm.send(creator.address, market, 'setSession', [friend.address, expiry]);
    await commitBundle(world, { ...agreement, creator: friend });
    await evm.send(friend.address, market, 'retire', [agreement.id, 1]);
    assert.equal(await changeOf(() => owedTo(world, creator.address), () => takePot(5n, friend.address)), 5n);
    await reverts('NotCreator', () => evm.send(friend.address, market, 'close', [agreement.id]));
    await reverts('NotCreator', () => authorise(1n, 9, friend.address));
    await reverts('NotCreator', () => evm.send(friend.address, market, 'giveNotice', [agreement.id, 0]));
    await evm.goTo(Number(expiry) + 1);
    await reverts('SessionExpired', () => evm.send(friend.address, market, 'retire', [agreement.id, 0]));
    await evm.send(creator.address, market, 'setSession', [friend.address, 0n]);
    await reverts('NotCreator', () => evm.send(friend.address, market, 'retire', [agreement.id, 0]));
    await emptyMarket(world, [agreement]);
  });

  it('locks an agreement for good: others may pay for it without trusting its creator', async () => {
    const { evm, market, creator } = world;
    await reverts('NotCreator', () => evm.send(friend.address, market, 'lock', [agreement.id]));
    await evm.send(creator.address, market, 'lock', [agreement.id]);
    await extend(5);
    await reverts('AgreementLocked', () => evm.send(creator.address, market, 'close', [agreement.id]));
    await topUp(5n);
    await reverts('AgreementLocked', () => takePot(1n));
    await authorise(1n, 9);
    assert.equal((await evm.read<{ isLocked: boolean }>(market, 'renewalOf', [agreement.id])).isLocked, true);
    await goToEpoch(world, 3);
    const operator = world.providers[0]!.operator.address;
    const credited = await changeOf(() => owedTo(world, creator.address), () => evm.send(operator, market, 'surrender', [agreement.id, 0]));
    assert.equal(credited, 0n);
    // Three missed epochs, half of the slash of five epochs, and what was put in.
    const pot = 3n * RENT + (5n * RENT) / 2n + 5n;
    assert.equal(await evm.read(market, 'potOf', [agreement.id]), pot);
    await goToEpoch(world, 5 * PERIOD);
    await takePot(pot);
    assert.equal(await owedTo(world, creator.address), pot);
  });
});
