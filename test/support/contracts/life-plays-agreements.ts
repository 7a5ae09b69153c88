import { maxUint256 } from 'viem';
import { openAgreement, propose } from './agreements.ts';
import { uniformBundle } from './bundle-tree.ts';
import { commitBundle, signReceipts } from './bundles.ts';
import { accountOf } from './evm.ts';
import { signExtension } from './extensions.ts';
import { release as sendRelease } from './life-acts.ts';
import { expectRevert } from './life-checks.ts';
import { add, sum } from './life-ledger.ts';
import { RULES, type Game, type Play, type Running } from './life-game.ts';

const PRICE = 10 ** 15;
const { epochsPerPeriod, stakeEpochs } = RULES;
const friend = accountOf('friend').address;

const priceOf = ({ dice }: Game) => BigInt(dice.between(PRICE / 10, PRICE * 2));

export const open: Play = async (game) => {
  const { dice, model, epoch, world } = game;
  const [k, m, quota] = [dice.between(1, 2), dice.between(1, 2), dice.between(1, 5)];
  const able = world.providers.filter(({ id }) => model.freeStake(id, epoch) >= BigInt(PRICE * 2 * quota * stakeEpochs));
  if (able.length < k + m) return undefined;
  const providers = dice.shuffled(able).slice(0, k + m);
  const heavy = dice.pick(world.heavies)!.id;
  const feeBps = dice.between(0, 200);
  const { account, session } = dice.pick(game.creators)!;
  const price = providers.map(() => priceOf(game));
  const opened = await openAgreement(world, { k, m, quota, feeBps, heavy, providers, creator: account, price, periods: dice.between(1, 3) });
  const { id, endEpoch } = opened;
  game.runnings.push({ id, opened, creator: account, session, n: k + m, quota, bundles: [] });
  for (const [slot, provider] of providers.entries()) {
    game.take({ agreement: id, slot, creator: account.address, provider: provider.id, heavy, rent: opened.rents[slot]!, end: endEpoch, feeBps });
  }
  return `open ${id}`;
};

/** The creator, or its session key. */
function actor({ dice }: Game, { creator, session }: Running) {
  return dice.below(2) === 0 ? creator : session;
}

function pickAgreement(game: Game): Running | undefined {
  return game.dice.pick(game.runnings);
}

export const commit: Play = async (game) => {
  const { dice, model } = game;
  const running = game.pickRunning();
  if (running === undefined) return undefined;
  const { k, m } = running.opened.terms;
  const slots = model.held().filter((t) => t.agreement === running.id).map((t) => t.slot);
  const room = running.quota - running.bundles.reduce((used, { batches, isRetired }) => used + (isRetired ? 0 : batches), 0);
  const quorum = k + Math.ceil(m / 2);
  if (slots.length < quorum || room === 0) return undefined;
  const signed = dice.shuffled(slots).slice(0, dice.between(quorum, slots.length)).sort((a, b) => a - b);
  const batches = dice.between(1, room);
  await commitBundle(game.world, { ...running.opened, creator: actor(game, running) }, { batches, slots: signed, build: uniformBundle });
  running.bundles.push({ batches, slots: new Set(signed), epoch: game.epoch, isRetired: false });
  return `commit to ${running.id}`;
};

export const acknowledge: Play = async (game) => {
  const running = pickAgreement(game);
  const bundle = running === undefined ? -1 : game.dice.below(running.bundles.length);
  const { batches, slots } = running?.bundles[bundle] ?? { slots: new Set<number>() };
  const late = game.model.held().find((t) => t.agreement === running?.id && !slots.has(t.slot));
  if (running === undefined || batches === undefined || late === undefined) return undefined;
  const { root } = await game.world.evm.read<{ root: `0x${string}` }>(game.world.market, 'bundleOf', [running.id, bundle]);
  const receipt = await signReceipts(game.world, { agreement: running.id, bundle, root, batches }, [late.slot]);
  await game.send(friend, 'acknowledge', [running.id, bundle, late.slot, receipt]);
  slots.add(late.slot);
  return `${late.provider} acknowledges ${running.id}/${bundle}`;
};

