import assert from 'node:assert/strict';
import { bytesToHex } from 'viem';
import { leavesOf } from './bundles.ts';
import { accountOf, eventOf } from './evm.ts';
import { expectRevert, isFaulted } from './life-checks.ts';
import { RULES, type Asked, type Game, type Play } from './life-game.ts';
import type { Tenure, Vacancy } from './life-ledger.ts';
import { replaceSlot, signSuccession } from './successions.ts';

const { epochsPerPeriod, slashEpochs, stakeEpochs, faultRun, answerEpochs, ackEpochs } = RULES;
const address = (label: string) => accountOf(label).address;

export const report: Play = async (game) => {
  const period = game.period() - 1;
  if (period < 0) return undefined;
  const providers = game.dice.shuffled(game.world.providers).slice(0, 3).map(({ id }) => id);
  await game.send(address('reporter'), 'reportMisses', [providers, period]);
  for (const id of providers) game.model.report(id, period, address('reporter'));
  return `report ${providers.join(' ')} of period ${period}`;
};

export const notice: Play = async (game) => {
  const t = game.dice.pick(game.running());
  if (t === undefined) return undefined;
  await game.send(t.creator as `0x${string}`, 'giveNotice', [t.agreement, t.slot]);
  game.notices.set(`${t.agreement}/${t.slot}`, game.period() + 1);
  return `notice to ${t.provider} in ${t.agreement}/${t.slot}`;
};

export const surrender: Play = async (game) => {
  const t = game.dice.pick(game.running());
  if (t === undefined || game.dice.below(2) === 0) return undefined;
  const { model, epoch } = game;
  const send = () => game.send(game.operatorOf(t.provider), 'surrender', [t.agreement, t.slot]);
  if (isAsked(game, t)) {
    await expectRevert(send(), 'ChallengeOpen');
    return undefined;
  }
  const isLost = model.isFaulted(t.provider, epoch);
  await send();
  if (game.isDrawOpen(t.provider)) game.forfeited.add(t.provider);
  leave(game, t, Math.max(isLost ? slashEpochs : Math.floor(slashEpochs / 2), model.penaltySoFar(t, epoch)));
  return `${t.provider} surrenders ${t.agreement}/${t.slot}`;
};

/** Whether a challenge of the slot, of this tenure or an earlier one, is open. */
function isAsked({ challenges }: Game, { agreement, slot }: Tenure): boolean {
  return challenges.some(({ tenure }) => tenure.agreement === agreement && tenure.slot === slot);
}

/** A slot that never acknowledged a bundle goes without a slash. */
export const dismiss: Play = async (game) => {
  const { dice, epoch, model } = game;
  const t = dice.pick(game.running());
  const running = t && game.runningOf(t.agreement);
  const index = running?.bundles.findIndex(({ slots, isRetired }) => !isRetired && !slots.has(t!.slot)) ?? -1;
  const bundle = running?.bundles[index];
  if (t === undefined || running === undefined || bundle === undefined) return undefined;
  const sender = dice.pick([running.creator.address, running.session.address, game.operatorOf(t.heavy)])!;
  const send = () => game.send(sender, 'dismiss', [t.agreement, t.slot, index]);
  const isEarly = epoch < Math.max(bundle.epoch, t.start) + ackEpochs;
  const refusal = isEarly ? 'NotOverdue' : game.isDrawOpen(t.provider) ? 'DrawPending' : isAsked(game, t) ? 'ChallengeOpen' : undefined;
  if (refusal !== undefined) {
    await expectRevert(send(), refusal);
    return undefined;
  }
  await send();
  game.notices.delete(`${t.agreement}/${t.slot}`);
  model.vacate(t, 0, epoch);
  return `dismiss ${t.provider} from ${t.agreement}/${t.slot}`;
};

/** The slot is lost, and with it whatever notice there was. */
function leave(game: Game, t: Tenure, slashed: number, finder?: string): Vacancy {
  game.notices.delete(`${t.agreement}/${t.slot}`);
  return game.model.vacate(t, slashed, game.epoch, finder);
}

