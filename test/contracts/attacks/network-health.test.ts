import assert from 'node:assert/strict';
import { openAgreement } from '../../support/contracts/agreements.ts';
import { adversary, stakeOf, wealthOf } from '../../support/contracts/attack.ts';
import { reverts } from '../../support/contracts/books.ts';
import { accountOf, eventsOf } from '../../support/contracts/evm.ts';
import { inWorld } from '../../support/contracts/in-world.ts';
import { runEpochs } from '../../support/contracts/proofs.ts';
import { replaceSlot, signSuccession } from '../../support/contracts/successions.ts';
import { goToEpoch, type World } from '../../support/contracts/world.ts';

/*
 * Providers 4 and 5 are the attacker's, and so is the creator of their agreement: as much rent as the rest of the network, nothing proven.
 */
const OPTIONS = { providers: 8, epochsPerPeriod: 12, stakeEpochs: 24, parameters: { healthBps: 6_000, healthEpochs: 4, missAllowance: 1, penaltyEpochs: 2, faultRun: 3, slashEpochs: 12 } };
const health = async (world: World) => (await world.evm.read<[bigint, boolean]>(world.market, 'networkHealth'))[1];

async function besieged(world: World) {
  const attacker = await adversary(world, 'attacker');
  const honest = await openAgreement(world, { periods: 6, quota: 10 });
  const empty = await openAgreement(world, { creator: attacker, periods: 6, k: 1, m: 1, quota: 20, feeBps: 0, providers: world.providers.slice(4, 6) });
  return { attacker, honest, empty };
}

inWorld('network-health griefing: half of the rent unproven stops new data; a period of it costs its owner nearly all the stake that stood for it', OPTIONS, async (world) => {
  const { empty } = await besieged(world);
  await runEpochs(world, 1, 6, world.providers.slice(0, 4));
  await goToEpoch(world, 6);
  assert.equal(await health(world), true);
  await reverts('RepairOnly', () => openAgreement(world));
  await goToEpoch(world, 12);
  const reporter = accountOf('reporter');
  const before = await stakeOf(world, world.providers[4]!);
  const receipt = await world.evm.send(reporter.address, world.market, 'reportMisses', [[world.providers[4]!.id, world.providers[5]!.id], 0]);
  // Eleven missed epochs, one allowed: twenty of the twenty-four epochs of rent that had to be staked.
  assert.equal(eventsOf(receipt, world.market, 'MissesReported').length, 2);
  assert.equal(before - (await stakeOf(world, world.providers[4]!)), 20n * empty.rents[0]!);
});

inWorld('network-health griefing ends by repair: anybody with a willing successor takes the unproven slots, is paid for it, and the mode clears', OPTIONS, async (world) => {
  const { empty } = await besieged(world);
  const repairer = accountOf('repairer');
  await runEpochs(world, 1, 6, world.providers.slice(0, 4));
  await goToEpoch(world, 6);
  assert.equal(await health(world), true);
  for (const slot of [0, 1]) await replaceSlot(world, repairer.address, await signSuccession(world, empty, slot, world.providers[6 + slot]!));
  // The attacker's own prepaid rent now pays those who prove.
  const bounty = await world.evm.read<bigint>(world.market, 'owedTo', [repairer.address]);
  assert.equal(bounty, (2n * 12n * empty.rents[0]! * 25n) / 100n);
  await runEpochs(world, 6, 10, [...world.providers.slice(0, 4), ...world.providers.slice(6)]);
  await goToEpoch(world, 10);
  assert.equal(await health(world), false);
  await openAgreement(world);
});

inWorld('network-health griefing by locked capital: rent that is opened behind a boundary\'s reports and never proven holds the mode, and costs stake and prepayment for that time only', { ...OPTIONS, parameters: { ...OPTIONS.parameters, missAllowance: 4, faultRun: 6 } }, async (world) => {
  const attacker = await adversary(world, 'attacker');
  const honest = await openAgreement(world, { periods: 6, quota: 10 });
  await runEpochs(world, 1, 8, world.providers.slice(0, 4));
  await goToEpoch(world, 8);
  const [creatorBefore, stakeBefore] = [await wealthOf(world, { accounts: [attacker.address] }), await stakeOf(world, world.providers[4]!)];
  // Two providers of the attacker's own; as much rent as all the rest; the last four epochs of the period.
  const empty = await openAgreement(world, { creator: attacker, periods: 1, k: 1, m: 1, quota: 40, feeBps: 0, providers: world.providers.slice(4, 6) });
  const rent = empty.rents[0]! + empty.rents[1]!;
  assert.equal(creatorBefore - (await wealthOf(world, { accounts: [attacker.address] })), 4n * rent);
  await runEpochs(world, 8, 11, world.providers.slice(0, 4));
  await goToEpoch(world, 11);
  assert.equal(await health(world), true);
  await runEpochs(world, 11, 12, world.providers.slice(0, 4));
  await goToEpoch(world, 12);
  assert.equal(await health(world), true);
  // Three misses are within the allowance: no stake is lost, and all of the prepayment comes back.
  await world.evm.send(attacker.address, world.market, 'reportMisses', [[world.providers[4]!.id, world.providers[5]!.id], 0]);
  await world.evm.send(attacker.address, world.market, 'release', [empty.id, 3n]);
  assert.equal(await stakeOf(world, world.providers[4]!), stakeBefore);
  assert.equal(await wealthOf(world, { accounts: [attacker.address] }), creatorBefore);
  // What it costs: capital of (stakeEpochs + 4) epochs of that rent, locked for four epochs. The mode ends with the proofs that follow.
  assert.equal(await world.evm.read(world.registry, 'requiredStake', [world.providers[4]!.id]), 0n);
  await runEpochs(world, 12, 15, world.providers.slice(0, 4));
  await goToEpoch(world, 15);
  assert.equal(await health(world), false);
  await openAgreement(world);
  assert.ok(honest.rents[0]! > 0n);
});
