/** The size of a job in CPU-seconds: what this node's own processor takes for the same kernels. A worker's word is not asked. */
import { randomBytes } from 'node:crypto';
import { geometry } from '../../codec/geometry.ts';
import { nodePlatform } from '../../codec/platform-node.ts';
import { rebuildFragments } from '../../codec/rebuild-fragments.ts';
import { FragmentHasher } from '../../proof/fragment-hasher.ts';
import { LEAF_SIZE } from '../../proof/hash.ts';
import type { JobSpec, RebuildSpec } from '../../wire/jobs.ts';
import { JOB_SECONDS_LEAST } from './limits.ts';

export interface Calibration {
  secondsOf(spec: JobSpec): Promise<number>;
}

/** The run is this long at most, of each fragment, and scaled up: sizes are linear in bytes. */
const SAMPLE_BYTES = 256 * 1024;
/** The least of so many runs counts: whatever else the process does meanwhile only adds. */
const RUNS = 3;

export function createCalibration(): Calibration {
  /** CPU-seconds per byte of a fragment, by kernel and scheme. */
  const rates = new Map<string, Promise<number>>();
  const rate = (name: string, sizeBytes: number, run: () => Promise<void>): Promise<number> => {
    const known = rates.get(name) ?? measure(sizeBytes, run);
    rates.set(name, known);
    known.catch(() => rates.delete(name));
    return known;
  };

  return {
    async secondsOf(spec) {
      if (spec.kind === 'rebuild') {
        const { fragmentSize } = geometry(spec);
        const name = `${spec.k}+${spec.m}/${spec.wanted.length}`;
        const sizeBytes = Math.min(fragmentSize, SAMPLE_BYTES);
        return JOB_SECONDS_LEAST + fragmentSize * (await rate(name, sizeBytes, () => rebuildSample(spec, sizeBytes)));
      }
      const leaves = spec.kind === 'audit' ? spec.count : spec.leaves;
      return JOB_SECONDS_LEAST + leaves * LEAF_SIZE * (await rate('tree', SAMPLE_BYTES, () => hash(randomBytes(SAMPLE_BYTES))));
    },
  };
}

async function measure(sizeBytes: number, run: () => Promise<void>): Promise<number> {
  let least = Infinity;
  for (let i = 0; i < RUNS; i++) {
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, user + system);
  }
  return least / 1e6 / sizeBytes;
}

/** The whole way of a rebuild but for the network: proving k ranges, unsealing, recombining, sealing, hashing. */
async function rebuildSample({ k, m, batchLog2, wanted }: RebuildSpec, sizeBytes: number): Promise<void> {
  const whole = geometry({ k, m, batchLog2 });
  const shape = { ...whole, fragmentSize: sizeBytes, leaves: sizeBytes / LEAF_SIZE };
  const lost = wanted.map(({ slot }) => ({ slot, root: new Uint8Array(32) }));
  const sources = Array.from({ length: whole.n }, (_, slot) => ({ slot })).filter(({ slot }) => !lost.some((one) => one.slot === slot));
  const bytes = randomBytes(sizeBytes);
  const key = randomBytes(32);
  const order = {
    geometry: shape,
    wanted: lost,
    sources,
    keyOf: async () => key,
    async read(_source: { readonly slot: number }, { first, count }: { readonly first: number; readonly count: number }) {
      const range = bytes.subarray(first * LEAF_SIZE, (first + count) * LEAF_SIZE);
      await hash(range);
      return range;
    },
    failed(_source: unknown, error: unknown): never {
      throw error;
    },
  };
  // Random bytes meet no root: everything has been computed when that is found out.
  await rebuildFragments(nodePlatform, order).catch((error: { code?: string }) => {
    if (error.code !== 'WRONG_REBUILD') throw error;
  });
}

async function hash(bytes: Uint8Array): Promise<void> {
  const hasher = new FragmentHasher();
  hasher.update(bytes);
  hasher.finish();
}