/** Somebody who is not yet in the agreement, has the stake, and asks a little less than the predecessor. */
function pickSuccessor(game: Game, slot: Tenure | Vacancy) {
  const quota = BigInt(game.runningOf(slot.agreement).quota);
  const price = slot.rent / quota - BigInt(game.dice.below(3)) * 7n;
  const rent = price * quota;
  const members = game.model.held().filter((t) => t.agreement === slot.agreement).map((t) => t.provider);
  const last = 'provider' in slot ? slot.provider : slot.from;
  const able = game.world.providers.filter(({ id }) => id !== last && !members.includes(id) && game.model.freeStake(id, game.epoch) >= rent * BigInt(stakeEpochs));
  const node = game.dice.pick(able);
  return node && { node, price, rent };
}

type Cause = 'fault' | 'notice' | 'hand-over';
const REFUSALS = ['SlotNotFaulted', 'DrawPending', 'HandOverTooSoon', 'NotProvenYet', 'ChallengeOpen'] as const;

/** Why the slot may change hands when `sender` asks for it, or the error. */
function causeOf(game: Game, t: Tenure, sender: string): Cause | (typeof REFUSALS)[number] {
  const { model, epoch } = game;
  if (model.isFaulted(t.provider, epoch) && epoch > t.start + faultRun) return 'fault';
  const from = game.notices.get(`${t.agreement}/${t.slot}`);
  const isNoticed = from !== undefined && game.period() >= from;
  if (isNoticed) return game.isDrawOpen(t.provider) ? 'DrawPending' : 'notice';
  if (sender !== game.operatorOf(t.provider)) return 'SlotNotFaulted';
  if (Math.floor(t.start / epochsPerPeriod) === game.period()) return 'HandOverTooSoon';
  if (!model.hasProved(t.provider, epoch)) return 'NotProvenYet';
  return isAsked(game, t) ? 'ChallengeOpen' : 'hand-over';
}

/** A hand-over keeps the notice: it is the slot's, not the provider's. */
function moveOut(game: Game, t: Tenure, cause: Cause): Vacancy {
  if (cause === 'fault') {
    if (game.isDrawOpen(t.provider)) game.forfeited.add(t.provider);
    return leave(game, t, slashEpochs);
  }
  if (cause === 'notice') game.notices.delete(`${t.agreement}/${t.slot}`);
  return game.model.vacate(t, game.model.penaltySoFar(t, game.epoch), game.epoch);
}

function isRefusal(cause: string): cause is (typeof REFUSALS)[number] {
  return REFUSALS.some((name) => name === cause);
}

export const replace: Play = async (game) => {
  const { dice, model, epoch, world } = game;
  const slot = dice.pick([...game.running(), ...model.vacancies.filter(({ end }) => epoch < end)]);
  const successor = slot && pickSuccessor(game, slot);
  if (slot === undefined || successor === undefined) return undefined;
  const isVacant = !('provider' in slot);
  const { agreement } = slot;
  const sender = isVacant || dice.below(2) === 0 ? address('repairer') : game.operatorOf(slot.provider);
  const cause = isVacant ? undefined : causeOf(game, slot, sender);
  // The bounty goes to whoever the successor names, or to the sender.
  const named = dice.below(3) === 0 ? address('reporter') : undefined;
  if (!isVacant) assert.equal(await isFaulted(world, game.nodeOf(slot.provider)), model.isFaulted(slot.provider, epoch));
  const { node, price, rent } = successor;
  const send = async () => replaceSlot(world, sender, await signSuccession(world, game.runningOf(agreement).opened, slot.slot, node, { price, ...(named && { repairer: named }) }));
  if (cause !== undefined && isRefusal(cause)) {
    await expectRevert(send(), cause);
    return undefined;
  }
  await send();
  const vacancy = isVacant ? slot : moveOut(game, slot, cause!);
  const parent = game.parents.get(node.id)!;
  model.fill(vacancy, { provider: node.id, parent, rent }, named ?? sender, epoch);
  game.rails.add([node.id, slot.heavy, parent].join('/'));
  return `replace (${cause ?? 'vacancy'}) by ${node.id} in ${agreement}/${slot.slot}`;
};

