import assert from 'node:assert/strict';
import type { Hex } from 'viem';
import { Reverted } from './evm.ts';
import type { Game, Play } from './life-game.ts';
import { poke, proofFor, prove as sendProve } from './proofs.ts';
import type { NodeActor } from './world.ts';

/** The seed is fixed, and some providers prove, each alone. */
export const prove: Play = async (game) => {
  await pokeOnce(game);
  const done: string[] = [];
  for (const provider of due(game)) done.push(note(game, provider, await errorOf(sendProve(game.world, provider))));
  return done.length === 0 ? undefined : done.join(', ');
};

/** All in one transaction; those who cannot prove do not stop the others. */
export const proveMany: Play = async (game) => {
  await pokeOnce(game);
  const { evm, market, treasury } = game.world;
  const providers = due(game);
  if (providers.length === 0) return undefined;
  const proofs: Hex[] = [];
  for (const provider of providers) proofs.push(await proofOrNothing(game, provider));
  await evm.send(treasury.address, market, 'proveMany', [providers.map(({ id }) => id), proofs]);
  const done: string[] = [];
  for (const provider of providers) {
    const hasProved = await evm.read<boolean>(market, 'hasProved', [provider.id, game.epoch]);
    done.push(note(game, provider, hasProved ? undefined : await errorOf(sendProve(game.world, provider))));
  }
  return `many: ${done.join(', ')}`;
};

async function errorOf(call: Promise<unknown>): Promise<Reverted | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (error instanceof Reverted) return error;
    throw error;
  }
}

/** A draw that cannot be read cannot be answered either. */
async function proofOrNothing(game: Game, provider: NodeActor): Promise<Hex> {
  try {
    return await proofFor(game.world, provider);
  } catch (error) {
    if (error instanceof Reverted) return '0x';
    throw error;
  }
}

async function pokeOnce(game: Game): Promise<void> {
  if (game.isPoked) return;
  await poke(game.world);
  game.isPoked = true;
}

function due({ dice, world, model, epoch }: Game): NodeActor[] {
  return world.providers.filter(({ id }) => dice.below(3) > 0 && !model.hasProved(id, epoch));
}

/** Ended slots may spoil a draw, even those taken out in this epoch; nothing else may. */
function note({ model, epoch, forfeited }: Game, { id }: NodeActor, error: Reverted | undefined): string {
  const own = model.tenures.filter((t) => t.provider === id);
  const isHolding = own.some((t) => t.removedAt === undefined);
  const isSpoiled = forfeited.has(id) || own.some((t) => t.end <= epoch && (t.removedAt ?? epoch) === epoch);
  if (error !== undefined) {
    const allowed = [...(isSpoiled ? ['PruneFirst', 'NothingToProve'] : []), ...(isHolding ? [] : ['NothingToProve'])];
    assert.ok(allowed.includes(error.errorName), `provider ${id} in epoch ${epoch}: ${error.message}`);
    return `${id} cannot prove`;
  }
  assert.ok(!forfeited.has(id), `provider ${id} gave up epoch ${epoch} and proved it all the same`);
  model.prove(id, epoch);
  return `${id} proves`;
}

export const nextEpoch: Play = async (game) => {
  const steps = game.dice.below(8) === 0 ? game.dice.between(2, 4) : 1;
  await game.goTo(game.epoch + steps);
  return `${steps} epochs on`;
};
