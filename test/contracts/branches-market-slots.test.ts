import assert from 'node:assert/strict';
import { bytesToHex } from 'viem';
import { openAgreement, type OpenedAgreement } from '../support/contracts/agreements.ts';
import { reverts } from '../support/contracts/books.ts';
import { branches } from '../support/contracts/branches.ts';
import { commitBundle, leavesOf, type CommittedBundle } from '../support/contracts/bundles.ts';
import { accountOf, eventOf } from '../support/contracts/evm.ts';
import { poke, runEpochs } from '../support/contracts/proofs.ts';
import { replaceSlot, signSuccession } from '../support/contracts/successions.ts';
import { goToEpoch, parametersOf, type World } from '../support/contracts/world.ts';

const stranger = accountOf('stranger').address;
const act = (world: World, name: string, args: readonly unknown[], from = world.creator.address) => () => world.evm.send(from, world.market, name, args);
const operator = (world: World, i: number) => world.providers[i]!.operator.address;

interface Stage {
  readonly agreement: OpenedAgreement;
  readonly bundle: CommittedBundle;
}

async function stored(world: World, slots = [0, 1, 2]): Promise<Stage> {
  const agreement = await openAgreement(world, { periods: 4 });
  return { agreement, bundle: await commitBundle(world, agreement, { slots }) };
}

/** Ready to be sent: provider 4 takes slot 0, or what `change` says. */
const succession = async (world: World, { agreement }: Stage, change = {}, successor = world.providers[4]!, from: `0x${string}` = stranger) => {
  const signed = await signSuccession(world, agreement, 0, successor, change);
  return () => replaceSlot(world, from, signed);
};

/** Nobody has proven since the opening. */
async function faulted(world: World): Promise<Stage> {
  const stage = await stored(world);
  await goToEpoch(world, 1 + world.parameters.faultRun);
  return stage;
}

branches('replace', {
  'when the agreement is over -> it reverts AgreementOver': async (world) => {
    const stage = await stored(world);
    await goToEpoch(world, stage.agreement.endEpoch);
    return succession(world, stage);
  },
  'when the successor knows of fewer bundles -> it reverts WrongSuccession': async (world) => succession(world, await faulted(world), { bundles: 0 }),
  'when it was signed for another turn -> it reverts WrongSuccession': async (world) => succession(world, await faulted(world), { turn: 3 }),
  'when its time is over -> it reverts OfferExpired': async (world) => succession(world, await faulted(world), { expiry: world.evm.now() - 1 }),
  'when there is no such slot -> it reverts NoSuchSlot': async (world) => succession(world, await faulted(world), { slot: 4 }),
  'when the slot is beyond all slots -> it reverts NoSuchSlot': async (world) => succession(world, await faulted(world), { slot: 64 }),
  'when nothing is wrong with the holder -> it reverts SlotNotFaulted': async (world) => succession(world, await stored(world)),
  'when the run of misses began before the tenure -> it reverts SlotNotFaulted': async (world) => {
    await openAgreement(world, { periods: 4 });
    await goToEpoch(world, 3);
    const stage = await stored(world);
    await goToEpoch(world, 6);
    assert.equal(await world.evm.read(world.market, 'isFaulted', [world.providers[0]!.id]), true);
    return succession(world, stage);
  },
  'when the successor asks more than the slot pays -> it reverts PriceAboveSlot': async (world) => succession(world, await faulted(world), { price: 10n ** 15n + 1n }),
  'when the successor holds another slot -> it reverts ProviderTwice': async (world) => succession(world, await faulted(world), {}, world.providers[1]),
  'when the successor is the one who failed -> it reverts ProviderTwice': async (world) => succession(world, await faulted(world), {}, world.providers[0]),
  'when the successor did not sign -> it reverts BadSignature': async (world) => succession(world, await faulted(world), {}, { ...world.providers[4]!, operator: accountOf('stranger') }),
  'when the successor is a heavy node -> it reverts NotAProvider': async (world) => succession(world, await faulted(world), {}, world.heavies[0]),
  'when the signature has 65 bytes -> it reverts BadReceipts': async (world) => {
    const { agreement } = await faulted(world);
    const { succession: message, signature } = await signSuccession(world, agreement, 0, world.providers[4]!);
    return act(world, 'replace', [message, `${signature}1b`]);
  },
  'when notice was given in this period -> it reverts SlotNotFaulted': async (world) => {
    const stage = await stored(world);
    await act(world, 'giveNotice', [stage.agreement.id, 0])();
    return succession(world, stage);
  },
  'when, under notice, the draw is open -> it reverts DrawPending': async (world) => {
    const stage = await stored(world);
    await act(world, 'giveNotice', [stage.agreement.id, 0])();
    await runEpochs(world, 1, 6, world.providers.slice(0, 4));
    await goToEpoch(world, 6);
    await poke(world);
    return succession(world, stage);
  },
  'when the operator hands over in the period of taking -> it reverts HandOverTooSoon': async (world) => succession(world, await stored(world), {}, world.providers[4], operator(world, 0)),
  'when the operator hands over before its proof -> it reverts NotProvenYet': async (world) => {
    const stage = await stored(world);
    await runEpochs(world, 1, 6, world.providers.slice(0, 4));
    await goToEpoch(world, 6);
    return succession(world, stage, {}, world.providers[4], operator(world, 0));
  },
  'when the operator hands over with a challenge open -> it reverts ChallengeOpen': async (world) => {
    const stage = await stored(world);
    await runEpochs(world, 1, 7, world.providers.slice(0, 4));
    await act(world, 'challenge', [stage.agreement.id, 0, 0, 0, 0])();
    return succession(world, stage, {}, world.providers[4], operator(world, 0));
  },
  'when the operator hands over behind its proof -> no slash': async (world) => {
    const stage = await stored(world);
    await runEpochs(world, 1, 7, world.providers.slice(0, 4));
    const receipt = await (await succession(world, stage, {}, world.providers[4], operator(world, 0)))();
    assert.equal(eventOf<{ slashed: bigint }>(receipt, world.market, 'Replaced').slashed, 0n);
  },
  'when the slot is vacant -> anybody fills it with whoever signed': async (world) => {
    const stage = await stored(world);
    await act(world, 'surrender', [stage.agreement.id, 0], operator(world, 0))();
    eventOf(await (await succession(world, stage))(), world.market, 'Replaced');
  },
});

