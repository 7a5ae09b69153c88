import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bytesToHex, size, slice, type Hex } from 'viem';
import type { Permit } from '../../offchain/chain/sign-permit.ts';
import { costOf, openAgreement, propose, sendOpen, type Proposal } from '../support/contracts/agreements.ts';
import { bitmap, commitBundle, signReceipts } from '../support/contracts/bundles.ts';
import { accountOf, eventOf } from '../support/contracts/evm.ts';
import { inWorld, release, settle, withdrawNode } from '../support/contracts/life-acts.ts';
import { balanceOf, expectRevert, isFaulted, owedTo } from '../support/contracts/life-checks.ts';
import { sendPermitted, signPermit } from '../support/contracts/life-permit.ts';
import { drawsOf, poke, proofFor, prove, runEpochs } from '../support/contracts/proofs.ts';
import { replaceSlot, signSuccession } from '../support/contracts/successions.ts';
import { createWorld, currentEpoch, goToEpoch, registerNode, TIER, TOKEN, type World, type WorldOptions } from '../support/contracts/world.ts';

const PERIOD = 6;
/** Of the world by default. */
const FAULT_RUN = 3;
const MILLI = TOKEN / 1000n;
/** For ten batches a rent just below the upper end of its class: no draw is rejected, whatever the seed. */
const FULL = 2n ** 54n / 10n;
const ROOT: Hex = `0x${'5a'.repeat(32)}`;
const stranger = accountOf('stranger').address;
const rule = (name: string, options: WorldOptions, test: (world: World) => Promise<void>) =>
  it(name, () => inWorld(() => createWorld({ epochsPerPeriod: PERIOD, ...options }), test));
const close = (world: World, id: number, from = world.creator.address) => world.evm.send(from, world.market, 'close', [id]);
const agreementOf = (world: World, id: number) => world.evm.read<{ bundles: number; batches: number; turns: number; endPeriod: number }>(world.market, 'agreementOf', [id]);

