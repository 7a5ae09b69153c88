import assert from 'node:assert/strict';
import { openAgreement, type OpenedAgreement } from '../../support/contracts/agreements.ts';
import { reverts } from '../../support/contracts/books.ts';
import { bitmap, commitBundle } from '../../support/contracts/bundles.ts';
import { inWorld } from '../../support/contracts/in-world.ts';
import { drawsOf, poke, proofFor, prove, runEpochs } from '../../support/contracts/proofs.ts';
import { replaceSlot, signSuccession } from '../../support/contracts/successions.ts';
import { goToEpoch, type World } from '../../support/contracts/world.ts';

/*
 * Provider 0 was silent until it is faulted, and has kept the bytes of some agreements only. Its accomplice takes the others off its list,
 * hoping that the draw of this epoch turns to what was kept.
 */
const OPTIONS = { providers: 6, epochsPerPeriod: 12, parameters: { faultRun: 3, missAllowance: 2 } };

async function faulted(world: World, periods: readonly number[]): Promise<OpenedAgreement[]> {
  const agreements: OpenedAgreement[] = [];
  for (const one of periods) {
    const agreement = await openAgreement(world, { periods: one });
    await commitBundle(world, agreement);
    agreements.push(agreement);
  }
  await goToEpoch(world, 13);
  assert.equal(await world.evm.read(world.market, 'isFaulted', [world.providers[0]!.id]), true);
  return agreements;
}

const slotsOf = (world: World) => world.evm.read<bigint>(world.market, 'slotCountOf', [world.providers[0]!.id]);

inWorld('a faulted provider\'s draw turned by an accomplice who takes a slot over: the draw is given up, and the slash is paid', OPTIONS, async (world) => {
  const agreements = await faulted(world, [4, 4, 4]);
  await poke(world);
  const [asked, proof] = [await drawsOf(world, world.providers[0]!), await proofFor(world, world.providers[0]!)];
  const victim = agreements.find(({ id }) => asked.some(({ agreement }) => agreement === id))!;
  await replaceSlot(world, world.treasury.address, await signSuccession(world, victim, 0, world.providers[4]!));
  assert.deepEqual(await drawsOf(world, world.providers[0]!), []);
  await reverts('NothingToProve', () => world.evm.send(world.treasury.address, world.market, 'prove', [world.providers[0]!.id, proof]));
  // The successor proves in this very epoch, and the next epoch asks the loser anew.
  await prove(world, world.providers[4]!);
  await goToEpoch(world, 14);
  await poke(world);
  assert.equal(await slotsOf(world), 2n);
  await prove(world, world.providers[0]!);
  assert.equal(await world.evm.read(world.market, 'isFaulted', [world.providers[0]!.id]), false);
});

inWorld('a faulted provider\'s draw turned by whoever releases an ended slot: the draw is given up; nobody can do so once it has proven', OPTIONS, async (world) => {
  const agreements = await faulted(world, [1, 4, 4]);
  await poke(world);
  assert.notDeepEqual(await drawsOf(world, world.providers[0]!).catch(() => 'prune'), []);
  await world.evm.send(world.treasury.address, world.market, 'release', [agreements[0]!.id, bitmap([0])]);
  assert.deepEqual(await drawsOf(world, world.providers[0]!), []);
  await runEpochs(world, 14, 15, world.providers.slice(0, 1));
  assert.equal(await world.evm.read(world.market, 'isFaulted', [world.providers[0]!.id]), false);
  await reverts('SlotNotFaulted', async () => replaceSlot(world, world.treasury.address, await signSuccession(world, agreements[1]!, 0, world.providers[4]!)));
});

inWorld('a faulted provider\'s draw turned by a challenge that ends in time: the draw is given up with the slot', { ...OPTIONS, parameters: { ...OPTIONS.parameters, answerEpochs: 2 } }, async (world) => {
  const agreement = await openAgreement(world, { periods: 4 });
  await commitBundle(world, agreement);
  const kept = await openAgreement(world, { periods: 4 });
  await commitBundle(world, kept);
  await world.evm.send(world.treasury.address, world.token, 'approve', [world.market.address, 10n ** 24n]);
  await world.evm.send(world.treasury.address, world.market, 'challenge', [agreement.id, 0, 0, 0, 0]);
  await goToEpoch(world, 6);
  await poke(world);
  await world.evm.send(world.treasury.address, world.market, 'endChallenge', [1n]);
  assert.deepEqual(await drawsOf(world, world.providers[0]!), []);
});
