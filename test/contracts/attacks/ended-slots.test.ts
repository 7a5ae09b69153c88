import assert from 'node:assert/strict';
import { openAgreement, type OpenedAgreement } from '../../support/contracts/agreements.ts';
import { adversary } from '../../support/contracts/attack.ts';
import { reverts } from '../../support/contracts/books.ts';
import { bitmap, commitBundle } from '../../support/contracts/bundles.ts';
import { inWorld } from '../../support/contracts/in-world.ts';
import { poke, prove } from '../../support/contracts/proofs.ts';
import { goToEpoch } from '../../support/contracts/world.ts';

const COUNT = 30;

inWorld('ended slots left in lists: they cannot shield what runs, cost their opener three times what removing them costs, and anybody may remove them', { parameters: { faultRun: 20 } }, async (world) => {
  const attacker = await adversary(world, 'opener');
  const provider = world.providers[0]!;
  const lasting = await openAgreement(world, { periods: 4 });
  await commitBundle(world, lasting);
  const short: OpenedAgreement[] = [];
  for (let i = 0; i < COUNT; i += 1) short.push(await openAgreement(world, { creator: attacker, periods: 1 }));
  await goToEpoch(world, 6);
  await poke(world);
  // 30 of 31 slots have ended: some of five draws meets nothing else in 32 tries, in this epoch as in most.
  await reverts('PruneFirst', () => prove(world, provider));
  // In an open draw only the operator removes them, and gives up the epoch: nobody else moves its draw.
  await reverts('DrawPending', () => world.evm.send(attacker.address, world.market, 'release', [short[0]!.id, bitmap([0])]));
  await goToEpoch(world, 7);
  let gas = 0;
  for (const { id } of short) gas += (await world.evm.send(world.treasury.address, world.market, 'release', [id, bitmap([0, 1, 2, 3])])).gasUsed;
  await poke(world);
  await prove(world, provider);
  const opening = short.at(-1)!.receipt.gasUsed;
  assert.ok(gas / COUNT < opening / 3, `${gas / COUNT} gas to release four slots, ${opening} to open them`);
});

inWorld('ended slots: the operator that prunes in an open draw gives up that one epoch and no other', { parameters: { faultRun: 20 } }, async (world) => {
  const provider = world.providers[0]!;
  await openAgreement(world, { periods: 4 });
  const short = await openAgreement(world, { periods: 1 });
  await goToEpoch(world, 6);
  await poke(world);
  await world.evm.send(provider.operator.address, world.market, 'release', [short.id, bitmap([0])]);
  await reverts('NothingToProve', () => prove(world, provider));
  await goToEpoch(world, 7);
  await poke(world);
  await prove(world, provider);
  assert.equal(await world.evm.read(world.market, 'provenEpochs', [provider.id, 6, 8]), 1n);
});
