import assert from 'node:assert/strict';
import { it } from 'node:test';
import { formatEther } from 'viem';
import { openAgreement } from '../support/contracts/agreements.ts';
import { balanceOf, emptyMarket, owedTo, owedToNode } from '../support/contracts/books.ts';
import { commitBundle } from '../support/contracts/bundles.ts';
import { accountOf, eventOf } from '../support/contracts/evm.ts';
import { runEpochs } from '../support/contracts/proofs.ts';
import { replaceSlot, signSuccession } from '../support/contracts/successions.ts';
import { createWorld, goToEpoch, MILLI, type World } from '../support/contracts/world.ts';

/** The example of contracts/README.md, "One agreement in tokens": two weeks of 2+2 at the production's parameters. */
it('one agreement in tokens, as the README tells it', async () => {
  const parameters = { missAllowance: 4, penaltyEpochs: 2, faultRun: 12, slashEpochs: 84 };
  const world = await createWorld({ providers: 5, heavies: 1, epochsPerPeriod: 84, stakeEpochs: 168, parameters });
  try {
    await play(world);
  } finally {
    await world.evm.close();
  }
});

async function play(world: World): Promise<void> {
  const { evm, market, registry, creator, token } = world;
  const [a, b, c, d, e] = world.providers;
  const [reporter, repairer] = [accountOf('reporter').address, accountOf('repairer').address];
  const supply = () => evm.read<bigint>(token, 'totalSupply');
  const tokens = async (amount: Promise<bigint>) => formatEther(await amount);
  const before = await supply();

  const agreement = await openAgreement(world, { price: MILLI, feeBps: 150, periods: 2 });
  assert.equal(formatEther(agreement.cost), '6.72');
  assert.equal(await tokens(evm.read<bigint>(registry, 'requiredStake', [a!.id])), '1.68');
  await commitBundle(world, agreement);

  await runEpochs(world, 0, 10, [a!, b!, c!, d!]);
  await runEpochs(world, 10, 16, [a!, c!, d!]);
  await runEpochs(world, 16, 84, [a!, b!, c!, d!]);
  await goToEpoch(world, 84);
  const report = await evm.send(reporter, market, 'reportMisses', [world.providers.map(({ id }) => id), 0]);
  assert.equal(formatEther(eventOf<{ slashed: bigint }>(report, market, 'MissesReported').slashed), '0.04');
  assert.equal(await tokens(owedTo(world, reporter)), '0.004');

  await runEpochs(world, 84, 100, [a!, b!, c!, d!]);
  await runEpochs(world, 100, 112, [a!, b!, c!]);
  await goToEpoch(world, 112);
  const receipt = await replaceSlot(world, repairer, await signSuccession(world, agreement, 3, e!));
  assert.equal(formatEther(eventOf<{ slashed: bigint }>(receipt, market, 'Replaced').slashed), '0.84');
  assert.equal(await tokens(owedTo(world, creator.address)), '0.652');
  assert.equal(await tokens(owedTo(world, repairer)), '0.14');
  assert.equal(await tokens(owedToNode(world, e!.id)), '0.084');

  await runEpochs(world, 112, 168, [a!, b!, c!, e!]);
  await goToEpoch(world, 168);
  await emptyMarket(world, [agreement], [reporter, repairer]);
  assert.equal(await tokens(balanceOf(world, a!.payout)), '1.6548');
  assert.equal(await tokens(balanceOf(world, b!.payout)), '1.5957');
  assert.equal(await tokens(balanceOf(world, c!.payout)), '1.6548');
  assert.equal(await tokens(balanceOf(world, d!.payout)), '0.985');
  assert.equal(await tokens(balanceOf(world, e!.payout)), '0.6356');
  assert.equal(await tokens(balanceOf(world, world.heavies[0]!.payout)), '0.07848');
  assert.equal(formatEther(before - (await supply())), '0.13962');
  const spent = 10n ** 9n * 10n ** 18n - (await balanceOf(world, creator.address));
  assert.equal(formatEther(spent), '6.008');
}
