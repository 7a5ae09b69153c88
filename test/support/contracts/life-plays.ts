import assert from 'node:assert/strict';
import { release as sendRelease } from './life-acts.ts';
import { balanceOf } from './life-checks.ts';
import { RULES, type Game, type Play } from './life-game.ts';
import { acknowledge, close, commit, extend, grow, lock, open, release, renew, retire, takePot, takePotOf, topUp } from './life-plays-agreements.ts';
import { addStake, changeParent, queue, queueAmount, settle, settleRail, takeStake, takeStakeOf, withdraw, withdrawAccount, withdrawNode } from './life-plays-money.ts';
import { nextEpoch, prove, proveMany } from './life-plays-proofs.ts';
import { answer, challenge, dismiss, endChallenge, endOf, notice, replace, report, surrender } from './life-plays-slots.ts';

/** Every act of the market and the registry that moves money or time; what life is made of comes more than once. */
export const PLAYS: readonly Play[] = [
  open, open, commit, commit, acknowledge, acknowledge, retire, extend, renew, topUp, takePot, grow, lock, close, release, release,
  prove, prove, prove, proveMany, proveMany, nextEpoch, nextEpoch, nextEpoch,
  report, notice, surrender, dismiss, dismiss, replace, replace, replace, replace, replace, challenge, challenge, challenge, answer, endChallenge, endChallenge,
  settle, withdraw, changeParent, addStake, queue, takeStake,
];

/** Everything ends, and everybody takes what is theirs. */
export async function everybodyLeaves(game: Game): Promise<void> {
  const { world, model } = game;
  const ends = [...model.tenures, ...model.vacancies].map(({ end }) => end);
  await game.goTo(Math.max(game.epoch + 1, ...ends, ...game.challenges.map(({ deadline }) => deadline)));
  for (const asked of [...game.challenges]) await endOf(game, asked);
  for (const t of model.held()) {
    await sendRelease(world, { id: t.agreement }, [t.slot]);
    model.release(t, game.epoch);
  }
  for (const v of [...model.vacancies]) {
    await sendRelease(world, { id: v.agreement }, [v.slot]);
    model.dissolve(v);
  }
  for (const running of game.runnings) await takePotOf(game, running, model.pots.get(running.id) ?? 0n);
  for (const rail of game.rails) await settleRail(game, rail);
  await game.check('the last settlement');
  for (const node of game.nodes()) await withdrawNode(game, node);
  for (const account of game.accounts()) await withdrawAccount(game, account);
  for (const provider of world.providers) await queueAmount(game, provider, model.stakes.get(provider.id)!.free);
  await game.goTo(game.epoch + RULES.withdrawalEpochs);
  for (const provider of world.providers) await takeStakeOf(game, provider);
  await game.check('the last withdrawal');
  assert.equal(await balanceOf(world, world.market), 0n);
  assert.equal(await balanceOf(world, world.registry), 0n);
}