branches('surrender', {
  'when the agreement is over -> it reverts AgreementOver': async (world) => {
    const { agreement } = await stored(world);
    await goToEpoch(world, agreement.endEpoch);
    return act(world, 'surrender', [agreement.id, 0], operator(world, 0));
  },
  'when there is no such slot -> it reverts NoSuchSlot': async (world) => act(world, 'surrender', [(await stored(world)).agreement.id, 9], operator(world, 0)),
  'when the caller is not the holder\'s operator -> it reverts NotOperatorOf': async (world) => act(world, 'surrender', [(await stored(world)).agreement.id, 0], operator(world, 1)),
  'when a challenge is open -> it reverts ChallengeOpen': async (world) => {
    const { agreement } = await stored(world);
    await act(world, 'challenge', [agreement.id, 0, 0, 0, 0])();
    return act(world, 'surrender', [agreement.id, 0], operator(world, 0));
  },
  'when there are no misses -> half of the slash': async (world) => {
    const { agreement } = await stored(world);
    const receipt = await act(world, 'surrender', [agreement.id, 0], operator(world, 0))();
    assert.equal(eventOf<{ slashed: bigint }>(receipt, world.market, 'Vacated').slashed, 5n * agreement.rents[0]!);
  },
  'when the provider is faulted -> all of it': async (world) => {
    const { agreement } = await faulted(world);
    const receipt = await act(world, 'surrender', [agreement.id, 0], operator(world, 0))();
    assert.equal(eventOf<{ slashed: bigint }>(receipt, world.market, 'Vacated').slashed, 10n * agreement.rents[0]!);
  },
});

