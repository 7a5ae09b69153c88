import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BenchNetwork, startNetwork } from '../../scripts/bench/network.ts';
import { writeRandomFile, writeSmallFiles } from '../../scripts/bench/samples.ts';

const MIB = 2 ** 20;
const LIMIT = 256 * MIB;
const BATCH_LOG2 = 24;

/** 5+3 instead of 10+6: as much memory for each batch, half the providers to wait for. */
let network: BenchNetwork;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-memory-'));
  network = await startNetwork({ folder: join(folder, 'network'), providers: 8, hosts: 1, scheme: { k: 5, m: 3 } });
  await network.rent({ spaceBytes: 1024 * MIB, batchLog2: BATCH_LOG2 });
}, 60_000);
afterAll(async () => {
  await network.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('a whole client process with batches of 16 MiB takes less than 256 MiB', () => {
  it('when it stores a file of twice as much', async () => {
    const path = await writeRandomFile(join(folder, 'large'), { seed: 'large', sizeBytes: 512 * MIB });
    const { peakBytes, batches } = await network.run({ home: 'large', name: 'large', path });
    expect(batches).toBeGreaterThan(32);
    expect(peakBytes).toBeLessThan(LIMIT);
  }, 60_000);

  it('when it stores ten thousand files', async () => {
    const path = await writeSmallFiles(join(folder, 'small'), { seed: 'small', count: 10_000, sizeBytes: 4096 });
    const { peakBytes } = await network.run({ home: 'small', name: 'small', path });
    expect(peakBytes).toBeLessThan(LIMIT);
  }, 60_000);
});
