import assert from 'node:assert/strict';
import { maxUint256, zeroHash } from 'viem';
import { openAgreement, propose, sendOpen, type OpenOptions } from '../support/contracts/agreements.ts';
import { adversary } from '../support/contracts/attack.ts';
import { balanceOf, changeOf, owedTo, reverts } from '../support/contracts/books.ts';
import { branches } from '../support/contracts/branches.ts';
import { bitmap, commitBundle } from '../support/contracts/bundles.ts';
import { addProvider } from '../support/contracts/check-errors.ts';
import { accountOf, eventOf } from '../support/contracts/evm.ts';
import { signExtension } from '../support/contracts/extensions.ts';
import { poke, prove, runEpochs } from '../support/contracts/proofs.ts';
import { goToEpoch, registerNode, TIER, type World } from '../support/contracts/world.ts';

/** Periods have six epochs; agreements run until period 2 unless told otherwise. */
const PERIOD = 6;
const ALL = [0, 1, 2, 3];
const stranger = accountOf('stranger').address;
const act = (world: World, name: string, args: readonly unknown[], from = world.creator.address) => () => world.evm.send(from, world.market, name, args);
const opening = (options: OpenOptions) => async (world: World) => () => openAgreement(world, options);

branches('open', {
  'when the caller is not the creator of the terms -> it reverts NotCreator': async (world) => {
    const { terms, offers } = await propose(world);
    return act(world, 'open', [terms, offers, maxUint256], stranger);
  },
  'when the nonce is not the creator\'s next -> it reverts WrongNonce': async (world) => {
    const proposal = await propose(world);
    return () => sendOpen(world, { ...proposal, terms: { ...proposal.terms, nonce: 1 } });
  },
  'when there is no data slot -> it reverts BadScheme': opening({ k: 0, m: 4 }),
  'when there is no parity slot -> it reverts BadScheme': opening({ k: 4, m: 0 }),
  'when offers and scheme differ in number -> it reverts BadScheme': async (world) => {
    const { terms, offers } = await propose(world);
    return act(world, 'open', [terms, [...offers, offers[0]], maxUint256]);
  },
  'when there are more than 64 slots -> it reverts BadScheme': async (world) => {
    const { terms, offers } = await propose(world);
    return act(world, 'open', [{ ...terms, k: 33, m: 32 }, Array.from({ length: 65 }, () => offers[0]), maxUint256]);
  },
  'when two providers\' numbers are 256 apart -> both get their slots': async (world) => {
    const first = world.providers[0]!;
    for (let i = world.heavies.length + world.providers.length; i < first.id + 255; i += 1) await registerNode(world, { label: `filler ${i}`, tier: TIER.heavy, region: 1, parent: 0 });
    const far = await addProvider(world, { label: 'far', region: 77 });
    assert.equal(far.id, first.id + 256);
    await openAgreement(world, { providers: [first, far, world.providers[1]!, world.providers[2]!] });
  },
  'when a batch is smaller than 64 KiB -> it reverts BadBatchSize': opening({ batchLog2: 15 }),
  'when a batch is larger than 256 MiB -> it reverts BadBatchSize': opening({ batchLog2: 29 }),
  'when it would end in the current period -> it reverts BadTerm': opening({ periods: 0 }),
  'when it would last longer than 520 periods -> it reverts BadTerm': opening({ periods: 521 }),
  'when the fee is above two percent -> it reverts FeeTooHigh': opening({ feeBps: 201 }),
  'when the footprint is a provider\'s -> it reverts NotAHeavyNode': async (world) => () => openAgreement(world, { heavy: world.providers[0]!.id }),
  'when the footprint is nobody\'s -> it reverts NotAHeavyNode': opening({ heavy: 999 }),
  'when an offer is over -> it reverts OfferExpired': async (world) => {
    const proposal = await propose(world, { periods: 9 });
    await goToEpoch(world, 13);
    return () => sendOpen(world, proposal);
  },
  'when a rent is below the smallest class -> it reverts RentOutOfBounds': opening({ price: 2n ** 33n - 1n, quota: 1 }),
  'when a rent is above the largest class -> it reverts RentOutOfBounds': opening({ price: 2n ** 61n, quota: 1 }),
  'when an offer is of a heavy node -> it reverts NotAProvider': async (world) => () => openAgreement(world, { providers: [world.heavies[0]!, ...world.providers.slice(1, 4)] }),
  'when two slots would be one provider\'s -> it reverts ProviderTwice': async (world) => () => openAgreement(world, { providers: [0, 1, 2, 0].map((i) => world.providers[i]!) }),
  'when an offer is signed by somebody else -> it reverts BadSignature': async (world) => {
    const { creator, providers } = world;
    return () => openAgreement(world, { providers: [{ ...providers[0]!, operator: creator }, ...providers.slice(1, 4)] });
  },
  'when it costs more than the limit -> it reverts CostAboveLimit': async (world) => {
    const { terms, offers } = await propose(world);
    return act(world, 'open', [terms, offers, 1n]);
  },
  'when the creator has allowed too little -> it reverts ERC20InsufficientAllowance': async (world) => {
    await world.evm.send(world.creator.address, world.token, 'approve', [world.market.address, 1n]);
    return () => openAgreement(world);
  },
  'when everything fits -> it takes the whole term\'s rent, to the unit': async (world) => {
    const paid = await changeOf(() => balanceOf(world, world.market.address), () => openAgreement(world));
    assert.equal(paid, 4n * 10n ** 16n * 12n);
  },
});

