// usage: node scripts/bench/cpu/rows.ts [--quick]    The rows of all CPU stages, as JSON.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchOptions, BenchRow } from '../row.ts';
import { merkleRows } from './merkle.ts';
import { putRows } from './put.ts';
import { reedSolomonRows } from './reed-solomon.ts';

export async function cpuRows(options: BenchOptions): Promise<BenchRow[]> {
  return [...(await reedSolomonRows(options)), ...(await merkleRows(options)), ...(await putRows(options))];
}

if (process.argv[1] === import.meta.filename) {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  try {
    console.log(JSON.stringify({ rows: await cpuRows({ isQuick: process.argv.includes('--quick'), folder }) }, null, 2));
  } finally {
    await rm(folder, { recursive: true });
  }
}
