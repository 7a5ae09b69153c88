import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { encodeFunctionData, toFunctionSelector, getAbiItem, type Abi } from 'viem';
import { openAgreement, propose, type OpenedAgreement } from '../support/contracts/agreements.ts';
import { emptyMarket, reverts } from '../support/contracts/books.ts';
import { commitBundle } from '../support/contracts/bundles.ts';
import { COUNTS_GAS } from '../support/contracts/counts-gas.ts';
import { accountOf, eventsOf } from '../support/contracts/evm.ts';
import { poke, proofFor, runEpochs } from '../support/contracts/proofs.ts';
import { replaceSlot, signSuccession } from '../support/contracts/successions.ts';
import { createWorld, goToEpoch, type Parameters, parametersOf, type TierOverrides, type World, type WorldOptions } from '../support/contracts/world.ts';

/*
 * repair-only mode: nothing promised, or no full epoch since -> healthy; too little proven -> open, commit and grow revert, proofs and
 *   replacements go on; clears itself by proofs, and by the end of what nobody proves
 * setParameters: strangers, out of bounds, before the delay -> reverts; after the delay -> in force
 * proveMany: lists of different lengths -> reverts; one bad proof stops no other
 */
const price = 10n ** 15n;
const PERIOD = 10;

describe('the network as a whole', () => {
  let world: World;
  afterEach(() => world.evm.close());

  const health = async () => {
    const [provenBps, isRepairOnly] = await world.evm.read<[bigint, boolean]>(world.market, 'networkHealth');
    return { provenBps, isRepairOnly };
  };
  const start = async (options: WorldOptions = {}): Promise<OpenedAgreement> => {
    world = await createWorld({ providers: 5, epochsPerPeriod: PERIOD, parameters: { healthBps: 6_000, healthEpochs: 4 }, ...options });
    assert.deepEqual(await health(), { provenBps: 10_000n, isRepairOnly: false });
    const agreement = await openAgreement(world, { price, periods: 3 });
    await commitBundle(world, agreement);
    return agreement;
  };

  it('counts proofs once the books are those of now: one period per proof, eight per seed', async () => {
    world = await createWorld({ providers: 4, epochsPerPeriod: PERIOD, parameters: { healthBps: 6_000, healthEpochs: 1 } });
    await commitBundle(world, await openAgreement(world, { price, periods: 14 }));
    const [late, ...others] = world.providers;
    const booked = () => world.evm.read<number>(world.registry, 'bookedPeriodOf', [late!.id]);
    const provenIn = async (epoch: number) => {
      await goToEpoch(world, epoch + 1);
      return (await health()).provenBps;
    };
    for (let period = 1; period < 4; period += 1) await runEpochs(world, period * PERIOD, period * PERIOD + 1, others);
    for (const [epoch, period, bps] of [[35, 1, 7_500n], [36, 2, 7_500n], [37, 3, 10_000n], [38, 3, 10_000n]] as const) {
      await runEpochs(world, epoch, epoch + 1, world.providers);
      assert.equal(await booked(), period);
      assert.equal(await provenIn(epoch), bps);
    }
    // Now nobody does anything for nine periods.
    const gas: number[] = [];
    for (const epoch of [125, 126]) {
      await goToEpoch(world, epoch);
      gas.push((await poke(world)).gasUsed);
    }
    if (COUNTS_GAS) assert.ok(gas.every((one) => one < 100_000), 'whoever fixes a seed pays for eight periods at most');
    for (let epoch = 127; epoch < 138; epoch += 1) await runEpochs(world, epoch, epoch + 1, world.providers);
    assert.equal(await booked(), 13);
    assert.equal(await provenIn(137), 10_000n);
  });

  it('has its own books brought on with those of a provider, where an act brings these on at once', async () => {
    world = await createWorld({ providers: 5, epochsPerPeriod: PERIOD, parameters: { healthBps: 6_000, healthEpochs: 1 } });
    const agreement = await openAgreement(world, { price, periods: 14 });
    await commitBundle(world, agreement);
    await runEpochs(world, 1, 2, world.providers.slice(0, 4));
    // Ten silent periods: the seed brings the network's books on by eight of them. A successor's begin now, and so must they.
    await goToEpoch(world, 105);
    await poke(world);
    const successor = world.providers[4]!;
    await replaceSlot(world, world.treasury.address, await signSuccession(world, agreement, 3, successor, { price }));
    await world.evm.send(world.treasury.address, world.market, 'prove', [successor.id, await proofFor(world, successor)]);
    assert.equal(await world.evm.read(world.registry, 'bookedPeriodOf', [successor.id]), 10);
    await goToEpoch(world, 106);
    assert.equal((await health()).provenBps, 2_500n);
  });

  it('only repairs while too little is proven, and recovers by proofs', async () => {
    const agreement = await start();
    const four = world.providers.slice(0, 4);
    await goToEpoch(world, 1);
    assert.equal((await health()).provenBps, 10_000n);
    await runEpochs(world, 1, 3, four);
    await runEpochs(world, 3, 6, four.slice(0, 2));
    await goToEpoch(world, 6);
    assert.deepEqual(await health(), { provenBps: 6_250n, isRepairOnly: false });
    await runEpochs(world, 6, 7, four.slice(0, 2));
    await goToEpoch(world, 7);
    assert.deepEqual(await health(), { provenBps: 5_000n, isRepairOnly: true });
    await reverts('RepairOnly', () => openAgreement(world, { price }));
    await reverts('RepairOnly', () => commitBundle(world, agreement));
    await reverts('RepairOnly', async () => {
      const { terms, offers } = await propose(world, { price, periods: 3 });
      await world.evm.send(world.creator.address, world.market, 'grow', [agreement.id, terms, offers, 2n ** 255n]);
    });
    const signed = await signSuccession(world, agreement, 3, world.providers[4]!, { price });
    await replaceSlot(world, world.treasury.address, signed);
    const healthy = [...four.slice(0, 3), world.providers[4]!];
    await runEpochs(world, 7, 9, healthy);
    await goToEpoch(world, 9);
    assert.deepEqual(await health(), { provenBps: 7_500n, isRepairOnly: false });
    await commitBundle(world, agreement);
    await emptyMarket(world, [agreement], [world.treasury.address]);
  });

  it('counts silent epochs as missed, and forgets what has ended', async () => {
    const agreement = await start();
    await goToEpoch(world, 2);
    assert.deepEqual(await health(), { provenBps: 0n, isRepairOnly: true });
    await goToEpoch(world, 29);
    await reverts('RepairOnly', () => openAgreement(world, { price }));
    await goToEpoch(world, 30);
    assert.deepEqual(await health(), { provenBps: 10_000n, isRepairOnly: false });
    await openAgreement(world, { price });
    await goToEpoch(world, 31);
    assert.equal((await health()).isRepairOnly, false);
    await emptyMarket(world, [agreement, { ...agreement, id: 2 }]);
  });

  it('changes parameters after the manager\'s delay, within bounds', async () => {
    await start({ parameters: { healthBps: 0 } });
    const { evm, market, manager, treasury } = world;
    const governor = accountOf('governor');
    const parameters = await evm.read(market, 'parameters');
    assert.deepEqual(parameters, parametersOf(world.parameters));
    const selector = toFunctionSelector(getAbiItem({ abi: market.abi as Abi, name: 'setParameters' }) as never);
    await evm.send(treasury.address, manager, 'setTargetFunctionRole', [market.address, [selector], 1n]);
    await evm.send(treasury.address, manager, 'grantRole', [1n, governor.address, 3600]);
    const changed = (change: Partial<Parameters>, tiers?: TierOverrides) => parametersOf({ ...world.parameters, ...change }, tiers);
    const call = (change: Partial<Parameters>) => encodeFunctionData({ abi: market.abi, functionName: 'setParameters', args: [changed(change)] });
    const set = (from: `0x${string}`, change: Partial<Parameters>, tiers?: TierOverrides) => evm.send(from, market, 'setParameters', [changed(change, tiers)]);
    await reverts('AccessManagedUnauthorized', () => set(accountOf('stranger').address, { faultRun: 5 }));
    await reverts('AccessManagerNotScheduled', () => set(governor.address, { faultRun: 5 }));
    await evm.send(governor.address, manager, 'schedule', [market.address, call({ faultRun: 5 }), 0]);
    await reverts('AccessManagerNotReady', () => set(governor.address, { faultRun: 5 }));
    await evm.goTo((await evm.now()) + 3601);
    await set(governor.address, { faultRun: 5 });
    assert.deepEqual(await evm.read(market, 'parameters'), changed({ faultRun: 5 }));
    await evm.send(treasury.address, manager, 'grantRole', [1n, treasury.address, 0]);
    const ofTiers = { missAllowance: 169, penaltyEpochs: 9, faultRun: 1, slashEpochs: 337, answerEpochs: 0 };
    const outside = { ...ofTiers, bondUnits: 0, ackEpochs: 0, graceEpochs: 337, healthBps: 9_001, healthEpochs: 7 };
    for (const [name, value] of Object.entries(outside)) await reverts('ParameterOutOfBounds', () => set(treasury.address, { [name]: value }));
    for (const tier of ['archival', 'edge']) for (const [name, value] of Object.entries(ofTiers)) await reverts('ParameterOutOfBounds', () => set(treasury.address, {}, { [tier]: { [name]: value } }));
  });

  it('proves for many at once; one bad proof stops no other', async () => {
    const agreement = await start();
    await goToEpoch(world, 1);
    await poke(world);
    const [a, b, c] = world.providers as [never, never, never];
    const proofs = [await proofFor(world, a), '0x00', await proofFor(world, c)];
    const ids = [a, b, c].map(({ id }: { id: number }) => id);
    const { evm, market, treasury } = world;
    await reverts('LengthsDiffer', () => evm.send(treasury.address, market, 'proveMany', [ids, proofs.slice(1)]));
    assert.equal(await evm.read(market, 'proveMany', [ids, proofs], treasury.address), 5n);
    const receipt = await evm.send(treasury.address, market, 'proveMany', [ids, proofs]);
    assert.deepEqual(eventsOf<{ provider: number }>(receipt, market, 'Proved').map(({ provider }) => provider), [ids[0], ids[2]]);
    const proved = await Promise.all(ids.map((id) => evm.read(market, 'hasProved', [id, 1])));
    assert.deepEqual(proved, [true, false, true]);
    await emptyMarket(world, [agreement]);
  });
});