export const challenge: Play = async (game) => {
  const { dice, model, epoch } = game;
  const tenure = dice.pick(game.running());
  if (tenure === undefined) return undefined;
  const running = game.runningOf(tenure.agreement);
  const bundle = dice.below(running.bundles.length);
  const asked = running.bundles[bundle];
  if (asked === undefined) return undefined;
  const [batch, leaf] = [dice.below(asked.batches), dice.below(leavesOf(running.opened.terms))];
  const send = () => game.send(address('challenger'), 'challenge', [tenure.agreement, tenure.slot, bundle, batch, leaf]);
  const refusal = asked.isRetired ? 'AlreadyRetired' : asked.slots.has(tenure.slot) ? undefined : 'NotAcknowledged';
  if (refusal !== undefined) {
    await expectRevert(send(), refusal);
    return undefined;
  }
  const { challenge: number } = eventOf<{ challenge: bigint }>(await send(), game.world.market, 'Challenged');
  const amount = BigInt(game.world.parameters.bondUnits) * 10n ** 12n;
  model.bonds.set(number, { challenger: address('challenger'), amount });
  game.challenges.push({ number, running, tenure, bundle, batch, leaf, deadline: epoch + 1 + answerEpochs });
  return `challenge ${number} of ${tenure.agreement}/${tenure.slot}`;
};

export const answer: Play = async (game) => {
  const asked = game.dice.pick(game.challenges);
  if (asked === undefined) return undefined;
  const { number, running, tenure, bundle, batch, leaf, deadline } = asked;
  const { batches } = running.bundles[bundle]!;
  const tree = game.world.trees.get(`${running.id}/${bundle}`)!;
  const proof = tree.sample({ leafIndex: leaf, leaves: leavesOf(running.opened.terms), slot: tenure.slot, slots: running.n, batch, batches });
  const send = () => game.send(address('friend'), 'answer', [number, bytesToHex(proof)]);
  if (game.epoch >= deadline) {
    await expectRevert(send(), 'AnswerLate', [number, game.epoch, deadline]);
    return undefined;
  }
  await send();
  game.challenges.splice(game.challenges.indexOf(asked), 1);
  game.model.resolve(number, tenure.provider);
  return `${tenure.provider} answers challenge ${number}`;
};

export const endChallenge: Play = async (game) => {
  const asked = game.dice.pick(game.challenges);
  return asked === undefined ? undefined : endOf(game, asked);
};

/** Unanswered, of a provider that is still in the slot, in a running agreement, of a bundle that lives: the slot is lost. */
export async function endOf(game: Game, asked: Asked): Promise<string | undefined> {
  const { number, running, tenure, bundle, deadline } = asked;
  const send = () => game.send(address('friend'), 'endChallenge', [number]);
  if (game.epoch < deadline) {
    await expectRevert(send(), 'AnswerDue', [number, game.epoch, deadline]);
    return undefined;
  }
  const isLost = tenure.removedAt === undefined && game.epoch < tenure.end && !running.bundles[bundle]!.isRetired;
  const receipt = await send();
  assert.equal(eventOf<{ slotLost: boolean }>(receipt, game.world.market, 'ChallengeEnded').slotLost, isLost);
  if (isLost) {
    if (game.isDrawOpen(tenure.provider)) game.forfeited.add(tenure.provider);
    leave(game, tenure, slashEpochs, address('challenger'));
  }
  game.challenges.splice(game.challenges.indexOf(asked), 1);
  game.model.resolve(number);
  return `challenge ${number} ends${isLost ? `: ${tenure.provider} loses ${tenure.agreement}/${tenure.slot}` : ''}`;
}