describe('the draws of an epoch', () => {
  rule('are not moved by open, commit or close after the seed', {}, async (world) => {
    const [provider] = world.providers;
    const first = await openAgreement(world, { price: FULL, periods: 3 });
    await commitBundle(world, first, { batches: 2 });
    await goToEpoch(world, 1);
    await poke(world);
    const draws = await drawsOf(world, provider!);
    assert.ok(draws.every((draw) => draw.agreement === first.id));
    const unchanged = async (act: string) => assert.deepEqual(await drawsOf(world, provider!), draws, act);

    const second = await openAgreement(world, { price: 64n * FULL, periods: 3 });
    await unchanged('open');
    await commitBundle(world, second, { batches: 10 });
    await unchanged('first commit elsewhere');
    await commitBundle(world, first, { batches: 8 });
    await unchanged('commit');
    await close(world, first.id);
    await unchanged('close');
    const seed = await world.evm.read<Hex>(world.market, 'seedOf', [1]);
    await poke(world);
    assert.equal(await world.evm.read(world.market, 'seedOf', [1]), seed);
    await unchanged('a second poke');

    // From the next epoch on, what is dear is drawn most.
    await prove(world, provider!);
    await goToEpoch(world, 2);
    await poke(world);
    assert.ok((await drawsOf(world, provider!)).some((draw) => draw.agreement === second.id));
  });

  rule('are not moved by a release after the seed', {}, async (world) => {
    const [first, second] = world.providers;
    const ending = await openAgreement(world, { price: FULL, periods: 1 });
    const lasting = await openAgreement(world, { price: FULL, periods: 2 });
    for (const agreement of [ending, lasting]) await commitBundle(world, agreement, { batches: 2 });
    await goToEpoch(world, PERIOD - 1);
    await poke(world);
    const draws = await drawsOf(world, second!);
    await prove(world, first!);
    // One slot whose provider has not proven refuses the whole call.
    await expectRevert(release(world, ending, [0, 1]), 'DrawPending', [second!.id, PERIOD - 1]);
    await release(world, ending, [0]);
    assert.deepEqual(await drawsOf(world, second!), draws);
    await prove(world, second!);
    await goToEpoch(world, PERIOD);
    await poke(world);
    const later = await drawsOf(world, second!);
    await expectRevert(release(world, ending, [1]), 'DrawPending', [second!.id, PERIOD]);
    assert.deepEqual(await drawsOf(world, second!), later);
    await prove(world, second!);
    await release(world, ending, [1]);
  });

  rule('of a provider that held nothing before come from what it holds now', {}, async (world) => {
    await poke(world);
    await expectRevert(prove(world, world.providers[0]!), 'NothingToProve', [world.providers[0]!.id]);
    const agreement = await openAgreement(world, { price: MILLI });
    const draws = await drawsOf(world, world.providers[0]!);
    assert.equal(draws.length, 5);
    assert.ok(draws.every((draw) => draw.isVoid));
    // A commit in the same epoch does not reach them.
    await commitBundle(world, agreement);
    assert.deepEqual(await drawsOf(world, world.providers[0]!), draws);
    await prove(world, world.providers[0]!);
  });

  rule('of an empty agreement are void, and its space is paid for', {}, async (world) => {
    const agreement = await openAgreement(world, { price: MILLI, feeBps: 0, periods: 1 });
    await runEpochs(world, 0, PERIOD, world.providers);
    assert.ok((await drawsOf(world, world.providers[0]!)).every((draw) => draw.isVoid));
    await expectRevert(world.evm.send(stranger, world.market, 'prove', [world.providers[0]!.id, '0x']), 'AlreadyProven');
    await goToEpoch(world, PERIOD);
    for (const provider of world.providers) {
      await settle(world, provider, world.heavies[0]!);
      assert.equal(await withdrawNode(world, provider), agreement.cost / 4n);
    }
    assert.equal(await balanceOf(world, world.market), 0n);
  });

  rule('need the seed', {}, async (world) => {
    await openAgreement(world, { price: MILLI });
    await expectRevert(drawsOf(world, world.providers[0]!), 'SeedUnknown', [0]);
    await expectRevert(world.evm.send(stranger, world.market, 'prove', [world.providers[0]!.id, '0x']), 'SeedUnknown', [0]);
  });
});

describe('ended slots', () => {
  rule('must be pruned where they crowd out the others', {}, async (world) => {
    const [provider] = world.providers;
    const dear = await openAgreement(world, { price: 100n * MILLI, periods: 1 });
    const cheap = await openAgreement(world, { price: MILLI / 10_000n, periods: 3 });
    for (const agreement of [dear, cheap]) await commitBundle(world, agreement);
    await runEpochs(world, 0, PERIOD, world.providers);
    await goToEpoch(world, PERIOD);
    await poke(world);
    await expectRevert(prove(world, provider!), 'PruneFirst');
    await expectRevert(release(world, dear, [0]), 'DrawPending', [provider!.id, PERIOD]);
    // The operator may prune all the same and gives up this epoch's proof.
    await release(world, dear, [0], provider!.operator.address);
    assert.deepEqual(await drawsOf(world, provider!), []);
    await expectRevert(world.evm.send(stranger, world.market, 'prove', [provider!.id, '0x']), 'NothingToProve', [provider!.id]);
    // Before the next seed anybody may prune the others.
    await goToEpoch(world, PERIOD + 1);
    await release(world, dear, [1], stranger);
    await poke(world);
    await prove(world, provider!);
    await prove(world, world.providers[1]!);
  });

  rule('that are few are passed over by the draw', {}, async (world) => {
    const [provider] = world.providers;
    const ended = await openAgreement(world, { price: FULL, periods: 1 });
    const lasting = await openAgreement(world, { price: 64n * FULL, periods: 2 });
    for (const agreement of [ended, lasting]) await commitBundle(world, agreement);
    await goToEpoch(world, PERIOD);
    await poke(world);
    assert.ok((await drawsOf(world, provider!)).every((draw) => !draw.isVoid && draw.agreement === lasting.id));
    await prove(world, provider!);
  });

  rule('are released by anybody once the provider is off duty or faulted', {}, async (world) => {
    const [provider] = world.providers;
    const ended = await openAgreement(world, { price: MILLI, periods: 1 });
    await goToEpoch(world, PERIOD);
    await poke(world);
    // Off duty: nothing else is promised.
    await release(world, ended, [0, 1, 2, 3], stranger);
    const next = await openAgreement(world, { price: MILLI, periods: 1 });
    await openAgreement(world, { price: MILLI, periods: 4 });
    await goToEpoch(world, 2 * PERIOD);
    await poke(world);
    assert.equal(await isFaulted(world, provider!), true);
    await release(world, next, [0], stranger);
    await expectRevert(world.evm.read(world.market, 'slotOf', [next.id, 0]), 'NoSuchSlot', [next.id, 0n]);
  });
});

