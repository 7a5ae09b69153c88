import assert from 'node:assert/strict';
import { openAgreement } from '../../support/contracts/agreements.ts';
import { commitBundle } from '../../support/contracts/bundles.ts';
import { assertShare } from '../../support/contracts/check-statistics.ts';
import { accountOf, type Contract } from '../../support/contracts/evm.ts';
import { inWorld } from '../../support/contracts/in-world.ts';
import { drawsOf, poke } from '../../support/contracts/proofs.ts';
import { currentEpoch, goToEpoch, type World } from '../../support/contracts/world.ts';

/*
 * The bias bound. A seed is fixed by the block of the first poke. A provider that lacks a share f passes with p = (1-f)^5. Whoever may choose
 * among b blocks passes with 1 - (1-p)^b: b = 1 when anybody honest pokes in the epoch's first block, which is not worse than no choice; b = 2
 * for a proposer who may skip that one block. Every other sender decides nothing: all pokes of one block give the same seed.
 */
const cheat = accountOf('cheat');
const LACKING = 32;
/** A quarter of 128 leaves. */
const PASSES = (1 - LACKING / 128) ** 5;
const EPOCHS = 150;

async function grinds(world: World, poker: Contract, blocks: number): Promise<boolean> {
  for (let i = 0; i < blocks; i += 1) {
    try {
      await world.evm.send(cheat.address, poker, 'pokeIfLucky', [world.market.address, world.providers[0]!.id, LACKING]);
      return true;
    } catch {
      // Unlucky in this block: nothing happened, the next one gives another seed.
    }
  }
  return false;
}

/** In how many epochs the draws spare the cheat, who has `blocks` blocks for itself before an honest poke comes. */
async function luckyEpochs(world: World, blocks: number): Promise<number> {
  const agreement = await openAgreement(world, { periods: 2 });
  await commitBundle(world, agreement);
  const poker = await world.evm.deploy('GrindingPoker');
  let lucky = 0;
  for (let epoch = 1; epoch <= EPOCHS; epoch += 1) {
    await goToEpoch(world, epoch);
    if (blocks > 0) await grinds(world, poker, blocks);
    await poke(world);
    // A failed transaction leaves the clock where it was; the honest poke counts all the same.
    assert.equal(currentEpoch(world), epoch);
    const draws = await drawsOf(world, world.providers[0]!);
    if (draws.every(({ isVoid, leaf }) => isVoid || leaf >= LACKING)) lucky += 1;
  }
  return lucky;
}

for (const blocks of [0, 1, 3]) {
  // The honest poke is one more block, and so one more chance.
  const odds = 1 - (1 - PASSES) ** (blocks + 1);
  inWorld(`seed grinding with ${blocks} blocks before the first honest poke passes ${(odds * 100).toFixed(0)} % of epochs, as 1-(1-p)^b says`, { epochsPerPeriod: 200, epochSeconds: 600 }, async (world) => {
    assertShare({ hits: await luckyEpochs(world, blocks), trials: EPOCHS, odds }, `${blocks} blocks`);
  });
}

inWorld('seed grinding after the first poke changes nothing, in its block or later', {}, async (world) => {
  await openAgreement(world);
  const poker = await world.evm.deploy('GrindingPoker');
  await goToEpoch(world, 1);
  await poke(world);
  const seed = await world.evm.read(world.market, 'seedOf', [1]);
  await world.evm.send(cheat.address, poker, 'pokeIfLucky', [world.market.address, world.providers[0]!.id, LACKING]);
  for (let i = 0; i < 3; i += 1) await poke(world);
  assert.equal(await world.evm.read(world.market, 'seedOf', [1]), seed);
});

inWorld('seed grinding by a proposer who skips one block: 59 % become 83 %, which is still less than the bytes saved', { parameters: { missAllowance: 4, penaltyEpochs: 2 } }, async (world) => {
  const { missAllowance, penaltyEpochs } = world.parameters;
  const epochs = 84;
  /** Pay of a period less penalties, as a share of the full pay, for a provider that lacks f. */
  const net = (f: number, blocks: number) => {
    const passes = 1 - (1 - (1 - f) ** 5) ** blocks;
    const misses = epochs * (1 - passes);
    return (epochs - misses - penaltyEpochs * Math.max(0, misses - missAllowance)) / epochs;
  };
  assert.equal(Math.round(100 * 0.9 ** 5), 59);
  assert.equal(Math.round(100 * (1 - (1 - 0.9 ** 5) ** 2)), 83);
  assert.ok(net(0.1, 1) < 0);
  // With a skip in every epoch that costs nothing, lacking f loses more than the share f of the rent that the bytes could save; only below
  // 5 % it could save more, and then at most 2.5 % of the rent, while every skip gives up a block's reward.
  for (const f of [0.05, 0.1, 0.2, 0.3, 0.5]) assert.ok(1 - net(f, 2) > f, `lacking ${f} earns ${net(f, 2)}`);
  for (const f of [0.01, 0.02, 0.03, 0.04]) assert.ok(f - (1 - net(f, 2)) < 0.025, `lacking ${f} earns ${net(f, 2)}`);
});
