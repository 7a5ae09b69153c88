import assert from 'node:assert/strict';
import { bytesToHex } from 'viem';
import { leavesOf } from './bundles.ts';
import { accountOf, eventOf } from './evm.ts';
import { expectRevert, isFaulted } from './life-checks.ts';
import { RULES, type Asked, type Game, type Play } from './life-game.ts';
import type { Tenure, Vacancy } from './life-ledger.ts';
import { replaceSlot, signSuccession } from './successions.ts';

const { slashEpochs, stakeEpochs, faultRun, answerEpochs } = RULES;
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
  const isLost = game.model.isFaulted(t.provider, game.epoch);
  await game.send(game.operatorOf(t.provider), 'surrender', [t.agreement, t.slot]);
  if (game.isDrawOpen(t.provider) && !isLost) game.forfeited.add(t.provider);
  leave(game, t, isLost ? slashEpochs : Math.floor(slashEpochs / 2));
  return `${t.provider} surrenders ${t.agreement}/${t.slot}`;
};

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

/** Why the slot may change hands when `sender` asks for it, or the error. */
function causeOf(game: Game, t: Tenure, sender: string): 'fault' | 'notice' | 'hand-over' | 'SlotNotFaulted' | 'DrawPending' {
  if (game.model.isFaulted(t.provider, game.epoch) && game.epoch > t.start + faultRun) return 'fault';
  const from = game.notices.get(`${t.agreement}/${t.slot}`);
  const isNoticed = from !== undefined && game.period() >= from;
  if (!isNoticed && sender !== game.operatorOf(t.provider)) return 'SlotNotFaulted';
  if (game.isDrawOpen(t.provider)) return 'DrawPending';
  return isNoticed ? 'notice' : 'hand-over';
}

export const replace: Play = async (game) => {
  const { dice, model, epoch, world } = game;
  const slot = dice.pick([...game.running(), ...model.vacancies.filter(({ end }) => epoch < end)]);
  const successor = slot && pickSuccessor(game, slot);
  if (slot === undefined || successor === undefined) return undefined;
  const isVacant = !('provider' in slot);
  const { agreement } = slot;
  const sender = isVacant || dice.below(2) === 0 ? address('repairer') : game.operatorOf(slot.provider);
  const cause = isVacant ? 'vacancy' : causeOf(game, slot, sender);
  if (!isVacant) assert.equal(await isFaulted(world, game.nodeOf(slot.provider)), model.isFaulted(slot.provider, epoch));
  const { node, price, rent } = successor;
  const send = async () => replaceSlot(world, sender, await signSuccession(world, game.runningOf(agreement).opened, slot.slot, node, { price }));
  if (cause === 'SlotNotFaulted' || cause === 'DrawPending') {
    await expectRevert(send(), cause);
    return undefined;
  }
  await send();
  const vacancy = isVacant ? slot : leave(game, slot, cause === 'fault' ? slashEpochs : 0);
  const parent = game.parents.get(node.id)!;
  model.fill(vacancy, { provider: node.id, parent, rent }, sender, epoch);
  game.rails.add([node.id, slot.heavy, parent].join('/'));
  return `replace (${cause}) by ${node.id} in ${agreement}/${slot.slot}`;
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
  const isFaulty = game.model.isFaulted(tenure.provider, game.epoch);
  const receipt = await send();
  assert.equal(eventOf<{ slotLost: boolean }>(receipt, game.world.market, 'ChallengeEnded').slotLost, isLost);
  if (isLost) {
    if (game.isDrawOpen(tenure.provider) && !isFaulty) game.forfeited.add(tenure.provider);
    leave(game, tenure, slashEpochs, address('challenger'));
  }
  game.challenges.splice(game.challenges.indexOf(asked), 1);
  game.model.resolve(number);
  return `challenge ${number} ends${isLost ? `: ${tenure.provider} loses ${tenure.agreement}/${tenure.slot}` : ''}`;
}
