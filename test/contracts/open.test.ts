import assert from 'node:assert/strict';
import { zeroHash } from 'viem';
import { costOf, openAgreement, propose, sendOpen, signOffer, type Proposal } from '../support/contracts/agreements.ts';
import { eventOf } from '../support/contracts/evm.ts';
import { inWorld } from '../support/contracts/in-world.ts';
import { balanceOf, expectRevert } from '../support/contracts/life-checks.ts';
import { currentEpoch, goToEpoch, MILLI, registerNode, TIER, TOKEN, type World } from '../support/contracts/world.ts';

/** Signs the terms anew after a change, so that only the change is wrong. */
async function resign(world: World, proposal: Proposal, change: Partial<Proposal['terms']>, price = MILLI): Promise<Proposal> {
  const terms = { ...proposal.terms, ...change };
  const expiry = BigInt(world.evm.now() + 86_400);
  const offers = await Promise.all(proposal.providers.map((provider) => signOffer(world, provider, { terms, price, expiry })));
  return { ...proposal, terms, offers };
}

inWorld('open records terms, slots, rails and promises', {}, async (world) => {
  await goToEpoch(world, 8);
  const agreement = await openAgreement(world, { periods: 2 });
  const stored = await world.evm.read<Record<string, unknown>>(world.market, 'agreementOf', [agreement.id]);
  assert.deepEqual(stored, {
    creator: world.creator.address, startEpoch: 8, endPeriod: 3, k: 2, m: 2, batchLog2: 16, heavy: world.heavies[0]!.id, feeBps: 150,
    quota: 10, bundles: 0, batches: 0, batchesBefore: 0, changedEpoch: 0, turns: 0, retiredBatches: 0,
  });
  for (const [slot, provider] of world.providers.entries()) {
    const [holder, entry] = await world.evm.read<[number, Record<string, unknown>]>(world.market, 'slotOf', [agreement.id, slot]);
    assert.equal(holder, provider.id);
    assert.deepEqual(entry, { agreement: agreement.id, slot, parent: provider.parent, startEpoch: 8, rent: 10n * MILLI });
    const rail = await world.evm.read<unknown>(world.market, 'railOf', [provider.id, world.heavies[0]!.id, provider.parent]);
    assert.deepEqual(rail, [10n * MILLI, (10n * MILLI * 150n) / 10_000n, 8]);
    assert.equal(await world.evm.read<bigint>(world.registry, 'requiredStake', [provider.id]), 200n * MILLI);
  }
  const opened = eventOf<{ paid: bigint; terms: { quota: number }; offers: unknown[] }>(agreement.receipt, world.market, 'Opened');
  assert.equal(opened.paid, 4n * 10n * MILLI * 10n, 'epochs 8 to 17');
  assert.equal(opened.offers.length, 4);
  assert.equal(await world.evm.read<number>(world.market, 'agreementCount'), 1);
});

inWorld('a term that ends at the next boundary is paid from the epoch of opening on', {}, async (world) => {
  await goToEpoch(world, 5);
  const agreement = await openAgreement(world, { periods: 1 });
  assert.equal(agreement.cost, 4n * 10n * MILLI, 'one epoch is left');
});

inWorld('open refuses terms out of bounds', { providers: 5 }, async (world) => {
  const good = await propose(world);
  const { market, creator, evm } = world;
  await expectRevert(evm.send(world.treasury.address, market, 'open', [good.terms, good.offers, 10n ** 24n]), 'NotCreator', [world.treasury.address, creator.address]);
  await expectRevert(sendOpen(world, await resign(world, good, { nonce: 1 })), 'WrongNonce', [1, 0]);
  await expectRevert(sendOpen(world, await resign(world, good, { k: 3 })), 'BadScheme', [3n, 2n, 4n]);
  await expectRevert(sendOpen(world, await resign(world, good, { k: 4, m: 0 })), 'BadScheme', [4n, 0n, 4n]);
  await expectRevert(sendOpen(world, await resign(world, good, { k: 0, m: 4 })), 'BadScheme', [0n, 4n, 4n]);
  await expectRevert(sendOpen(world, await resign(world, good, { batchLog2: 15 })), 'BadBatchSize', [15n, 16n, 28n]);
  await expectRevert(sendOpen(world, await resign(world, good, { batchLog2: 29 })), 'BadBatchSize', [29n, 16n, 28n]);
  await expectRevert(evm.send(creator.address, market, 'open', [{ ...good.terms, endPeriod: 0 }, good.offers, 0n]), 'BadTerm', [0, 0, 520]);
  await expectRevert(sendOpen(world, await resign(world, good, { endPeriod: 521 })), 'BadTerm', [521, 0, 520]);
  await expectRevert(sendOpen(world, await resign(world, good, { feeBps: 201 })), 'FeeTooHigh', [201n, 200n]);
  await expectRevert(sendOpen(world, await resign(world, good, { heavy: world.providers[4]!.id })), 'NotAHeavyNode', [world.providers[4]!.id]);
  await expectRevert(sendOpen(world, await resign(world, good, { heavy: 99 })), 'NotAHeavyNode', [99]);
  await expectRevert(sendOpen(world, await resign(world, good, {}, 1n)), 'RentOutOfBounds', [10n, 1n << 33n, (1n << 61n) - 1n]);
  await expectRevert(sendOpen(world, await resign(world, good, {}, TOKEN)), 'RentOutOfBounds');
  await sendOpen(world, good);
});

