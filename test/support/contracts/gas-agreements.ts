import { maxUint256 } from 'viem';
import { openAgreement, propose } from './agreements.ts';
import { uniformBundle } from './bundle-tree.ts';
import { commitBundle, signReceipts } from './bundles.ts';
import { accountOf } from './evm.ts';
import { signExtension } from './extensions.ts';
import { ALL_SLOTS, BATCHES_PER_GIB, FULL, Meter, passEpoch, SLOTS, withWorld, type GasRow } from './gas-world.ts';
import { behind, signPermit } from './life-permit.ts';
import { poke } from './proofs.ts';
import { currentEpoch, goToEpoch } from './world.ts';

const EVERY_SLOT = Array.from({ length: SLOTS }, (_, slot) => slot);

/**
 * `open` is the steady state: the same parties have agreements with the same end, and pay to settle since the last one. The others: the first ever,
 * one more in the same epoch, one while the epoch's draw is known and not yet proven, one that ends when no other does.
 */
export function measureOpen(): Promise<GasRow[]> {
  return withWorld(async (world) => {
    const meter = new Meter(world);
    const open = async (act: string, options = FULL) => meter.add(act, { slots: SLOTS }, (await openAgreement(world, options)).receipt);
    await open('open-first');
    await passEpoch(world);
    await openAgreement(world, FULL);
    await passEpoch(world);
    await open('open');
    await open('open-same-epoch');
    for (const act of ['open-unproven-first', 'open-unproven']) {
      await passEpoch(world);
      await poke(world);
      await open(act);
    }
    await passEpoch(world);
    await open('open-new-end', { ...FULL, periods: 9 });
    return meter.rows;
  });
}

/** One batch, 100 GiB, and the largest upload that fits the quota of an agreement; then what may follow. */
export function measureCommit(): Promise<GasRow[]> {
  return withWorld(async (world) => {
    const meter = new Meter(world);
    for (const batches of [1, 4096]) {
      const agreement = await openAgreement(world, FULL);
      const { receipt } = await commitBundle(world, agreement, { batches, build: uniformBundle });
      meter.add('commit', { slots: SLOTS, batches }, receipt);
    }
    const agreement = await openAgreement(world, FULL);
    const { tree } = await commitBundle(world, agreement, { batches: BATCHES_PER_GIB, build: uniformBundle, slots: EVERY_SLOT.slice(1) });
    const root = `0x${Buffer.from(tree.root).toString('hex')}` as const;
    const late = await signReceipts(world, { agreement: agreement.id, bundle: 0, root, batches: BATCHES_PER_GIB }, [0]);
    await meter.call('acknowledge', {}, { name: 'acknowledge', args: [agreement.id, 0, 0, late] });
    await meter.call('retire', {}, { name: 'retire', args: [agreement.id, 0], from: world.creator.address });
    return meter.rows;
  });
}

/** Longer, larger, paid by others, and by a key that may not do everything. */
export function measureRenewals(): Promise<GasRow[]> {
  return withWorld(async (world) => {
    const { creator, evm, market, token, treasury } = world;
    const meter = new Meter(world);
    const agreement = await openAgreement(world, FULL);
    const { id } = agreement;
    await commitBundle(world, agreement, { batches: BATCHES_PER_GIB, build: uniformBundle });
    await evm.send(treasury.address, token, 'approve', [market.address, maxUint256]);
    const end = FULL.periods!;
    const perPeriod = 2n * agreement.rents.reduce((sum, rent) => sum + rent, 0n) * BigInt(world.epochsPerPeriod);
    const consents = (newEnd: number) => signExtension(world, { agreement: id, newEnd, slots: EVERY_SLOT });

    await passEpoch(world);
    await meter.call('extend', { slots: SLOTS }, { name: 'extend', args: [id, end + 1, await consents(end + 1)] });
    await meter.call('top-up', {}, { name: 'topUp', args: [id, 4n * perPeriod] });
    await meter.call('authorise-renewal', {}, { name: 'authoriseRenewal', args: [id, perPeriod, end + 10], from: creator.address });
    await meter.call('renew', { slots: SLOTS }, { name: 'renew', args: [id, end + 2, await consents(end + 2)] });
    const key = '0x000000000000000000000000000000000000bEEF';
    await meter.call('set-session', {}, { name: 'setSession', args: [key, BigInt(evm.now() + 3600)], from: creator.address });
    await meter.call('take-pot', {}, { name: 'takePot', args: [id, 1n], from: key });
    // Without an allowance: two transactions, or one and a signature. The first time writes words that the next finds.
    const payer = accountOf('payer');
    await evm.send(treasury.address, token, 'transfer', [payer.address, 100n]);
    const topUp = { name: 'topUp', args: [id, 1n], from: payer.address };
    for (const time of [1, 2]) {
      await meter.call('approve', { time }, { name: 'approve', args: [market.address, 1n], to: token, from: payer.address });
      await meter.call('top-up-approved', { time }, topUp);
      const permit = await signPermit(world, { owner: payer, value: 1n });
      await meter.call('top-up-permitted', { time }, { name: 'permitAndCall', args: behind(permit, { ...topUp, to: market }), from: payer.address });
    }
    await passEpoch(world);
    const { terms, offers } = await propose(world, { ...FULL, quota: 100, periods: end + 2 });
    await meter.call('grow', { slots: SLOTS }, { name: 'grow', args: [id, terms, offers, maxUint256], from: creator.address });
    return meter.rows;
  });
}

export function measureEndings(): Promise<GasRow[]> {
  return withWorld(async (world) => {
    const meter = new Meter(world);
    const agreement = await openAgreement(world, FULL);
    await passEpoch(world);
    await meter.call('close', { slots: SLOTS }, { name: 'close', args: [agreement.id], from: world.creator.address });
    await goToEpoch(world, (Math.floor(currentEpoch(world) / world.epochsPerPeriod) + 1) * world.epochsPerPeriod);
    await meter.call('release', { slots: SLOTS }, { name: 'release', args: [agreement.id, ALL_SLOTS] });
    await meter.call('withdraw', {}, { name: 'withdraw', args: [], from: world.creator.address });
    return meter.rows;
  });
}