branches('open, stake', {
  'when a provider\'s stake does not cover the rent -> it reverts StakeTooLow': opening({}),
}, { stake: 20n * 10n ** 16n - 1n });

branches('close', {
  'when the caller is not the creator -> it reverts NotCreator': async (world) => act(world, 'close', [(await openAgreement(world)).id], stranger),
  'when the agreement does not exist -> it reverts NotCreator': async (world) => act(world, 'close', [7]),
  'when it ends at the next boundary anyhow -> it reverts AgreementOver': async (world) => act(world, 'close', [(await openAgreement(world, { periods: 1 })).id]),
  'when it is locked -> it reverts AgreementLocked': async (world) => {
    const { id } = await openAgreement(world);
    await act(world, 'lock', [id])();
    return act(world, 'close', [id]);
  },
  'when it has time left -> the rent behind the boundary is the creator\'s at once': async (world) => {
    const { id, cost } = await openAgreement(world, { periods: 3 });
    assert.equal(await changeOf(() => owedTo(world, world.creator.address), act(world, 'close', [id])), (cost * 2n) / 3n);
  },
  'when it is closed twice -> it reverts AgreementOver': async (world) => {
    const { id } = await openAgreement(world, { periods: 3 });
    await act(world, 'close', [id])();
    return act(world, 'close', [id]);
  },
});

branches('lock', {
  'when the caller is not the creator -> it reverts NotCreator': async (world) => act(world, 'lock', [(await openAgreement(world)).id], stranger),
  'when refunds follow -> they go to the pot, which opens at the end': async (world) => {
    const { id, cost } = await openAgreement(world, { periods: 1 });
    await act(world, 'lock', [id])();
    await goToEpoch(world, PERIOD);
    await act(world, 'release', [id, bitmap(ALL)])();
    assert.equal(await world.evm.read(world.market, 'potOf', [id]), cost);
    assert.equal(await changeOf(() => owedTo(world, world.creator.address), act(world, 'takePot', [id, cost])), cost);
  },
  'when the pot is asked for before the end -> it reverts AgreementLocked': async (world) => {
    const { id } = await openAgreement(world);
    await act(world, 'topUp', [id, 5n])();
    await act(world, 'lock', [id])();
    return act(world, 'takePot', [id, 5n]);
  },
});