describe('release', () => {
  rule('waits for the last epoch, and there for the proof', {}, async (world) => {
    const agreement = await openAgreement(world, { price: MILLI, periods: 1 });
    await expectRevert(release(world, { id: 99 }, [0]), 'AgreementRunning', [99, 0, 0]);
    await runEpochs(world, PERIOD - 2, PERIOD - 1, world.providers);
    await expectRevert(release(world, agreement, [0]), 'AgreementRunning', [agreement.id, 1, 0]);
    await goToEpoch(world, PERIOD - 1);
    await expectRevert(release(world, agreement, [0]), 'DrawPending', [world.providers[0]!.id, PERIOD - 1]);
    await expectRevert(release(world, agreement, [0], world.providers[0]!.operator.address), 'DrawPending');
    await poke(world);
    await prove(world, world.providers[0]!);
    const released = await release(world, agreement, [0]);
    // Two of six epochs were proven.
    const refund = 4n * agreement.rents[0]!;
    assert.deepEqual(eventOf(released, world.market, 'SlotReleased'), { id: agreement.id, slot: 0n, provider: world.providers[0]!.id, refund });
    assert.equal(await owedTo(world, world.creator.address), refund);
    await expectRevert(release(world, agreement, [0]), 'NoSuchSlot', [agreement.id, 0n]);
    await expectRevert(release(world, agreement, [4]), 'NoSuchSlot', [agreement.id, 4n]);
    await release(world, agreement, []);
    assert.equal(await owedTo(world, world.creator.address), refund);
  });

  rule('in the last epoch leaves the pay of that epoch untouched', {}, async (world) => {
    const agreement = await openAgreement(world, { price: MILLI, feeBps: 0, periods: 1 });
    await runEpochs(world, 0, PERIOD, world.providers);
    await release(world, agreement, [0, 1, 2, 3]);
    assert.equal(await owedTo(world, world.creator.address), 0n);
    await goToEpoch(world, PERIOD);
    await settle(world, world.providers[0]!, world.heavies[0]!);
    assert.equal(await withdrawNode(world, world.providers[0]!), agreement.rents[0]! * BigInt(PERIOD));
  });
});

describe('close', () => {
  rule('belongs to the creator, and needs a later end to move', {}, async (world) => {
    const agreement = await openAgreement(world, { price: MILLI, periods: 2 });
    await expectRevert(close(world, agreement.id, stranger), 'NotCreator', [stranger, world.creator.address]);
    await expectRevert(close(world, 99), 'NotCreator');
    await goToEpoch(world, PERIOD);
    await expectRevert(close(world, agreement.id), 'AgreementOver', [agreement.id, 2, 1]);
    await goToEpoch(world, 3 * PERIOD);
    await expectRevert(close(world, agreement.id), 'AgreementOver', [agreement.id, 2, 3]);
    const long = await openAgreement(world, { price: MILLI, periods: 5 });
    await close(world, long.id);
    assert.equal((await agreementOf(world, long.id)).endPeriod, 4);
    await expectRevert(close(world, long.id), 'AgreementOver', [long.id, 4, 3]);
  });
});

