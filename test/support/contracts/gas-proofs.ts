import { BATCHES_PER_BUNDLE_MAX } from '../../../offchain/wire/limits.ts';
import { openAgreement, type OpenOptions } from './agreements.ts';
import { uniformBundle } from './bundle-tree.ts';
import { commitBundle } from './bundles.ts';
import { BATCHES_PER_GIB, FULL, Meter, PAIR, UNLUCKY, withWorld, type GasRow } from './gas-world.ts';
import { poke, proofFor, prove } from './proofs.ts';
import { currentEpoch, goToEpoch, type World } from './world.ts';

const SAMPLES = 5;
/** Draws differ from epoch to epoch: the dearest of this many is what counts. */
const EPOCHS = 8;

interface Holding {
  readonly options: OpenOptions;
  readonly batches: number;
  readonly bundles?: number;
}

async function hold(world: World, { options, batches, bundles = 1 }: Holding): Promise<void> {
  const agreement = await openAgreement(world, options);
  for (let i = 0; i < bundles; i += 1) await commitBundle(world, agreement, { batches, build: uniformBundle });
}

/** Real accepted proofs of the first provider, one in each of the next epochs. */
async function proofs(world: World, epochs: number): Promise<number[]> {
  const gas: number[] = [];
  for (let i = 0; i < epochs; i += 1) gas.push(await proveAt(world, currentEpoch(world) + 1));
  return gas;
}

async function dearestProof(world: World): Promise<number> {
  return Math.max(...(await proofs(world, EPOCHS)));
}

/** 1, 10 and 100 agreements of the default scheme, `gibPerAgreement` of the creator's data in each. */
export function measureProve(gibPerAgreement: number): Promise<GasRow[]> {
  return withWorld(async (world) => {
    const rows: GasRow[] = [];
    let held = 0;
    for (const agreements of [1, 10, 100]) {
      for (; held < agreements; held += 1) await hold(world, { options: FULL, batches: gibPerAgreement * BATCHES_PER_GIB });
      rows.push({ act: 'prove', params: { agreements, gibPerAgreement, samples: SAMPLES }, gas: await dearestProof(world) });
    }
    return rows;
  });
}

/** The same with draws that are rejected as often as can be: twice per proof on average and never more than eight times, each time for one more cold storage word. */
export function measureProveUnlucky(): Promise<GasRow[]> {
  return withWorld(async (world) => {
    for (let held = 0; held < 100; held += 1) await hold(world, { options: UNLUCKY, batches: 100 * BATCHES_PER_GIB });
    const gas = await proofs(world, 10 * EPOCHS);
    const params = { agreements: 100, gibPerAgreement: 100, samples: SAMPLES };
    return [
      { act: 'prove-unlucky', params, gas: Math.round(gas.reduce((sum, one) => sum + one, 0) / gas.length) },
      { act: 'prove-unlucky-dearest', params, gas: Math.max(...gas) },
    ];
  });
}

/** 10 TiB in one agreement, in bundles as large as nodes accept, against a single such bundle: equally deep paths. */
export async function measureProveTebibytes(): Promise<GasRow[]> {
  const rows: GasRow[] = [];
  for (const bundles of [1, 25]) {
    const part = await withWorld(async (world) => {
      await hold(world, { options: { ...FULL, quota: 25 * BATCHES_PER_BUNDLE_MAX, price: 330n * 10n ** 9n }, batches: BATCHES_PER_BUNDLE_MAX, bundles });
      return [{ act: 'prove-large', params: { bundles, gib: Math.round((bundles * BATCHES_PER_BUNDLE_MAX) / BATCHES_PER_GIB) }, gas: await dearestProof(world) }];
    });
    rows.push(...part);
  }
  return rows;
}

/** Up to a thousand agreements whose paths are all equally deep. */
export function measureProveMany(): Promise<GasRow[]> {
  return withWorld(async (world) => {
    const rows: GasRow[] = [];
    let held = 0;
    for (const agreements of [1, 10, 100, 1000]) {
      for (; held < agreements; held += 1) await hold(world, { options: PAIR, batches: PAIR.quota! });
      rows.push({ act: 'prove-pairs', params: { agreements, samples: SAMPLES }, gas: await dearestProof(world) });
    }
    return rows;
  }, 2);
}

/** A provider that has opened nothing new for a year, and has proven all the time or not at all: a proof brings its promises forward by one period. */
export async function measureProveAged(): Promise<GasRow[]> {
  const rows: GasRow[] = [];
  for (const silent of [0, 52]) {
    const part = await withWorld(async (world) => {
      await hold(world, { options: { ...FULL, periods: 60 }, batches: 100 * BATCHES_PER_GIB });
      for (let period = silent + 1; period < 52; period += 1) await proveAt(world, period * world.epochsPerPeriod);
      const first = await proveAt(world, 52 * world.epochsPerPeriod);
      const next = await proveAt(world, 52 * world.epochsPerPeriod + 1);
      return [
        { act: silent === 0 ? 'prove-after' : 'prove-after-silence', params: { periods: 52 }, gas: first },
        { act: silent === 0 ? 'prove-after-next' : 'prove-after-silence-next', params: { periods: 52 }, gas: next },
      ];
    });
    rows.push(...part);
  }
  return rows;
}

async function proveAt(world: World, epoch: number): Promise<number> {
  await goToEpoch(world, epoch);
  await poke(world);
  return (await prove(world, world.providers[0]!)).gasUsed;
}

/** Many providers in one transaction, sent by anyone; per provider in the table. */
export function measureRelay(): Promise<GasRow[]> {
  return withWorld(async (world) => {
    const meter = new Meter(world);
    await hold(world, { options: FULL, batches: BATCHES_PER_GIB });
    for (const providers of [1, 4, 16]) {
      await goToEpoch(world, currentEpoch(world) + 1);
      if (providers === 1) meter.add('poke', {}, await poke(world));
      else await poke(world);
      const some = world.providers.slice(0, providers);
      const proofs: string[] = [];
      for (const provider of some) proofs.push(await proofFor(world, provider));
      await meter.call('prove-many', { providers }, { name: 'proveMany', args: [some.map(({ id }) => id), proofs] });
    }
    return meter.rows;
  });
}