branches('release', {
  'when the agreement does not exist -> it reverts AgreementRunning': async (world) => act(world, 'release', [7, 1n]),
  'when its last epoch has not begun -> it reverts AgreementRunning': async (world) => {
    const { id, endEpoch } = await openAgreement(world);
    await goToEpoch(world, endEpoch - 2);
    return act(world, 'release', [id, 1n]);
  },
  'when, in the last epoch, the provider has not proven -> it reverts DrawPending': async (world) => {
    const { id, endEpoch } = await openAgreement(world);
    await goToEpoch(world, endEpoch - 1);
    return act(world, 'release', [id, 1n]);
  },
  'when, in the last epoch, the provider has proven -> the slot is released': async (world) => {
    const { id, endEpoch } = await openAgreement(world);
    await runEpochs(world, endEpoch - 1, endEpoch, world.providers.slice(0, 1));
    eventOf(await act(world, 'release', [id, 1n])(), world.market, 'SlotReleased');
  },
  'when the end has passed and another slot of the provider waits for its proof -> it reverts DrawPending': async (world) => {
    const { id, endEpoch } = await openAgreement(world, { periods: 1 });
    await openAgreement(world, { periods: 3 });
    await runEpochs(world, endEpoch - 1, endEpoch, world.providers.slice(0, 4));
    await goToEpoch(world, endEpoch);
    await poke(world);
    return act(world, 'release', [id, 1n]);
  },
  'when a slot was released before -> it reverts NoSuchSlot': async (world) => {
    const { id, endEpoch } = await openAgreement(world);
    await goToEpoch(world, endEpoch);
    await act(world, 'release', [id, 1n])();
    return act(world, 'release', [id, 1n]);
  },
  'when a slot beyond the scheme is named -> it reverts NoSuchSlot': async (world) => {
    const { id, endEpoch } = await openAgreement(world);
    await goToEpoch(world, endEpoch);
    return act(world, 'release', [id, 1n << 63n]);
  },
  'when no slot is named -> nothing happens': async (world) => {
    const { id, endEpoch } = await openAgreement(world);
    await goToEpoch(world, endEpoch);
    assert.equal((await act(world, 'release', [id, 0n])()).logs.length, 0);
  },
});

branches('extend', {
  'when the end would not be later -> it reverts BadTerm': async (world) => act(world, 'extend', [(await openAgreement(world)).id, 2, '0x']),
  'when the end would be beyond 520 periods -> it reverts BadTerm': async (world) => act(world, 'extend', [(await openAgreement(world)).id, 521, '0x']),
  'when the last epoch has begun -> it reverts AgreementOver': async (world) => {
    const { id, endEpoch } = await openAgreement(world);
    await goToEpoch(world, endEpoch - 1);
    return act(world, 'extend', [id, 3, '0x']);
  },
  'when the agreement does not exist -> it reverts AgreementOver': async (world) => act(world, 'extend', [7, 3, '0x']),
  'when a consent is missing -> it reverts BadReceipts': async (world) => {
    const { id } = await openAgreement(world);
    return act(world, 'extend', [id, 3, await signExtension(world, { agreement: id, newEnd: 3, slots: [0, 1, 2] })]);
  },
  'when there is one too many -> it reverts BadReceipts': async (world) => {
    const { id } = await openAgreement(world);
    return act(world, 'extend', [id, 3, await signExtension(world, { agreement: id, newEnd: 3, slots: [...ALL, 0] })]);
  },
  'when a slot is vacant -> its rent is prepaid without a consent': async (world) => {
    const { id, rents } = await openAgreement(world);
    await act(world, 'surrender', [id, 0], world.providers[0]!.operator.address)();
    const consents = await signExtension(world, { agreement: id, newEnd: 3, slots: [1, 2, 3] });
    const paid = await changeOf(() => balanceOf(world, world.creator.address), act(world, 'extend', [id, 3, consents]));
    assert.equal(paid, -4n * rents[0]! * BigInt(PERIOD));
  },
});