describe('replace', () => {
  rule('takes a fitting successor and refuses every other', { providers: 8 }, async (world) => {
    const [failing, second, , , successor, poor] = world.providers;
    const { evm, registry, treasury } = world;
    const agreement = await openAgreement(world, { k: 2, m: 2, price: MILLI, periods: 2 });
    await commitBundle(world, agreement);
    const heavy = world.heavies[0]!;
    const nearby = await registerNode(world, { label: 'nearby', tier: TIER.standard, region: second!.region, parent: heavy.id });
    const crowd = await registerNode(world, { label: 'crowd', tier: TIER.standard, region: second!.region, parent: heavy.id });
    for (const node of [nearby, crowd]) await evm.send(treasury.address, registry, 'addStake', [node.id, TOKEN]);
    await evm.send(poor!.operator.address, registry, 'queueWithdrawal', [poor!.id, 10n ** 6n * TOKEN - 200n * MILLI + 1n]);

    const signed = (change = {}, by = successor!, slot = 0) => signSuccession(world, agreement, slot, by, { price: MILLI, ...change });
    const attempt = async (succession: ReturnType<typeof signed>) => replaceSlot(world, stranger, await succession);
    await goToEpoch(world, 3);
    await expectRevert(attempt(signed()), 'SlotNotFaulted', [agreement.id, 0n, failing!.id]);
    await goToEpoch(world, 4);
    const now = await evm.now();
    await expectRevert(attempt(signed({ bundles: 0 })), 'WrongSuccession', [0, 1, 0, 0]);
    await expectRevert(attempt(signed({ turn: 1 })), 'WrongSuccession', [1, 1, 1, 0]);
    await expectRevert(attempt(signed({ expiry: now })), 'OfferExpired');
    await expectRevert(attempt(signed({}, successor, 4)), 'NoSuchSlot', [agreement.id, 4n]);
    await expectRevert(attempt(signed({}, successor, 200)), 'NoSuchSlot', [agreement.id, 200n]);
    await expectRevert(attempt(signed({ price: MILLI + 1n })), 'PriceAboveSlot', [10n * MILLI + 10n, 10n * MILLI]);
    await expectRevert(attempt(signed({ price: 1n })), 'RentOutOfBounds');
    await expectRevert(attempt(signed({}, failing!)), 'ProviderTwice', [failing!.id]);
    await expectRevert(attempt(signed({}, second!)), 'ProviderTwice', [second!.id]);
    await expectRevert(attempt(signed({}, heavy)), 'NotAProvider', [heavy.id, TIER.heavy]);
    await expectRevert(attempt(signed({}, poor!)), 'StakeTooLow');
    const good = await signed();
    for (const signature of ['0x', slice(good.signature, 0, 63), `${good.signature}1b`] as Hex[]) {
      await expectRevert(replaceSlot(world, stranger, { ...good, signature }), 'BadReceipts', [1n, BigInt(size(signature))]);
    }
    // Two slots of four may lie in one region (m = 2), a third may not.
    await attempt(signed({}, nearby));
    await expectRevert(attempt(signed({}, crowd, 2)), 'RegionFull', [second!.region, 2n]);
    assert.equal((await agreementOf(world, agreement.id)).turns, 1);
    await expectRevert(attempt(signed()), 'SlotNotFaulted', [agreement.id, 0n, nearby.id]);
    await goToEpoch(world, 2 * PERIOD);
    await expectRevert(attempt(signed({}, successor, 1)), 'AgreementOver', [agreement.id, 2, 2]);
  });

  rule('slashes no slot for misses from before it was taken', { providers: 5 }, async (world) => {
    const [failing] = world.providers;
    await openAgreement(world, { price: MILLI, periods: 3 });
    await goToEpoch(world, 5);
    assert.equal(await isFaulted(world, failing!), true);
    // An offer that the provider signed in better days is still good; it may be opened, but not to slash it.
    const late = await openAgreement(world, { price: 100n * MILLI, periods: 3 });
    const attempt = async () => replaceSlot(world, stranger, await signSuccession(world, late, 0, world.providers[4]!, { price: MILLI }));
    await expectRevert(attempt(), 'SlotNotFaulted', [late.id, 0n, failing!.id]);
    await goToEpoch(world, 5 + FAULT_RUN);
    await expectRevert(attempt(), 'SlotNotFaulted', [late.id, 0n, failing!.id]);
    await goToEpoch(world, 5 + FAULT_RUN + 1);
    await attempt();
  });

  rule('does not wake a slot that was released in the last epoch', { providers: 5 }, async (world) => {
    const agreement = await openAgreement(world, { price: MILLI, periods: 1 });
    await runEpochs(world, PERIOD - 1, PERIOD, world.providers.slice(0, 1));
    await release(world, agreement, [0]);
    const attempt = async (slot: number) => replaceSlot(world, stranger, await signSuccession(world, agreement, slot, world.providers[4]!, { price: MILLI }));
    await expectRevert(attempt(0), 'NoSuchSlot', [agreement.id, 0n]);
    await attempt(1);
  });
});

