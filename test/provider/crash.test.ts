import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hexToBytes } from 'viem';
import type { Hex } from 'viem';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleRootOf, packRoots, recomputedRoot, loadDescription, saveDescription } from '../../offchain/provider/bundle-description.ts';
import type { FragmentKey } from '../../offchain/provider/errors.ts';
import { FragmentFiles } from '../../offchain/provider/fragment-files.ts';
import { dropFragment, findFragment, markBad, storeFragment, sweep } from '../../offchain/provider/fragments.ts';
import type { Shelves } from '../../offchain/provider/fragments.ts';
import { readLeaf } from '../../offchain/provider/read-fragment.ts';
import { Scrubber } from '../../offchain/provider/scrub.ts';
import { isOnServer, noteServer } from '../../offchain/store/dialect.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { openNodeStore } from '../../offchain/store/open-node-store.ts';
import type { Store } from '../../offchain/store/open.ts';
import { verifyPath } from '../../offchain/proof/verify-path.ts';
import { FaultPlan, faultyStore } from '../support/faults.ts';
import type { FaultKind } from '../support/faults.ts';
import { FaultyFiles } from '../support/faulty-files.ts';
import type { CrashMode } from '../support/faulty-files.ts';
import { rootOf } from './network.ts';
import { keyOf, pattern, pieces } from './support.ts';

const SIZE = 80 * 256;
const HOME = '/provider';
const log = createLogger({ name: 'crash', write: () => undefined });
/** HOLDFAST_CRASH_SEEDS=50 tries as many ways of losing what was not synced. */
const SEEDS = Number(process.env['HOLDFAST_CRASH_SEEDS'] ?? 2);
const CRASHES: readonly CrashMode[] = ['lose', 'keep', ...Array.from({ length: SEEDS }, (_, i) => i + 1)];
interface Fault {
  readonly kind: FaultKind;
  /** What the next process finds after a cut. */
  readonly mode?: CrashMode;
}
const FAULTS: readonly Fault[] = [{ kind: 'EIO' }, { kind: 'ENOSPC' }, ...CRASHES.map((mode) => ({ kind: 'cut' as const, mode }))];

const bytesOf = (i: number) => pattern(`fragment ${i}`, SIZE);
const roots = Array.from({ length: 6 }, (_, i) => rootOf(bytesOf(i)));

let folder: string;
let store: Store;

beforeAll(async () => {
  folder = join(tmpdir(), `holdfast-crash-${randomUUID()}`);
  store = await openNodeStore({ home: folder, name: 'state' });
});
afterAll(async () => {
  await store.$disconnect();
  await rm(folder, { recursive: true });
});

/** A provider's store on a disk that can fail; `acknowledged` are the fragments that it has answered for. */
class World implements Shelves {
  readonly plan = new FaultPlan();
  layer = new FaultyFiles(this.plan);
  readonly store = faultyStore(store, this.plan);
  files!: FragmentFiles;
  readonly acknowledged = new Set<number>();

  constructor() {
    if (isOnServer(store)) noteServer(this.store);
  }

  async open(): Promise<void> {
    this.files = await FragmentFiles.open({ home: HOME, layer: this.layer });
    await sweep(this);
  }

  async put(i: number, fromBytes = 0): Promise<void> {
    const existing = await findFragment(this.store, keyOf(i));
    const incoming = { sizeBytes: SIZE, body: pieces(bytesOf(i).subarray(fromBytes), 3_000), fromBytes, expectedRoot: roots[i], isNew: existing === undefined };
    expect(await storeFragment(this, keyOf(i), incoming)).toBe(roots[i]);
    this.acknowledged.add(i);
  }

  /** An upload whose connection breaks after `sizeBytes`. */
  async breakOff(i: number, sizeBytes: number): Promise<void> {
    const body = pieces(bytesOf(i).subarray(0, sizeBytes), 3_000);
    await storeFragment(this, keyOf(i), { sizeBytes: SIZE, body, expectedRoot: roots[i] }).catch((error: unknown) => {
      if ((error as { code?: string }).code !== 'TRUNCATED_UPLOAD') throw error;
    });
  }