branches('renew', {
  'when nothing is authorised -> it reverts RenewalNotAuthorised': async (world) => {
    const { id } = await openAgreement(world);
    return act(world, 'renew', [id, 3, await signExtension(world, { agreement: id, newEnd: 3, slots: ALL })], stranger);
  },
  'when it would go beyond the authorised period -> it reverts RenewalNotAuthorised': async (world) => {
    const { id } = await openAgreement(world);
    await act(world, 'authoriseRenewal', [id, maxUint256 >> 128n, 3])();
    return act(world, 'renew', [id, 4, await signExtension(world, { agreement: id, newEnd: 4, slots: ALL })], stranger);
  },
  'when the pot is too small -> it reverts PotShort': async (world) => {
    const { id } = await openAgreement(world);
    await act(world, 'authoriseRenewal', [id, maxUint256 >> 128n, 3])();
    return act(world, 'renew', [id, 3, await signExtension(world, { agreement: id, newEnd: 3, slots: ALL })], stranger);
  },
  'when it is authorised and paid for -> the pot pays, whoever sends it': async (world) => {
    const { id, rents } = await openAgreement(world);
    const cost = 4n * rents[0]! * BigInt(PERIOD);
    await act(world, 'topUp', [id, cost])();
    await act(world, 'authoriseRenewal', [id, cost, 3])();
    await act(world, 'renew', [id, 3, await signExtension(world, { agreement: id, newEnd: 3, slots: ALL })], stranger)();
    assert.equal(await world.evm.read(world.market, 'potOf', [id]), 0n);
  },
});

branches('topUp, takePot, authoriseRenewal, setSession', {
  'when a pot of no agreement is filled -> it reverts NoSuchAgreement': async (world) => act(world, 'topUp', [7, 1n]),
  'when a stranger empties a pot -> it reverts NotCreator': async (world) => act(world, 'takePot', [(await openAgreement(world)).id, 0n], stranger),
  'when more is taken than there is -> it reverts PotShort': async (world) => act(world, 'takePot', [(await openAgreement(world)).id, 1n]),
  'when a stranger authorises -> it reverts NotCreator': async (world) => act(world, 'authoriseRenewal', [(await openAgreement(world)).id, 1n, 1], stranger),
  'when a session is over -> it reverts SessionExpired': async (world) => {
    const { id } = await openAgreement(world);
    await act(world, 'setSession', [stranger, BigInt(world.evm.now())])();
    return act(world, 'takePot', [id, 0n], stranger);
  },
  'when a session was taken back -> it reverts NotCreator': async (world) => {
    const { id } = await openAgreement(world);
    await act(world, 'setSession', [stranger, 2n ** 40n])();
    await act(world, 'setSession', [stranger, 0n])();
    return act(world, 'takePot', [id, 0n], stranger);
  },
});

const growth = (options: OpenOptions = {}) => async (world: World) => {
  const { id } = await openAgreement(world);
  const { terms, offers } = await propose(world, { quota: 5, ...options });
  return act(world, 'grow', [id, terms, offers, maxUint256]);
};

