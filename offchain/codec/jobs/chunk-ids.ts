import type { RecordKeys } from '../keys.ts';
import { chunkIdOf } from '../record.ts';
import type { Platform } from '../types.ts';

/** Chunks that lie back to back from the beginning of one buffer. */
export interface ChunkRun {
  readonly buffers: readonly [slab: Uint8Array];
  readonly sizes: Uint32Array;
  /** Null for public data. */
  readonly keys: RecordKeys | null;
}

/** The id of every chunk, 32 bytes each, packed. */
export async function chunkIds(platform: Platform, { buffers, sizes, keys }: ChunkRun): Promise<{ buffers: typeof buffers; ids: Uint8Array }> {
  const ids = new Uint8Array(32 * sizes.length);
  let at = 0;
  for (const [i, size] of sizes.entries()) {
    ids.set(await chunkIdOf(platform, keys, buffers[0].subarray(at, at + size)), 32 * i);
    at += size;
  }
  return { buffers, ids };
}
