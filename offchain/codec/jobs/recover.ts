import { reconstruct } from '../rs.ts';
import type { Platform } from '../types.ts';

/** The same range of k or more unsealed fragments, and room for the wanted ones. */
export interface Recovery {
  /** First those of `slots`, in their order, then those of `wanted`, to be filled; all of one length. */
  readonly buffers: readonly Uint8Array[];
  readonly slots: readonly number[];
  readonly k: number;
  readonly m: number;
  /** None of `slots`. */
  readonly wanted: readonly number[];
}

/** Fills the last buffers with the wanted slots' range. @throws ErasureError */
export async function recover(_platform: Platform, { buffers, slots, k, m, wanted }: Recovery): Promise<{ buffers: typeof buffers }> {
  const present = new Map(slots.map((slot, i) => [slot, buffers[i]!]));
  const into = new Map(wanted.map((slot, i) => [slot, buffers[slots.length + i]!]));
  reconstruct({ k, m, present, wanted, into });
  return { buffers };
}
