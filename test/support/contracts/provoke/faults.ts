import { commitBundle, leavesOf } from '../bundles.ts';
import { replaceSlot, signSuccession } from '../successions.ts';
import { currentEpoch, goToEpoch, type World } from '../world.ts';
import { drawn, faulted, FIVE, market, openSmall, PRICE, provider, refusal, RENT, stranger, type Provocations } from './provocation.ts';

const challenged = async (world: World) => {
  const agreement = await drawn(world);
  await market(world, 'challenge', [agreement.id, 1, 0, 0, 5]);
  return { agreement, deadline: currentEpoch(world) + 1 + world.parameters.answerEpochs };
};

/** A slot that was taken in the period before; nothing proven in the current epoch. */
const handingOver = async (world: World) => {
  const agreement = await openSmall(world, { periods: 3 });
  await goToEpoch(world, 2);
  return agreement;
};

/** reportMisses, replace, surrender, challenge, answer, endChallenge */
export const faults: Provocations = {
  CannotReport: async (world) => refusal([0, 0], () => market(world, 'reportMisses', [[provider(world).id], 0])),
  SlotNotFaulted: { options: FIVE, act: async (world) => {
    const agreement = await openSmall(world);
    const signed = await signSuccession(world, agreement, 0, provider(world, 4), { price: PRICE });
    return refusal([agreement.id, 0n, provider(world).id], () => replaceSlot(world, stranger.address, signed));
  } },
  PriceAboveSlot: { options: FIVE, act: async (world) => {
    const { agreement, successor } = await faulted(world);
    const signed = await signSuccession(world, agreement, 0, successor, { price: PRICE + 1n });
    return refusal([RENT + 10n, RENT], () => replaceSlot(world, stranger.address, signed));
  } },
  WrongSuccession: { options: FIVE, act: async (world) => {
    const { agreement, successor } = await faulted(world);
    const signed = await signSuccession(world, agreement, 0, successor, { price: PRICE, turn: 1 });
    return refusal([0, 0, 1, 0], () => replaceSlot(world, stranger.address, signed));
  } },
  NotProvenYet: { options: { ...FIVE, epochsPerPeriod: 2 }, act: async (world) => {
    const agreement = await handingOver(world);
    const signed = await signSuccession(world, agreement, 0, provider(world, 4), { price: PRICE });
    return refusal([provider(world).id, 2], () => replaceSlot(world, provider(world).operator.address, signed));
  } },
  HandOverTooSoon: { options: FIVE, act: async (world) => {
    const agreement = await drawn(world);
    const signed = await signSuccession(world, agreement, 0, provider(world, 4), { price: PRICE });
    return refusal([provider(world).id, 0], () => replaceSlot(world, provider(world).operator.address, signed));
  } },
  ChallengeOpen: async (world) => {
    const { agreement } = await challenged(world);
    return refusal([agreement.id, 1n, 1n], () => market(world, 'surrender', [agreement.id, 1], provider(world, 1).operator.address));
  },
  NotOverdue: async (world) => {
    const agreement = await openSmall(world);
    await commitBundle(world, agreement, { slots: [0, 1, 2] });
    return refusal([agreement.id, 0, 3n, 0, world.parameters.ackEpochs], () => market(world, 'dismiss', [agreement.id, 3, 0]));
  },
  NotOperatorOf: async (world) => {
    const { id } = await openSmall(world);
    const { id: node, operator } = provider(world);
    return refusal([node, stranger.address, operator.address], () => market(world, 'surrender', [id, 0], stranger.address));
  },
  NoSuchLeaf: async (world) => {
    const { id, terms } = await drawn(world);
    const leaves = leavesOf(terms);
    return refusal([0n, 1n, BigInt(leaves), BigInt(leaves)], () => market(world, 'challenge', [id, 1, 0, 0, leaves]));
  },
  NoSuchChallenge: async (world) => refusal([7n], () => market(world, 'answer', [7n, '0x'])),
  AnswerDue: async (world) => {
    const { deadline } = await challenged(world);
    return refusal([1n, 1, deadline], () => market(world, 'endChallenge', [1n]));
  },
  AnswerLate: async (world) => {
    const { deadline } = await challenged(world);
    await goToEpoch(world, deadline);
    return refusal([1n, deadline, deadline], () => market(world, 'answer', [1n, '0x']));
  },
};