export const retire: Play = async (game) => {
  const running = pickAgreement(game);
  const index = running === undefined ? -1 : game.dice.below(running.bundles.length);
  const bundle = running?.bundles[index];
  if (running === undefined || bundle === undefined) return undefined;
  const send = () => game.send(actor(game, running).address, 'retire', [running.id, index]);
  if (game.model.isLocked(running.id)) {
    await expectRevert(send(), 'AgreementLocked');
    return undefined;
  }
  if (bundle.isRetired) {
    await expectRevert(send(), 'AlreadyRetired', [running.id, index]);
    return undefined;
  }
  await send();
  bundle.isRetired = true;
  return `retire ${running.id}/${index}`;
};

/** The providers in place agree to one to three periods more. */
async function prolong(game: Game, running: Running, act: 'extend' | 'renew') {
  const slots = game.model.held().filter((t) => t.agreement === running.id);
  const end = game.endOf(running.id);
  const newEnd = end / epochsPerPeriod + game.dice.between(1, 3);
  const signatures = await signExtension(game.world, { agreement: running.id, newEnd, slots: slots.map(({ slot }) => slot).sort((a, b) => a - b) });
  const perPeriod = sum(game.slotsOf(running.id).map(({ rent }) => rent)) * BigInt(epochsPerPeriod);
  const cost = perPeriod * BigInt(newEnd - end / epochsPerPeriod);
  const isPoor = slots.some(({ provider }) => game.model.freeStake(provider, game.epoch) < 0n);
  const refusal = game.epoch + 1 >= end ? 'AgreementOver' : isPoor ? 'StakeTooLow' : undefined;
  return { newEnd, cost, perPeriod, refusal, send: () => game.send(friend, act, [running.id, newEnd, signatures]) };
}

export const extend: Play = async (game) => {
  const running = game.pickRunning();
  if (running === undefined) return undefined;
  const { newEnd, cost, refusal, send } = await prolong(game, running, 'extend');
  if (refusal !== undefined) {
    await expectRevert(send(), refusal);
    return undefined;
  }
  await send();
  if (game.model.extend(running.id, newEnd * epochsPerPeriod) !== cost) throw new Error('the extension cost something else');
  return `extend ${running.id} to period ${newEnd}`;
};

/** The creator allows the price or less, somebody fills the pot or not, somebody renews. */
export const renew: Play = async (game) => {
  const { dice, model } = game;
  const running = game.pickRunning();
  if (running === undefined) return undefined;
  const { newEnd, cost, perPeriod, refusal, send } = await prolong(game, running, 'renew');
  const [max, until] = [perPeriod - BigInt(dice.between(0, 1)), newEnd - dice.between(0, 1)];
  await game.send(running.creator.address, 'authoriseRenewal', [running.id, max, until]);
  if (dice.below(2) === 0) await topUpBy(game, running, cost);
  const pot = model.pots.get(running.id) ?? 0n;
  const expected = refusal ?? (max < perPeriod || until < newEnd ? 'RenewalNotAuthorised' : pot < cost ? 'PotShort' : undefined);
  if (expected !== undefined) {
    await expectRevert(send(), expected);
    return `refused with ${expected}: renew ${running.id}`;
  }
  await send();
  model.extend(running.id, newEnd * epochsPerPeriod);
  model.pots.set(running.id, pot - cost);
  return `renew ${running.id} to period ${newEnd}`;
};

async function topUpBy(game: Game, { id }: Running, amount: bigint): Promise<void> {
  await game.send(friend, 'topUp', [id, amount]);
  add(game.model.pots, id, amount);
}

export const topUp: Play = async (game) => {
  const running = pickAgreement(game);
  if (running === undefined) return undefined;
  await topUpBy(game, running, priceOf(game));
  return `top up ${running.id}`;
};

export const takePot: Play = async (game) => {
  const running = pickAgreement(game);
  const pot = game.model.pots.get(running?.id ?? 0) ?? 0n;
  if (running === undefined || pot === 0n) return undefined;
  if (game.model.isLocked(running.id) && game.epoch < game.endOf(running.id)) {
    await expectRevert(game.send(running.creator.address, 'takePot', [running.id, pot]), 'AgreementLocked');
    return undefined;
  }
  await takePotOf(game, running, pot / BigInt(game.dice.between(1, 3)));
  return `take the pot of ${running.id}`;
};