describe('commit', () => {
  rule('takes a quorum of receipts within the quota', {}, async (world) => {
    const { evm, market, creator } = world;
    const agreement = await openAgreement(world, { k: 2, m: 2, quota: 5, price: MILLI, periods: 2 });
    const receipts = (slots: number[], batches = 1, bundle = 0) => signReceipts(world, { agreement: agreement.id, bundle, root: ROOT, batches }, slots);
    const commit = (batches: number, slots: bigint, bytes: Hex, from = creator.address) => evm.send(from, market, 'commit', [agreement.id, ROOT, batches, slots, bytes]);
    const three = await receipts([0, 1, 2]);
    await expectRevert(commit(1, 7n, three, stranger), 'NotCreator', [stranger, creator.address]);
    await expectRevert(commit(0, 7n, three), 'EmptyBundle');
    await expectRevert(commit(6, 7n, three), 'QuotaExceeded', [agreement.id, 6n, 5n]);
    await expectRevert(commit(1, 3n, slice(three, 0, 128)), 'TooFewReceipts', [2n, 3n]);
    await expectRevert(commit(1, 0n, '0x'), 'TooFewReceipts', [0n, 3n]);
    await expectRevert(commit(1, 7n, slice(three, 0, 191)), 'BadReceipts', [7n, 191n]);
    await expectRevert(commit(1, 7n, `${three}00`), 'BadReceipts', [7n, 193n]);
    await expectRevert(commit(1, 7n << 2n, three), 'BadReceipts', [28n, 192n]);
    await expectRevert(commit(1, 1n << 63n | 3n, three), 'BadReceipts');
    await expectRevert(commit(1, 14n, three), 'BadSignature');
    await expectRevert(commit(2, 7n, three), 'BadSignature');
    const done = await commit(1, 7n, three);
    assert.deepEqual(eventOf(done, market, 'Committed'), { id: agreement.id, bundle: 0, root: ROOT, first: 0, batches: 1, acknowledged: 7n });
    await expectRevert(commit(5, 15n, await receipts([0, 1, 2, 3], 5, 1)), 'QuotaExceeded', [agreement.id, 6n, 5n]);
    await commit(4, 15n, await receipts([0, 1, 2, 3], 4, 1));
    await expectRevert(commit(1, 7n, await receipts([0, 1, 2], 1, 2)), 'QuotaExceeded', [agreement.id, 6n, 5n]);
    assert.deepEqual(await evm.read(market, 'bundleOf', [agreement.id, 1]), { root: ROOT, first: 1, batches: 4, epoch: 0, retired: 0, acknowledged: 15n });
    await goToEpoch(world, 2 * PERIOD);
    await expectRevert(commit(1, 7n, three), 'AgreementOver', [agreement.id, 2, 2]);
  });

  for (const [k, m, quorum] of [[1, 1, 2], [1, 2, 2], [2, 1, 3], [1, 3, 3]] as const) {
    rule(`asks ${quorum} receipts of ${k}+${m}`, {}, async (world) => {
      const agreement = await openAgreement(world, { k, m, price: MILLI });
      const slots = Array.from({ length: quorum }, (_, i) => k + m - 1 - i).sort();
      await expectRevert(commitBundle(world, agreement, { slots: slots.slice(1) }), 'TooFewReceipts', [BigInt(quorum - 1), BigInt(quorum)]);
      await commitBundle(world, agreement, { slots });
    });
  }
});

