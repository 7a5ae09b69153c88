import { bytesToHex, maxUint256 } from 'viem';
import { openAgreement, type OpenedAgreement } from './agreements.ts';
import { uniformBundle } from './bundle-tree.ts';
import { commitBundle, leavesOf, type CommittedBundle } from './bundles.ts';
import { BATCHES_PER_GIB, FULL, Meter, SLOTS, withWorld, type GasRow } from './gas-world.ts';
import { poke, runEpochs } from './proofs.ts';
import { replaceSlot, signSuccession } from './successions.ts';
import { currentEpoch, goToEpoch, type World } from './world.ts';

interface Scene {
  readonly world: World;
  readonly meter: Meter;
  readonly agreement: OpenedAgreement;
  readonly bundle: CommittedBundle;
}

const PRICE = FULL.price as bigint;

/** One agreement with 1 GiB in it and one provider too many, who may succeed. */
function withAgreement(act: (scene: Scene) => Promise<unknown>): Promise<GasRow[]> {
  return withWorld(async (world) => {
    const agreement = await openAgreement(world, FULL);
    const bundle = await commitBundle(world, agreement, { batches: BATCHES_PER_GIB, build: uniformBundle });
    const meter = new Meter(world);
    await act({ world, meter, agreement, bundle });
    return meter.rows;
  }, SLOTS + 1);
}

async function replaceWith({ world, meter, agreement }: Scene, cause: string, sender: `0x${string}` = world.treasury.address): Promise<void> {
  const signed = await signSuccession(world, agreement, 0, world.providers[SLOTS]!, { price: PRICE });
  meter.add(`replace-${cause}`, {}, await replaceSlot(world, sender, signed));
}

/** What a fault costs: nothing by itself, then reports, then one replacement. */
function measureFault(): Promise<GasRow[]> {
  return withAgreement(async (scene) => {
    const { world, meter } = scene;
    await runEpochs(world, 11, 16, world.providers.slice(2, SLOTS));
    await goToEpoch(world, world.epochsPerPeriod);
    meter.rows.push({ act: 'miss', params: {}, gas: 0 });
    await meter.call('report-misses', { providers: 1 }, { name: 'reportMisses', args: [[world.providers[1]!.id], 0] });
    const rest = world.providers.slice(2, SLOTS).map(({ id }) => id);
    await meter.call('report-misses', { providers: rest.length }, { name: 'reportMisses', args: [rest, 0] });
    await replaceWith(scene, 'faulted');
  });
}

/** In the period after the notice; the provider proves to the last. */
function measureNotice(): Promise<GasRow[]> {
  return withAgreement(async (scene) => {
    const { world, meter, agreement } = scene;
    await meter.call('give-notice', {}, { name: 'giveNotice', args: [agreement.id, 0], from: world.creator.address });
    await runEpochs(world, world.epochsPerPeriod, world.epochsPerPeriod + 1, world.providers.slice(0, SLOTS));
    await replaceWith(scene, 'under-notice');
  });
}

/** By the operator, after the proof of the epoch, a period after it took the slot. */
function measureHandOver(): Promise<GasRow[]> {
  return withAgreement(async (scene) => {
    const { world } = scene;
    await runEpochs(world, world.epochsPerPeriod, world.epochsPerPeriod + 1, world.providers.slice(0, SLOTS));
    await replaceWith(scene, 'handed-over', world.providers[0]!.operator.address);
  });
}

function measureSurrender(): Promise<GasRow[]> {
  return withAgreement(async (scene) => {
    const { world, meter, agreement } = scene;
    await runEpochs(world, 11, 12, world.providers.slice(0, SLOTS));
    await meter.call('surrender', {}, { name: 'surrender', args: [agreement.id, 0], from: world.providers[0]!.operator.address });
    await goToEpoch(world, 12);
    await replaceWith(scene, 'surrendered');
  });
}

/** A slot that never took a bundle, on the creator's word. */
function measureDismissal(): Promise<GasRow[]> {
  return withAgreement(async (scene) => {
    const { world, meter, agreement } = scene;
    const slots = Array.from({ length: SLOTS - 1 }, (_, i) => i + 1);
    const { bundle } = await commitBundle(world, agreement, { batches: BATCHES_PER_GIB, build: uniformBundle, slots });
    await goToEpoch(world, currentEpoch(world) + world.parameters.ackEpochs + 1);
    await meter.call('dismiss', {}, { name: 'dismiss', args: [agreement.id, 0, bundle], from: world.creator.address });
    await replaceWith(scene, 'dismissed');
  });
}

function measureChallenges(): Promise<GasRow[]> {
  return withAgreement(async (scene) => {
    const { world, meter, agreement, bundle } = scene;
    await world.evm.send(world.treasury.address, world.token, 'approve', [world.market.address, maxUint256]);
    await runEpochs(world, 11, 12, world.providers.slice(0, SLOTS));
    const target = { leafIndex: 5, leaves: leavesOf(agreement.terms), slot: 0, slots: SLOTS, batch: 7, batches: BATCHES_PER_GIB };
    const post = { name: 'challenge', args: [agreement.id, 0, bundle.bundle, target.batch, target.leafIndex] };
    await meter.call('challenge', {}, post);
    await meter.call('answer', {}, { name: 'answer', args: [1n, bytesToHex(bundle.tree.sample(target))] });
    await meter.call('challenge-again', {}, post);
    await goToEpoch(world, currentEpoch(world) + world.parameters.answerEpochs + 1);
    await poke(world);
    await meter.call('end-challenge', {}, { name: 'endChallenge', args: [2n] });
    await replaceWith(scene, 'challenged');
  });
}

export async function measureFaults(): Promise<GasRow[]> {
  const rows: GasRow[] = [];
  for (const part of [measureFault, measureNotice, measureHandOver, measureSurrender, measureDismissal, measureChallenges]) rows.push(...(await part()));
  return rows;
}