  markedOf(i: number): Promise<number> {
    return this.files.partials.marked({ ...keyOf(i), root: roots[i]! });
  }

  content(key: FragmentKey): Uint8Array | undefined {
    return this.layer.peek(this.files.pathOf(key));
  }

  /** Everything acknowledged is whole and provable; every row in service speaks the truth. */
  async check(): Promise<void> {
    for (const i of this.acknowledged) {
      expect(await findFragment(store, keyOf(i)), `fragment ${i}`).toMatchObject({ root: roots[i], bad: false });
      const { leaf, path } = await readLeaf(this.files, (await findFragment(store, keyOf(i)))!, 79);
      expect(verifyPath({ root: hexToBytes(roots[i]!), index: 79, size: 80, leaf, path })).toBe(true);
    }
    for (const row of await store.fragment.findMany({ where: { bad: false } })) {
      expect(rootOf(this.content({ ...keyOf(0), batchId: row.batchId as Hex }) ?? new Uint8Array(256))).toBe(row.root);
    }
  }

  /** After a start nothing lies about that has no use. */
  checkTidy(): void {
    for (const name of this.layer.names(join(HOME, 'incoming'))) expect(name).toMatch(/\.part(\.mark)?$/);
  }
}

interface Scenario {
  readonly name: string;
  /** Runs on a sound disk. */
  readonly prepare?: (world: World) => Promise<void>;
  /** Runs into the fault, and again after it: it must then come to its end. */
  readonly act: (world: World) => Promise<void>;
  readonly check?: (world: World) => Promise<void>;
  /** At least so many calls are there to fail. */
  readonly calls: number;
}

const described = packRoots([0, 1].map((i) => ({ batchId: keyOf(i).batchId, fragmentRoots: [roots[i]!, roots[5]!] })));
const description = { agreement: 1, root: bundleRootOf(described), bundle: 0, batches: described };

