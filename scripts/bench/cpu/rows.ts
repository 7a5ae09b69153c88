// usage: node scripts/bench/cpu/rows.ts [--quick]    The rows of all CPU stages, as JSON.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchOptions, BenchRow } from '../row.ts';
import { merkleRows } from './merkle.ts';
import { putRows } from './put.ts';
import { reedSolomonRows } from './reed-solomon.ts';

/** Rows that are measured together, because each is compared with the other. */
const STAGES = [
  { rows: reedSolomonRows, names: ['rs-encode', 'rs-rebuild'] },
  { rows: merkleRows, names: ['merkle-256'] },
  { rows: putRows, names: ['cpu-put-1', 'cpu-put-2'] },
] as const;

export async function* cpuRows(options: BenchOptions): AsyncGenerator<BenchRow, void> {
  for (const { rows, names } of STAGES) {
    if (names.some(options.wants)) yield* (await rows(options)).filter(({ name }) => options.wants(name));
  }
}

if (process.argv[1] === import.meta.filename) {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  try {
    const rows: BenchRow[] = [];
    for await (const one of cpuRows({ isQuick: process.argv.includes('--quick'), folder, wants: () => true })) rows.push(one);
    console.log(JSON.stringify({ rows }, null, 2));
  } finally {
    await rm(folder, { recursive: true });
  }
}