branches('dismiss', {
  'when the agreement is over -> it reverts AgreementOver': async (world) => {
    const { agreement } = await stored(world);
    await goToEpoch(world, agreement.endEpoch);
    return act(world, 'dismiss', [agreement.id, 3, 0]);
  },
  'when the caller has no say -> it reverts NotCreator': async (world) => act(world, 'dismiss', [(await stored(world)).agreement.id, 3, 0], stranger),
  'when another heavy node asks -> it reverts NotCreator': async (world) => act(world, 'dismiss', [(await stored(world)).agreement.id, 3, 0], world.heavies[1]!.operator.address),
  'when there is no such bundle -> it reverts NoSuchBundle': async (world) => act(world, 'dismiss', [(await stored(world)).agreement.id, 3, 1]),
  'when there is no such slot -> it reverts NoSuchSlot': async (world) => act(world, 'dismiss', [(await stored(world)).agreement.id, 4, 0]),
  'when the bundle is retired -> it reverts AlreadyRetired': async (world) => {
    const { agreement } = await stored(world);
    await act(world, 'retire', [agreement.id, 0])();
    return act(world, 'dismiss', [agreement.id, 3, 0]);
  },
  'when the slot has acknowledged it -> it reverts AlreadyAcknowledged': async (world) => act(world, 'dismiss', [(await stored(world)).agreement.id, 0, 0]),
  'when there is still time -> it reverts NotOverdue': async (world) => {
    const { agreement } = await stored(world);
    await goToEpoch(world, world.parameters.ackEpochs - 1);
    return act(world, 'dismiss', [agreement.id, 3, 0]);
  },
  'when the draw is open -> it reverts DrawPending': async (world) => {
    const { agreement } = await stored(world);
    await goToEpoch(world, world.parameters.ackEpochs);
    await poke(world);
    return act(world, 'dismiss', [agreement.id, 3, 0]);
  },
  'when the bundle is younger than the tenure -> its own age counts': async (world) => {
    const { agreement } = await stored(world, [0, 1, 2, 3]);
    await goToEpoch(world, 2);
    await commitBundle(world, agreement, { slots: [0, 1, 2] });
    await goToEpoch(world, 2 + world.parameters.ackEpochs - 1);
    await reverts('NotOverdue', act(world, 'dismiss', [agreement.id, 3, 1]));
    await goToEpoch(world, 2 + world.parameters.ackEpochs);
    await act(world, 'dismiss', [agreement.id, 3, 1])();
  },
  'when it is overdue -> the agreement\'s heavy node may, and nothing is slashed': async (world) => {
    const { agreement } = await stored(world);
    await goToEpoch(world, world.parameters.ackEpochs);
    const receipt = await act(world, 'dismiss', [agreement.id, 3, 0], world.heavies[0]!.operator.address)();
    assert.equal(eventOf<{ slashed: bigint }>(receipt, world.market, 'Vacated').slashed, 0n);
  },
});

branches('giveNotice', {
  'when the caller is not the creator -> it reverts NotCreator': async (world) => act(world, 'giveNotice', [(await stored(world)).agreement.id, 0], stranger),
  'when the slot is empty -> it reverts NoSuchSlot': async (world) => act(world, 'giveNotice', [(await stored(world)).agreement.id, 5]),
  'when the slot is beyond all slots -> it reverts NoSuchSlot': async (world) => act(world, 'giveNotice', [(await stored(world)).agreement.id, 64]),
});

const challenging = (slot: number, bundle: number, batch: number, leaf: number) => async (world: World) => act(world, 'challenge', [(await stored(world)).agreement.id, slot, bundle, batch, leaf]);

branches('challenge', {
  'when the agreement is over -> it reverts AgreementOver': async (world) => {
    const { agreement } = await stored(world);
    await goToEpoch(world, agreement.endEpoch);
    return act(world, 'challenge', [agreement.id, 0, 0, 0, 0]);
  },
  'when there is no such bundle -> it reverts NoSuchBundle': challenging(0, 1, 0, 0),
  'when there is no such slot -> it reverts NoSuchSlot': challenging(4, 0, 0, 0),
  'when the slot has not acknowledged -> it reverts NotAcknowledged': challenging(3, 0, 0, 0),
  'when there is no such batch -> it reverts NoSuchLeaf': challenging(0, 0, 1, 0),
  'when there is no such leaf -> it reverts NoSuchLeaf': challenging(0, 0, 0, 128),
  'when the bundle is retired -> it reverts AlreadyRetired': async (world) => {
    const { agreement } = await stored(world);
    await act(world, 'retire', [agreement.id, 0])();
    return act(world, 'challenge', [agreement.id, 0, 0, 0, 0]);
  },
  'when the challenger cannot pay the bond -> it reverts ERC20InsufficientAllowance': async (world) => act(world, 'challenge', [(await stored(world)).agreement.id, 0, 0, 0, 0], stranger),
});

const challenged = async (world: World) => {
  const stage = await stored(world);
  await act(world, 'challenge', [stage.agreement.id, 0, 0, 0, 7])();
  const sampleOf = (leafIndex: number) => bytesToHex(stage.bundle.tree.sample({ leafIndex, leaves: leavesOf(stage.agreement.terms), slot: 0, slots: 4, batch: 0, batches: 1 }));
  return { ...stage, sampleOf };
};