const scenarios: Scenario[] = [
  {
    name: 'putting fragments',
    prepare: (world) => world.put(0),
    act: async (world) => {
      await world.put(1);
      await world.put(2);
    },
    calls: 24,
  },
  {
    name: 'putting the first three at once',
    act: async (world) => {
      const results = await Promise.allSettled([0, 1, 2].map((i) => world.put(i)));
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    },
    calls: 32,
  },
  {
    name: 'resuming',
    prepare: async (world) => {
      await world.put(0);
      await world.breakOff(1, 9_000);
      expect(await world.markedOf(1)).toBe(9_000);
    },
    act: async (world) => {
      const from = world.acknowledged.has(1) ? 0 : await world.markedOf(1);
      expect([0, 9_000, 15_000]).toContain(from);
      await world.put(1, from);
      await world.breakOff(2, 15_000);
      await world.put(2, await world.markedOf(2));
    },
    calls: 40,
  },
  {
    name: 'healing',
    prepare: async (world) => {
      await world.put(0);
      await world.put(1);
      world.layer.damage(world.files.pathOf(keyOf(1)), (bytes) => bytes.fill(7, 50));
      await markBad(store, keyOf(1));
      world.acknowledged.delete(1);
    },
    act: (world) => world.put(1),
    calls: 14,
  },
  {
    name: 'replacing by other bytes',
    prepare: async (world) => {
      await world.put(0);
      await world.put(1);
      world.acknowledged.delete(1);
    },
    act: async (world) => {
      await storeFragment(world, keyOf(1), { sizeBytes: SIZE, body: pieces(bytesOf(5), 3_000), expectedRoot: roots[5] });
    },
    calls: 14,
  },
  {
    name: 'describing a bundle',
    prepare: async (world) => {
      await world.put(0);
      await world.put(1);
    },
    act: (world) => saveDescription(world.store, description),
    check: async () => {
      expect(recomputedRoot((await loadDescription(store, 1, description.root)) ?? [])).toBe(description.root);
    },
    calls: 3,
  },
  {
    name: 'dropping',
    prepare: async (world) => {
      for (const i of [0, 1, 2]) await world.put(i);
      world.acknowledged.delete(1);
    },
    act: (world) => dropFragment(world, keyOf(1)),
    calls: 3,
  },
  {
    name: 'the scrub mending a tree and finding a flip',
    prepare: async (world) => {
      for (const i of [0, 1, 2]) await world.put(i);
      world.layer.damage(world.files.treePathOf(keyOf(0)), (bytes) => bytes.fill(1, 40));
      world.layer.damage(world.files.pathOf(keyOf(1)), (bytes) => bytes.fill(1, 40, 41));
      await markBad(store, keyOf(2));
      world.acknowledged.delete(1);
      world.acknowledged.delete(2);
      world.files.trees.forget(world.files.pathOf(keyOf(0)));
    },
    act: async (world) => {
      await markBad(store, keyOf(1));
      const scrubber = new Scrubber({ ...world, files: world.files, store: world.store, traffic: { isBusy: false }, bytesPerTick: 10 * SIZE, pauseMs: 0, log });
      try {
        await scrubber.tick();
        expect(await findFragment(store, keyOf(2))).toMatchObject({ bad: false });
        expect(await findFragment(store, keyOf(1))).toMatchObject({ bad: true });
      } finally {
        await scrubber.close();
      }
    },
    check: async () => {
      expect(await findFragment(store, keyOf(1))).toMatchObject({ bad: true });
    },
    calls: 20,
  },
  {
    name: 'starting',
    prepare: async (world) => {
      for (const i of [0, 1, 2, 3]) await world.put(i);
      await world.breakOff(4, 9_000);
      await store.fragment.deleteMany({ where: { batchId: keyOf(2).batchId } });
      world.layer.erase(world.files.pathOf(keyOf(3)));
      for (const i of [2, 3]) world.acknowledged.delete(i);
    },
    act: async (world) => {
      await world.open();
      expect(await findFragment(store, keyOf(3))).toMatchObject({ bad: true });
      expect(world.content(keyOf(2))).toBeUndefined();
    },
    calls: 18,
  },
];

async function clear(): Promise<void> {
  await store.fragment.deleteMany();
  await store.bundleDescription.deleteMany();
  await store.fact.deleteMany();
}

/** One run with the fault at call `at`; false when it was never reached. */
async function run(scenario: Scenario, fault: Fault, at: number): Promise<boolean> {
  await clear();
  const world = new World();
  await world.open();
  await scenario.prepare?.(world);
  // What was prepared lies there since long ago.
  const settled = world.layer.crash('keep');
  world.layer = settled;
  await world.open();
  world.plan.arm(at, fault.kind);
  const outcome = await scenario.act(world).then(
    () => 'done',
    (error: unknown) => error,
  );
  const hasFired = world.plan.hasFired;
  world.plan.disarm();
  if (!hasFired) expect(outcome).toBe('done');
  if (fault.mode !== undefined && hasFired) {
    world.layer = world.layer.crash(fault.mode);
    await world.open();
    world.checkTidy();
  }
  await world.check();
  await scenario.act(world);
  await world.check();
  await scenario.check?.(world);
  world.layer = world.layer.crash('lose');
  await world.open();
  await world.check();
  world.checkTidy();
  return hasFired;
}

describe.each(scenarios)('$name', (scenario) => {
  it.each(FAULTS)('survives %o at every call', async (fault) => {
    let at = 1;
    while (await run(scenario, fault, at)) at += 1;
    expect(at).toBeGreaterThan(fault.kind === 'ENOSPC' ? 1 : scenario.calls);
  });
});