export async function takePotOf(game: Game, running: Running, amount: bigint): Promise<void> {
  await game.send(actor(game, running).address, 'takePot', [running.id, amount]);
  game.model.takePot(running.id, running.creator.address, amount);
}

export const grow: Play = async (game) => {
  const { dice, model, epoch } = game;
  const running = game.pickRunning();
  if (running === undefined) return undefined;
  const slots = model.held().filter((t) => t.agreement === running.id).sort((a, b) => a.slot - b.slot);
  const quota = dice.between(1, 3);
  const isPoor = slots.some(({ provider }) => model.freeStake(provider, epoch) < BigInt(PRICE * 2 * quota * stakeEpochs));
  if (slots.length < running.n || isPoor) return undefined;
  const { k, m, heavy, feeBps } = running.opened.terms;
  const providers = slots.map(({ provider }) => game.nodeOf(provider));
  const periods = game.endOf(running.id) / epochsPerPeriod - game.period();
  const price = slots.map(() => priceOf(game));
  const { terms, offers, creator } = await propose(game.world, { k, m, quota, feeBps, heavy, providers, creator: running.creator, price, periods });
  const send = () => game.send(creator.address, 'grow', [running.id, terms, offers, maxUint256]);
  if (model.isLocked(running.id)) {
    await expectRevert(send(), 'AgreementLocked');
    return undefined;
  }
  const busy = slots.find(({ provider }) => game.isDrawOpen(provider));
  if (busy !== undefined) {
    await expectRevert(send(), 'DrawPending', [busy.provider, epoch]);
    return undefined;
  }
  await send();
  for (const [slot, t] of slots.entries()) {
    const grown = model.grow(t, offers[slot]!.price * BigInt(quota), epoch);
    // A challenge is of whoever holds the slot since an epoch; that is the same one where it grows twice in one.
    if (t.start === epoch) game.follow(t, grown);
  }
  running.quota += quota;
  return `grow ${running.id}`;
};

/** Others may pay for it now without trusting the creator. */
export const lock: Play = async (game) => {
  const running = game.pickRunning();
  if (running === undefined || game.dice.below(4) > 0) return undefined;
  await game.send(running.creator.address, 'lock', [running.id]);
  game.model.lock(running.id);
  return `lock ${running.id}`;
};

export const close: Play = async (game) => {
  const running = game.pickRunning();
  if (running === undefined || game.endOf(running.id) <= (game.period() + 1) * epochsPerPeriod) return undefined;
  const send = () => game.send(running.creator.address, 'close', [running.id]);
  if (game.model.isLocked(running.id)) {
    await expectRevert(send(), 'AgreementLocked', [running.id, game.endOf(running.id) / epochsPerPeriod]);
    return undefined;
  }
  await send();
  game.model.close(running.id, game.epoch);
  return `close ${running.id}`;
};

export const release: Play = async (game) => {
  const { dice, model, epoch } = game;
  const one = dice.pick([...model.held(), ...model.vacancies].filter(({ end }) => epoch + 1 >= end));
  if (one === undefined) return undefined;
  const slots = () => sendRelease(game.world, { id: one.agreement }, [one.slot], sender);
  const operator = game.operatorOf('provider' in one ? one.provider : one.from);
  const sender = dice.below(2) === 0 ? operator : game.world.treasury.address;
  if (!('provider' in one)) {
    await slots();
    model.dissolve(one);
    return `dissolve the vacancy ${one.agreement}/${one.slot}`;
  }
  const { provider, end } = one;
  const isDue = epoch < end || (game.isPoked && model.rentIn(provider, epoch) > 0n);
  if (!model.hasProved(provider, epoch) && isDue) {
    // A faulted provider's draw is given up, whoever takes the slot off its list.
    if (epoch < end || (sender !== operator && !model.isFaulted(provider, epoch))) {
      await expectRevert(slots(), 'DrawPending', [provider, epoch]);
      return undefined;
    }
    game.forfeited.add(provider);
  }
  await slots();
  model.release(one, epoch);
  return `release ${one.agreement}/${one.slot}`;
};