inWorld('open wants distinct providers with stake, at most m per region', { providers: 4, stake: 0n }, async (world) => {
  const twins = [];
  for (let i = 0; i < 3; i += 1) twins.push(await registerNode(world, { label: `twin ${i}`, tier: TIER.standard, region: 7, parent: world.heavies[0]!.id }));
  const twice = await propose(world, { providers: [world.providers[0]!, world.providers[1]!, world.providers[0]!, world.providers[2]!] });
  await expectRevert(sendOpen(world, twice), 'StakeTooLow', [world.providers[0]!.id, 0n, 200n * MILLI]);
  for (const node of [...world.providers, ...twins]) await world.evm.send(world.treasury.address, world.registry, 'addStake', [node.id, 400n * MILLI]);
  await expectRevert(sendOpen(world, twice), 'ProviderTwice', [world.providers[0]!.id]);
  await expectRevert(sendOpen(world, await propose(world, { providers: [...twins, world.providers[0]!] })), 'RegionFull', [7, 2n]);
  const heavy = world.heavies[1]!;
  await expectRevert(sendOpen(world, await propose(world, { providers: [...world.providers.slice(0, 3), heavy] })), 'NotAProvider', [heavy.id, TIER.heavy]);
  await sendOpen(world, await propose(world, { providers: [twins[0]!, twins[1]!, world.providers[0]!, world.providers[1]!] }));
  const full = await propose(world, { quota: 11, providers: [twins[0]!, world.providers[2]!, world.providers[3]!, world.providers[1]!] });
  await expectRevert(sendOpen(world, full), 'StakeTooLow', [twins[0]!.id, 400n * MILLI, 420n * MILLI]);
});

inWorld('regions and ids that share their low byte are still told apart', { providers: 2 }, async (world) => {
  const far = [];
  for (const region of [1 + 256, 2 + 256]) {
    const node = await registerNode(world, { label: `far ${region}`, tier: TIER.standard, region, parent: world.heavies[0]!.id });
    await world.evm.send(world.treasury.address, world.registry, 'addStake', [node.id, TOKEN]);
    far.push(node);
  }
  await openAgreement(world, { k: 3, m: 1, providers: [...world.providers, ...far] });
});

inWorld('an offer holds until its expiry and only with its own price', {}, async (world) => {
  const good = await propose(world);
  const stale = { ...good, offers: [...good.offers] };
  const past = BigInt(world.evm.now()) - 1n;
  stale.offers[2] = await signOffer(world, good.providers[2]!, { terms: good.terms, price: MILLI, expiry: past });
  await expectRevert(sendOpen(world, stale), 'OfferExpired');
  const cheaper = { ...good, offers: good.offers.map((offer, i) => (i === 1 ? { ...offer, price: offer.price - 1n } : offer)) };
  await expectRevert(sendOpen(world, cheaper), 'BadSignature');
  const swapped = { ...good, offers: good.offers.map((offer, i) => (i === 1 ? { ...good.offers[0]!, provider: offer.provider } : offer)) };
  await expectRevert(sendOpen(world, swapped), 'BadSignature');
  const empty = { ...good, offers: good.offers.map((offer, i) => (i === 3 ? { ...offer, r: zeroHash, vs: zeroHash } : offer)) };
  await expectRevert(sendOpen(world, empty), 'BadSignature');
});

inWorld('open takes what it costs and no more than the creator allowed', {}, async (world) => {
  const { evm, market, creator, token } = world;
  const proposal = await propose(world);
  const cost = costOf(world, proposal, currentEpoch(world));
  await expectRevert(evm.send(creator.address, market, 'open', [proposal.terms, proposal.offers, cost - 1n]), 'CostAboveLimit', [cost, cost - 1n]);
  await evm.send(creator.address, token, 'approve', [market.address, cost - 1n]);
  await expectRevert(sendOpen(world, proposal), 'ERC20InsufficientAllowance');
  await evm.send(creator.address, token, 'approve', [market.address, cost]);
  await sendOpen(world, proposal);
  assert.equal(await balanceOf(world, market), cost);
});

inWorld('64 slots fit one agreement', { providers: 64 }, async (world) => {
  const agreement = await openAgreement(world, { k: 32, m: 32, quota: 1 });
  const [holder] = await world.evm.read<[number, unknown]>(world.market, 'slotOf', [agreement.id, 63]);
  assert.equal(holder, world.providers[63]!.id);
  await expectRevert(world.evm.read(world.market, 'slotOf', [agreement.id, 64]), 'NoSuchSlot', [agreement.id, 64n]);
  assert.ok(agreement.receipt.gasUsed < 16_777_216, 'within the gas that one transaction may use from the osaka rules on');
});
