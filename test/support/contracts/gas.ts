import { openAgreement, type OpenOptions } from './agreements.ts';
import { uniformBundle } from './bundle-tree.ts';
import { bitmap, commitBundle } from './bundles.ts';
import { poke, prove, runEpochs } from './proofs.ts';
import { replaceSlot, signSuccession } from './successions.ts';
import { createWorld, currentEpoch, goToEpoch, type World } from './world.ts';

/** Gas of one act. `params` say what the act was measured at. */
export interface GasRow {
  readonly act: string;
  readonly params: Readonly<Record<string, number | boolean>>;
  readonly gas: number;
}

/** The default scheme at full size: fragments of 25.6 MiB. 40 of them are 1 GiB. */
const FULL: OpenOptions = { k: 10, m: 6, batchLog2: 28, quota: 8192, price: 10n ** 12n, periods: 8 };
const SLOTS = 16;
const BATCHES_PER_GIB = 40;
const ALL_SLOTS = bitmap(Array.from({ length: SLOTS }, (_, slot) => slot));

async function withWorld(measure: (world: World) => Promise<GasRow[]>, providers = SLOTS): Promise<GasRow[]> {
  // Judged at every opening and commit, and never failed: most of these providers prove only where it is measured.
  const world = await createWorld({ providers, heavies: 2, parameters: { healthBps: 1, healthEpochs: 6 } });
  try {
    await goToEpoch(world, 10);
    return await measure(world);
  } finally {
    await world.evm.close();
  }
}

/** Every provider proves the next epoch, so that later acts settle real pay. Ends at the start of the epoch after it. */
async function passEpoch(world: World): Promise<void> {
  const next = currentEpoch(world) + 1;
  await runEpochs(world, next, next + 1, world.providers.slice(0, SLOTS));
  await goToEpoch(world, next + 1);
}

/**
 * `open` is the steady state: the same parties have agreements with the same end, and pay to settle since the last one. The others: the first ever,
 * one more in the same epoch, one while the epoch's draw is known and not yet proven, one that ends when no other does.
 */
export function measureOpen(): Promise<GasRow[]> {
  return withWorld(async (world) => {
    const rows: GasRow[] = [];
    const open = async (act: string, options = FULL) => {
      const { receipt } = await openAgreement(world, options);
      rows.push({ act, params: { slots: SLOTS }, gas: receipt.gasUsed });
    };
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
    return rows;
  });
}

export function measureCommit(): Promise<GasRow[]> {
  return withWorld(async (world) => {
    const rows: GasRow[] = [];
    for (const batches of [1, 4096]) {
      const agreement = await openAgreement(world, FULL);
      const { receipt } = await commitBundle(world, agreement, { batches, build: uniformBundle });
      rows.push({ act: 'commit', params: { slots: SLOTS, batches }, gas: receipt.gasUsed });
    }
    return rows;
  });
}

/** The dearest of several epochs, for 1, 10 and 100 agreements of which the provider holds `gibPerAgreement` each. */
export function measureProve(gibPerAgreement: number, epochs = 8): Promise<GasRow[]> {
  return withWorld(async (world) => {
    const rows: GasRow[] = [];
    let opened = 0;
    for (const agreements of [1, 10, 100]) {
      for (; opened < agreements; opened += 1) {
        const agreement = await openAgreement(world, FULL);
        await commitBundle(world, agreement, { batches: gibPerAgreement * BATCHES_PER_GIB, build: uniformBundle });
      }
      let gas = 0;
      for (let i = 0; i < epochs; i += 1) {
        await goToEpoch(world, currentEpoch(world) + 1);
        await poke(world);
        gas = Math.max(gas, (await prove(world, world.providers[0]!)).gasUsed);
      }
      rows.push({ act: 'prove', params: { agreements, gibPerAgreement, samples: 5 }, gas });
    }
    return rows;
  });
}

/** Every epoch is proven by a real transaction; agreements end in different periods, so that rates drop on the way. */
export function measureSettle(): Promise<GasRow[]> {
  return withWorld(async (world) => {
    const rows: GasRow[] = [];
    const provider = world.providers[0]!;
    const rail = [provider.id, world.heavies[0]!.id, provider.parent];
    let opened = 0;
    for (const agreements of [1, 100]) {
      for (; opened < agreements; opened += 1) {
        await openAgreement(world, { ...FULL, periods: opened === 0 ? 12 : 1 + (opened % 12) });
      }
      await world.evm.send(world.treasury.address, world.market, 'settle', rail);
      for (const epochs of [1, 30, 360]) {
        const from = currentEpoch(world);
        await runEpochs(world, from, from + epochs, [provider]);
        await goToEpoch(world, from + epochs);
        const { gasUsed } = await world.evm.send(world.treasury.address, world.market, 'settle', rail);
        rows.push({ act: 'settle', params: { epochs, agreements }, gas: gasUsed });
      }
    }
    return rows;
  });
}

/** What a fault costs: nothing by itself, then one report, then one replacement. */
export function measureFaults(): Promise<GasRow[]> {
  return withWorld(async (world) => {
    const agreement = await openAgreement(world, FULL);
    await commitBundle(world, agreement, { batches: BATCHES_PER_GIB, build: uniformBundle });
    const [failing, ...honest] = world.providers.slice(0, SLOTS);
    await runEpochs(world, 11, 16, honest);
    await goToEpoch(world, 84);
    const report = await world.evm.send(world.treasury.address, world.market, 'reportMisses', [[failing!.id], 0]);
    const signed = await signSuccession(world, agreement, 0, world.providers[SLOTS]!, { price: FULL.price as bigint });
    const replaced = await replaceSlot(world, world.treasury.address, signed);
    return [
      { act: 'miss', params: {}, gas: 0 },
      { act: 'report-misses', params: { providers: 1 }, gas: report.gasUsed },
      { act: 'replace', params: { slots: 1 }, gas: replaced.gasUsed },
    ];
  }, SLOTS + 1);
}

export function measureEndings(): Promise<GasRow[]> {
  return withWorld(async (world) => {
    const agreement = await openAgreement(world, FULL);
    await passEpoch(world);
    const closed = await world.evm.send(world.creator.address, world.market, 'close', [agreement.id]);
    await goToEpoch(world, 84);
    const released = await world.evm.send(world.creator.address, world.market, 'release', [agreement.id, ALL_SLOTS]);
    const poked = await poke(world);
    return [
      { act: 'poke', params: {}, gas: poked.gasUsed },
      { act: 'close', params: { slots: SLOTS }, gas: closed.gasUsed },
      { act: 'release', params: { slots: SLOTS }, gas: released.gasUsed },
    ];
  });
}

/** Everything, in the order of an agreement's life. */
export async function measureAll(): Promise<GasRow[]> {
  const parts = [measureOpen, measureCommit, () => measureProve(1), () => measureProve(100), measureSettle, measureFaults, measureEndings];
  const rows: GasRow[] = [];
  for (const part of parts) rows.push(...(await part()));
  return rows;
}
