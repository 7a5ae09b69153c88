// usage: node scripts/bench/provider-proof.ts [--json] [--tib 10]   (a proof of 5 samples over a store of that size: disk and CPU, cold and warm)
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { encodeSample } from '../../offchain/proof/sample.ts';
import { showLeaf } from '../../offchain/provider/answer-draw.ts';
import { makeSparseShelf } from './sparse-shelf.ts';
import type { SparseDraw, SparseShelf } from './sparse-shelf.ts';

const TIB = 2 ** 40;
/** 256 MiB batches with k = 10. */
const FRAGMENT_BYTES = 104_857 * 256;
const AGREEMENTS = 100;
const BATCHES_PER_BUNDLE = 1_000;
const SAMPLES = 5;
const PROOFS = 40;

/** One line of the benchmark's table. `seconds`: the slowest proof; `ratios`: against the budget of one second. */
export interface ProofRow {
  readonly name: 'provider-proof-cold' | 'provider-proof-warm';
  readonly mbps: number;
  readonly threads: 1;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly medianSeconds: number;
  readonly ratios: { readonly 'one-second': number };
}

/** Builds the store, proves, removes it. */
export async function benchProviderProof(options: { readonly tib: number; readonly folder?: string }): Promise<{ rows: ProofRow[]; notes: Record<string, unknown> }> {
  const home = await mkdtemp(join(options.folder ?? tmpdir(), 'holdfast-proof-'));
  try {
    const bundlesPerAgreement = Math.max(1, Math.round((options.tib * TIB) / FRAGMENT_BYTES / AGREEMENTS / BATCHES_PER_BUNDLE));
    const shelf = await makeSparseShelf({ home, agreements: AGREEMENTS, bundlesPerAgreement, batchesPerBundle: BATCHES_PER_BUNDLE, sizeBytes: FRAGMENT_BYTES });
    const draws = [];
    for (let i = 0; i < PROOFS * SAMPLES; i++) draws.push(await shelf.draw(Math.random));
    const canDrop = dropCaches();
    const cold = await measure(shelf, draws, () => void dropCaches());
    const warm = await measure(shelf, draws, () => undefined);
    const notes = { bytes: shelf.bytes, fragments: shelf.fragments, databaseBytes: (await stat(join(home, 'state.db'))).size, isCold: canDrop, proofs: PROOFS, samples: SAMPLES };
    await shelf.store.$disconnect();
    return { rows: [row('provider-proof-cold', shelf, cold), row('provider-proof-warm', shelf, warm)], notes };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

interface Times {
  readonly seconds: number[];
  readonly cpuSeconds: number[];
}

async function measure(shelf: SparseShelf, draws: readonly SparseDraw[], before: () => void): Promise<Times> {
  const times: Times = { seconds: [], cpuSeconds: [] };
  for (let proof = 0; proof < PROOFS; proof++) {
    before();
    for (const { key } of draws) shelf.files.trees.forget(shelf.files.pathOf(key));
    const start = performance.now();
    const cpu = process.cpuUsage();
    for (const { wanted, committed } of draws.slice(proof * SAMPLES, (proof + 1) * SAMPLES)) encodeSample(await showLeaf(shelf, wanted, committed));
    const used = process.cpuUsage(cpu);
    times.seconds.push((performance.now() - start) / 1000);
    times.cpuSeconds.push((used.user + used.system) / 1e6);
  }
  return times;
}

function row(name: ProofRow['name'], shelf: SparseShelf, { seconds, cpuSeconds }: Times): ProofRow {
  const slowest = Math.max(...seconds);
  const median = [...seconds].sort((a, b) => a - b)[Math.floor(seconds.length / 2)] ?? slowest;
  // Bytes that one proof stands for, in the time of the slowest.
  return { name, mbps: Math.round(shelf.bytes / slowest / 1e6), threads: 1, seconds: slowest, medianSeconds: median, cpuSeconds: Math.max(...cpuSeconds), ratios: { 'one-second': 1 / slowest } };
}

/** Empties the kernel's caches; false where that is not allowed. */
function dropCaches(): boolean {
  try {
    execFileSync('sh', ['-c', 'sync; echo 3 > /proc/sys/vm/drop_caches'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, tib: { type: 'string', default: '10' } } });
  const result = await benchProviderProof({ tib: Number(values.tib) });
  if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  else {
    process.stdout.write(`${JSON.stringify(result.notes)}\n`);
    for (const { name, seconds, medianSeconds, cpuSeconds } of result.rows) process.stdout.write(`${name}: slowest ${seconds.toFixed(3)} s, median ${medianSeconds.toFixed(3)} s, CPU ${cpuSeconds.toFixed(3)} s\n`);
  }
}
