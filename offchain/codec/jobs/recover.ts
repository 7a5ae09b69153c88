import { reconstruct } from '../rs.ts';
import type { Platform } from '../types.ts';

/** The same range of k or more unsealed fragments; `slots[i]` says which one `buffers[i]` is. */
export interface Recovery {
  readonly buffers: readonly Uint8Array[];
  readonly slots: readonly number[];
  readonly k: number;
  readonly m: number;
  readonly wanted: readonly number[];
}

/** The same range of the wanted slots, in their order. @throws ErasureError */
export async function recover(_platform: Platform, { buffers, slots, k, m, wanted }: Recovery): Promise<{ buffers: typeof buffers; rebuilt: Uint8Array[] }> {
  const present = new Map(slots.map((slot, i) => [slot, buffers[i]!]));
  const rebuilt = reconstruct({ k, m, present, wanted });
  return { buffers, rebuilt: wanted.map((slot) => rebuilt.get(slot)!) };
}