branches('answer, endChallenge', {
  'when there is no such challenge to answer -> it reverts NoSuchChallenge': async (world) => act(world, 'answer', [1n, '0x']),
  'when there is no such challenge to end -> it reverts NoSuchChallenge': async (world) => act(world, 'endChallenge', [0n]),
  'when the answer is late -> it reverts AnswerLate': async (world) => {
    const { sampleOf } = await challenged(world);
    await goToEpoch(world, 3);
    return act(world, 'answer', [1n, sampleOf(7)]);
  },
  'when the leaf is another -> it reverts InvalidPath': async (world) => act(world, 'answer', [1n, (await challenged(world)).sampleOf(8)]),
  'when the leaf is cut off -> it reverts ProofTooShort': async (world) => act(world, 'answer', [1n, (await challenged(world)).sampleOf(7).slice(0, 100)]),
  'when the path is cut off -> it reverts ProofTooShort': async (world) => act(world, 'answer', [1n, (await challenged(world)).sampleOf(7).slice(0, -64)]),
  'when there are bytes behind the path -> it reverts ProofTooLong': async (world) => act(world, 'answer', [1n, `${(await challenged(world)).sampleOf(7)}ff`]),
  'when the deadline is ahead -> it reverts AnswerDue': async (world) => {
    await challenged(world);
    await goToEpoch(world, 2);
    return act(world, 'endChallenge', [1n]);
  },
  'when it was answered -> it reverts NoSuchChallenge': async (world) => {
    const { sampleOf } = await challenged(world);
    await goToEpoch(world, 2);
    await act(world, 'answer', [1n, sampleOf(7)], stranger)();
    return act(world, 'endChallenge', [1n]);
  },
  'when nobody answered -> the slot is lost': async (world) => {
    await challenged(world);
    await goToEpoch(world, 3);
    assert.equal(eventOf<{ slotLost: boolean }>(await act(world, 'endChallenge', [1n])(), world.market, 'ChallengeEnded').slotLost, true);
  },
  'when the provider is faulted in an open draw -> the slot is lost all the same': async (world) => {
    await challenged(world);
    await goToEpoch(world, 5);
    await poke(world);
    assert.equal(await world.evm.read(world.market, 'isFaulted', [world.providers[0]!.id]), true);
    assert.equal(eventOf<{ slotLost: boolean }>(await act(world, 'endChallenge', [1n])(), world.market, 'ChallengeEnded').slotLost, true);
  },
  'when two challenges of one slot stay unanswered -> the second gives its bond back': async (world) => {
    const { agreement } = await challenged(world);
    await act(world, 'challenge', [agreement.id, 0, 0, 0, 8])();
    await goToEpoch(world, 3);
    await act(world, 'endChallenge', [1n])();
    assert.equal(eventOf<{ slotLost: boolean }>(await act(world, 'endChallenge', [2n])(), world.market, 'ChallengeEnded').slotLost, false);
    assert.equal(await world.evm.read(world.market, 'openChallengesOf', [agreement.id, 0]), 0);
  },
});

const BOUNDS: readonly [string, number][] = [
  ['missAllowance', 169], ['penaltyEpochs', 9], ['faultRun', 1], ['faultRun', 169], ['slashEpochs', 337], ['answerEpochs', 0], ['answerEpochs', 169], ['bondUnits', 0], ['healthBps', 9_001], ['healthEpochs', 0], ['healthEpochs', 7],
];

branches('setParameters', {
  'when the caller has no role -> it reverts AccessManagedUnauthorized': async (world) => act(world, 'setParameters', [parametersOf(world.parameters)]),
  ...Object.fromEntries(BOUNDS.map(([name, value]) => [
    `when ${name} would be ${value} -> it reverts ParameterOutOfBounds`,
    async (world: World) => act(world, 'setParameters', [parametersOf({ ...world.parameters, [name]: value })], world.treasury.address),
  ])),
  'when they are within bounds -> they hold at once for whoever has no delay': async (world) => {
    const parameters = { ...parametersOf(world.parameters), ackEpochs: 9 };
    await act(world, 'setParameters', [parameters], world.treasury.address)();
    assert.deepEqual(await world.evm.read(world.market, 'parameters'), parameters);
  },
});

branches('surrender, many misses', {
  'when the misses of the period cost more than half of the slash -> what they cost': async (world) => {
    const { agreement } = await stored(world);
    await runEpochs(world, 1, 2, world.providers.slice(0, 1));
    await runEpochs(world, 4, 5, world.providers.slice(0, 1));
    await goToEpoch(world, 5);
    // Epochs 2 and 3 were missed; each beyond the allowance of none costs eight epochs of rent.
    const receipt = await act(world, 'surrender', [agreement.id, 0], operator(world, 0))();
    assert.equal(eventOf<{ slashed: bigint }>(receipt, world.market, 'Vacated').slashed, 16n * agreement.rents[0]!);
  },
}, { parameters: { missAllowance: 0, penaltyEpochs: 8 } });