branches('grow', {
  'when the caller is not the creator -> it reverts NotCreator': async (world) => {
    const { id } = await openAgreement(world);
    const { terms, offers } = await propose(world);
    return act(world, 'grow', [id, terms, offers, maxUint256], stranger);
  },
  'when it is locked -> it reverts AgreementLocked': async (world) => {
    const { id } = await openAgreement(world);
    await act(world, 'lock', [id])();
    const { terms, offers } = await propose(world, { quota: 5 });
    return act(world, 'grow', [id, terms, offers, maxUint256]);
  },
  'when the agreement is over -> it reverts AgreementOver': async (world) => {
    const { id, endEpoch } = await openAgreement(world);
    await goToEpoch(world, endEpoch);
    const { terms, offers } = await propose(world);
    return act(world, 'grow', [id, terms, offers, maxUint256]);
  },
  'when the scheme differs -> it reverts TermsDiffer': growth({ k: 1, m: 3 }),
  'when the parity alone differs -> it reverts TermsDiffer': async (world) => {
    const { id } = await openAgreement(world);
    const { terms, offers } = await propose(world, { quota: 5 });
    return act(world, 'grow', [id, { ...terms, m: 3 }, offers, maxUint256]);
  },
  'when the terms are of another creator -> it reverts TermsDiffer': async (world) => {
    const { id } = await openAgreement(world);
    const { terms, offers } = await propose(world, { quota: 5 });
    return act(world, 'grow', [id, { ...terms, creator: stranger }, offers, maxUint256]);
  },
  'when an offer is missing -> it reverts TermsDiffer': async (world) => {
    const { id } = await openAgreement(world);
    const { terms, offers } = await propose(world, { quota: 5 });
    return act(world, 'grow', [id, terms, offers.slice(1), maxUint256]);
  },
  'when the batch size differs -> it reverts TermsDiffer': growth({ batchLog2: 17 }),
  'when the fee differs -> it reverts TermsDiffer': growth({ feeBps: 149 }),
  'when the footprint differs -> it reverts TermsDiffer': async (world) => growth({ heavy: world.heavies[1]!.id })(world),
  'when the end differs -> it reverts TermsDiffer': growth({ periods: 3 }),
  'when a provider is not in place -> it reverts TermsDiffer': async (world) => growth({ providers: [1, 0, 2, 3].map((i) => world.providers[i]!) })(world),
  'when the nonce is used -> it reverts WrongNonce': async (world) => {
    const { id } = await openAgreement(world);
    const { terms, offers } = await propose(world);
    await openAgreement(world);
    return act(world, 'grow', [id, terms, offers, maxUint256]);
  },
  'when a draw is open -> it reverts DrawPending': async (world) => {
    const grow = await growth()(world);
    await poke(world);
    return grow;
  },
  'when a slot is vacant -> it reverts NoSuchSlot': async (world) => {
    const { id } = await openAgreement(world);
    await act(world, 'surrender', [id, 0], world.providers[0]!.operator.address)();
    const { terms, offers } = await propose(world);
    return act(world, 'grow', [id, terms, offers, maxUint256]);
  },
  'when it costs more than the limit -> it reverts CostAboveLimit': async (world) => {
    const { id } = await openAgreement(world);
    const { terms, offers } = await propose(world);
    return act(world, 'grow', [id, terms, offers, 1n]);
  },
  'when every draw is answered -> the quota grows in the open epoch': async (world) => {
    const { id } = await openAgreement(world);
    await goToEpoch(world, 1);
    await poke(world);
    for (const provider of world.providers.slice(0, 4)) await prove(world, provider);
    const { terms, offers } = await propose(world, { quota: 5, periods: 2 });
    await act(world, 'grow', [id, terms, offers, maxUint256])();
    assert.equal((await world.evm.read<{ quota: number }>(world.market, 'agreementOf', [id])).quota, 15);
  },
});

branches('withdraw, withdrawNode, settle', {
  'when nothing is owed to the caller -> it reverts NothingOwed': async (world) => act(world, 'withdraw', [], stranger),
  'when nothing is owed to the node -> it reverts NothingOwed': async (world) => act(world, 'withdrawNode', [world.providers[0]!.id]),
  'when the rail does not exist -> nothing is credited': async (world) => {
    assert.equal(await world.evm.read(world.market, 'settle', [1, 2, 3]), 0n);
    assert.equal((await act(world, 'settle', [1, 2, 3])()).logs.length, 0);
  },
  'when it is settled twice in an epoch -> the second time credits nothing': async (world) => {
    await openAgreement(world);
    const { id, parent } = world.providers[0]!;
    await runEpochs(world, 1, 2, world.providers.slice(0, 1));
    await goToEpoch(world, 2);
    const settle = act(world, 'settle', [id, world.heavies[0]!.id, parent]);
    assert.ok((await settle()).logs.length > 0);
    assert.equal((await settle()).logs.length, 0);
  },
});

branches('repair-only mode', {
  'when too little is proven -> it reverts RepairOnly': async (world) => {
    const agreement = await openAgreement(world);
    await goToEpoch(world, 3);
    await reverts('RepairOnly', () => commitBundle(world, agreement));
    return () => openAgreement(world);
  },
  'when an empty bundle is committed in a healthy network -> it reverts EmptyBundle': async (world) => act(world, 'commit', [(await openAgreement(world)).id, zeroHash, 0, 15n, '0x']),
  'when the attacker\'s rent has ended -> it opens again': async (world) => {
    const attacker = await adversary(world, 'attacker');
    await openAgreement(world, { creator: attacker, periods: 1 });
    await goToEpoch(world, PERIOD);
    await openAgreement(world);
  },
}, { parameters: { healthBps: 5_000, healthEpochs: 2 } });