describe('acknowledge', () => {
  rule('adds one late slot, once, by its own receipt', {}, async (world) => {
    const { evm, market, providers } = world;
    const agreement = await openAgreement(world, { price: MILLI });
    const { tree } = await commitBundle(world, agreement, { slots: [0, 1, 2], batches: 2 });
    const sign = (slot: number, bundle = 0) => signReceipts(world, { agreement: agreement.id, bundle, root: bytesToHex(tree.root), batches: 2 }, [slot]);
    const acknowledge = async (slot: number, receipt: Hex, bundle = 0) => evm.send(stranger, market, 'acknowledge', [agreement.id, bundle, slot, receipt]);
    const late = await sign(3);
    await expectRevert(acknowledge(3, late, 1), 'NoSuchBundle', [agreement.id, 1, 1]);
    await expectRevert(acknowledge(4, late), 'NoSuchSlot', [agreement.id, 4n]);
    await expectRevert(evm.send(stranger, market, 'acknowledge', [agreement.id, 0, 2n ** 64n + 3n, late]), 'NoSuchSlot');
    await expectRevert(acknowledge(3, slice(late, 0, 63)), 'BadReceipts', [8n, 63n]);
    await expectRevert(acknowledge(3, `${late}00`), 'BadReceipts', [8n, 65n]);
    await expectRevert(acknowledge(2, await sign(2)), 'AlreadyAcknowledged', [agreement.id, 0, 2n]);
    await expectRevert(acknowledge(3, await sign(2)), 'BadSignature');

    // Until it acknowledges, the slot answers a draw with the bundle's number alone: 4 bytes for each that chance did not make void.
    await goToEpoch(world, 1);
    await poke(world);
    const asked = (await drawsOf(world, providers[3]!)).filter(({ isVoid }) => !isVoid).length;
    assert.ok(asked > 0);
    assert.equal(await proofFor(world, providers[3]!), `0x${'00'.repeat(4 * asked)}`);
    await prove(world, providers[3]!);
    assert.deepEqual(eventOf(await acknowledge(3, late), market, 'Acknowledged'), { id: agreement.id, bundle: 0, slot: 3n });
    await expectRevert(acknowledge(3, late), 'AlreadyAcknowledged', [agreement.id, 0, 3n]);
    assert.equal((await evm.read<{ acknowledged: bigint }>(market, 'bundleOf', [agreement.id, 0])).acknowledged, bitmap([0, 1, 2, 3]));
    await goToEpoch(world, 2);
    await poke(world);
    await expectRevert(evm.send(stranger, market, 'prove', [providers[3]!.id, `0x${'00'.repeat(20)}`]), 'ProofTooShort');
    await prove(world, providers[3]!);
  });
});

describe('isFaulted', () => {
  rule('needs duty and a whole run of misses, and ends with a proof', { parameters: { faultRun: 3 } }, async (world) => {
    const [provider, other] = world.providers;
    assert.equal(await isFaulted(world, provider!), false);
    assert.equal(await world.evm.read(world.market, 'isFaulted', [999]), false);
    await goToEpoch(world, 2);
    await openAgreement(world, { price: MILLI, periods: 2 });
    // Duty begins in the epoch after the first slot: 3, 4 and 5 count, and 6 is the first epoch to say so.
    for (const [epoch, faulted] of [[3, false], [4, false], [5, false], [6, true]] as const) {
      await goToEpoch(world, epoch);
      assert.equal(await isFaulted(world, provider!), faulted, `epoch ${epoch}`);
    }
    await poke(world);
    await prove(world, provider!);
    assert.equal(await isFaulted(world, provider!), false);
    assert.equal(await isFaulted(world, other!), true);
    for (const [epoch, faulted] of [[7, false], [8, false], [9, false], [10, true], [11, true], [12, false]] as const) {
      await goToEpoch(world, epoch);
      assert.equal(await isFaulted(world, provider!), faulted, `epoch ${epoch}`);
    }
  });
});

