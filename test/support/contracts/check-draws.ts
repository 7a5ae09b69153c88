import type { Contract, Evm } from './evm.ts';
import type { Draw } from './proofs.ts';

/** One slot in SamplingHarness. */
export interface Held {
  readonly agreement: number;
  readonly slot: number;
  /** Token units per epoch. */
  readonly rent: bigint;
}

const SENDER = '0x00000000000000000000000000000000000000aa';
const SEEDS_PER_CALL = 100;

/** One slot per rent, in agreements 1, 2, ...: 2+2, batches of 64 KiB, thus 128 leaves per fragment. */
export async function addSlots(evm: Evm, harness: Contract, rents: readonly bigint[], options: { batches?: number; endPeriod?: number } = {}): Promise<void> {
  const { batches = 10, endPeriod = 1000 } = options;
  for (const [i, rent] of rents.entries()) {
    await evm.send(SENDER, harness, 'setAgreement', [i + 1, 2, 2, 16, batches, endPeriod]);
    await evm.send(SENDER, harness, 'add', [{ agreement: i + 1, slot: i % 4, rent }, 0, false]);
  }
}

/** Five draws for each of the seeds first, first + 1, ...: sample 0 of the first seed, sample 1, ... */
export async function drawMany(evm: Evm, harness: Contract, { first, seeds }: { first: number; seeds: number }): Promise<Draw[]> {
  const draws: Draw[] = [];
  for (let done = 0; done < seeds; done += SEEDS_PER_CALL) {
    draws.push(...(await evm.read<Draw[]>(harness, 'draws', [first + done, Math.min(SEEDS_PER_CALL, seeds - done)])));
  }
  return draws;
}

/** Two classes to an octave of rent, from 2^33 on, by counting. */
export function classOf(rent: bigint): number {
  let octave = 0;
  while (rent >> BigInt(34 + octave) > 0n) octave += 1;
  return 2 * octave + (2n * rent >= 3n << BigInt(33 + octave) ? 1 : 0);
}

/** The upper end of a class. */
export function widthOf(size: number): bigint {
  return (size % 2 === 0 ? 3n : 4n) << BigInt(32 + Math.floor(size / 2));
}
