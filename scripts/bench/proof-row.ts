// The row `provider-proof`: see provider-proof.ts, which measures it.
import { type ProofRow, benchProviderProof } from './provider-proof.ts';
import { type BenchOptions, type BenchRow, round } from './row.ts';

const TIB = 10;
const QUICK_TIB = 0.1;

/** The slowest of the proofs that found nothing in memory. `one-second`: how many of it fit into the second that a proof may take. */
export async function proofRow({ isQuick, folder }: BenchOptions): Promise<BenchRow> {
  const { rows, notes } = await benchProviderProof({ tib: isQuick ? QUICK_TIB : TIB, folder });
  const cold = one(rows, 'provider-proof-cold');
  const warm = one(rows, 'provider-proof-warm');
  return {
    name: 'provider-proof',
    mbps: cold.mbps,
    threads: cold.threads,
    ratios: { 'one-second': round(cold.ratios['one-second']) },
    notes: {
      seconds: round(cold.seconds), medianSeconds: round(cold.medianSeconds), cpuSeconds: round(cold.cpuSeconds), warmSeconds: round(warm.seconds),
      ...Object.fromEntries(Object.entries(notes).map(([name, value]) => [name, typeof value === 'number' ? value : String(value)])),
    },
  };
}

function one(rows: readonly ProofRow[], name: ProofRow['name']): ProofRow {
  const row = rows.find((each) => each.name === name);
  if (row === undefined) throw new Error(`${name} was not measured`);
  return row;
}