describe('open', () => {
  rule('wants different providers, at most m of them in one region', {}, async (world) => {
    const [a, b, c, d] = world.providers;
    const heavy = world.heavies[0]!;
    const near = await registerNode(world, { label: 'near', tier: TIER.standard, region: a!.region, parent: heavy.id });
    const nearer = await registerNode(world, { label: 'nearer', tier: TIER.standard, region: a!.region, parent: heavy.id });
    for (const node of [near, nearer]) await world.evm.send(world.treasury.address, world.registry, 'addStake', [node.id, TOKEN]);
    const opening = (providers: typeof world.providers) => openAgreement(world, { k: 2, m: 2, providers, price: MILLI });
    await expectRevert(opening([a!, b!, c!, a!]), 'ProviderTwice', [a!.id]);
    await expectRevert(opening([a!, b!, b!, d!]), 'ProviderTwice', [b!.id]);
    await expectRevert(opening([a!, near, b!, nearer]), 'RegionFull', [a!.region, 2n]);
    await opening([a!, near, b!, c!]);
  });

  const opening = (world: World, { terms, offers, creator }: Proposal, limit: bigint, permit?: Permit) => {
    const args = [terms, offers, limit];
    return permit === undefined ? world.evm.send(creator.address, world.market, 'open', args) : sendPermitted(world, creator.address, permit, { to: world.market, name: 'open', args });
  };
  const poorCreator = async (world: World) => {
    const creator = accountOf('newcomer');
    await world.evm.send(world.treasury.address, world.token, 'transfer', [creator.address, 1000n * TOKEN]);
    return creator;
  };

  rule('takes a permit instead of an allowance, and keeps what it did not need', {}, async (world) => {
    const creator = await poorCreator(world);
    const proposal = await propose(world, { creator, price: MILLI });
    const cost = costOf(world, proposal, await currentEpoch(world));
    await expectRevert(opening(world, proposal, cost), 'ERC20InsufficientAllowance');
    await expectRevert(opening(world, proposal, cost - 1n), 'CostAboveLimit', [cost, cost - 1n]);
    await opening(world, proposal, cost + 5n, await signPermit(world, { owner: creator, value: cost + 5n }));
    assert.equal(await balanceOf(world, world.market), cost);
    assert.equal(await balanceOf(world, creator.address), 1000n * TOKEN - cost);
    assert.equal(await world.evm.read(world.token, 'allowance', [creator.address, world.market.address]), 5n);
  });

  rule('works when somebody sent the permit first, or when a useless permit meets an allowance', {}, async (world) => {
    const creator = await poorCreator(world);
    const proposal = await propose(world, { creator, price: MILLI });
    const cost = costOf(world, proposal, 0);
    const permit = await signPermit(world, { owner: creator, value: cost });
    const { deadline, v, r, s } = permit;
    await world.evm.send(stranger, world.token, 'permit', [creator.address, world.market.address, cost, deadline, v, r, s]);
    await opening(world, proposal, cost, permit);
    await world.evm.send(creator.address, world.token, 'approve', [world.market.address, cost]);
    await opening(world, await propose(world, { creator, price: MILLI }), cost, permit);
    await expectRevert(opening(world, await propose(world, { creator, price: MILLI }), cost, permit), 'ERC20InsufficientAllowance');
  });

  rule('refuses offers that have expired', {}, async (world) => {
    const proposal = await propose(world, { price: MILLI });
    await goToEpoch(world, 13);
    await expectRevert(sendOpen(world, { ...proposal, terms: { ...proposal.terms, endPeriod: 4 } }), 'OfferExpired');
  });
});
