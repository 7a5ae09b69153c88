import assert from 'node:assert/strict';
import { openAgreement } from '../../support/contracts/agreements.ts';
import { stakeOf, wealthOf } from '../../support/contracts/attack.ts';
import { emptyMarket, reverts } from '../../support/contracts/books.ts';
import { commitBundle } from '../../support/contracts/bundles.ts';
import { accountOf } from '../../support/contracts/evm.ts';
import { inWorld } from '../../support/contracts/in-world.ts';
import { runEpochs } from '../../support/contracts/proofs.ts';
import { replaceSlot, signSuccession } from '../../support/contracts/successions.ts';
import { goToEpoch, type World } from '../../support/contracts/world.ts';

/*
 * One person runs providers 0 and 4. Provider 0 has lost the data of its slot; provider 4 is to collect what is slashed for repair.
 */
const repairer = accountOf('own repairer');
const gangOf = (world: World) => ({ accounts: [repairer.address], nodes: [world.providers[0]!, world.providers[4]!] });
const OPTIONS = { providers: 5, parameters: { slashEpochs: 10, missAllowance: 6 } };

inWorld('vacancy reward collected by the loser\'s second identity: sixty of a hundred stay lost', OPTIONS, async (world) => {
  const agreement = await openAgreement(world, { periods: 4 });
  await commitBundle(world, agreement);
  const [loser] = world.providers;
  const rent = agreement.rents[0]!;
  const before = await wealthOf(world, gangOf(world));
  await goToEpoch(world, 2);
  await world.evm.send(loser!.operator.address, world.market, 'surrender', [agreement.id, 0]);
  await reverts('ProviderTwice', async () => replaceSlot(world, repairer.address, await signSuccession(world, agreement, 0, loser!)));
  await replaceSlot(world, repairer.address, await signSuccession(world, agreement, 0, world.providers[4]!));
  // Half of ten epochs of rent is slashed; the gang gets 25 + 15 % of it back, the creator 50 %, 10 % are burned.
  assert.equal((await wealthOf(world, gangOf(world))) - before, (-5n * rent * 60n) / 100n);
  await emptyMarket(world, [agreement], [repairer.address]);
});

inWorld('fault collected by the loser\'s second identity: sixty of a hundred stay lost, of twice as much', OPTIONS, async (world) => {
  const agreement = await openAgreement(world, { periods: 4 });
  await commitBundle(world, agreement);
  const rent = agreement.rents[0]!;
  const before = await wealthOf(world, gangOf(world));
  await runEpochs(world, 1, 5, world.providers.slice(1, 4));
  await goToEpoch(world, 5);
  await replaceSlot(world, repairer.address, await signSuccession(world, agreement, 0, world.providers[4]!));
  assert.equal((await wealthOf(world, gangOf(world))) - before, (-10n * rent * 60n) / 100n);
  await emptyMarket(world, [agreement], [repairer.address]);
});

inWorld('a slash beyond the stake: a provider that gambled its stake away leaves nothing to collect', { ...OPTIONS, stakeEpochs: 1, stake: 0n }, async (world) => {
  const rent = 10n ** 16n;
  for (const { id } of world.providers) await world.evm.send(world.treasury.address, world.registry, 'addStake', [id, rent]);
  const agreement = await openAgreement(world, { periods: 4 });
  await goToEpoch(world, 5);
  const before = await wealthOf(world, gangOf(world));
  await replaceSlot(world, repairer.address, await signSuccession(world, agreement, 0, world.providers[4]!));
  assert.equal(await stakeOf(world, world.providers[0]!), 0n);
  assert.equal((await wealthOf(world, gangOf(world))) - before, (-rent * 60n) / 100n);
  await emptyMarket(world, [agreement], [repairer.address]);
});
