import type { Compression } from '../compress.ts';
import type { RecordKeys } from '../keys.ts';
import { type SealedChunk, sealChunk } from '../record.ts';
import type { Platform } from '../types.ts';

/** Some of the chunks that lie in one buffer. */
export interface ChunkChoice {
  readonly buffers: readonly [slab: Uint8Array];
  readonly offsets: Uint32Array;
  readonly sizes: Uint32Array;
  /** 32 bytes for each. */
  readonly ids: Uint8Array;
  readonly keys: RecordKeys | null;
  /** zstd at its usual level when left out. */
  readonly compression?: Compression | undefined;
}

/** Compresses and encrypts each chunk where it lies. */
export async function sealChunks(platform: Platform, choice: ChunkChoice): Promise<{ buffers: ChunkChoice['buffers']; sealed: SealedChunk[] }> {
  const { buffers, offsets, sizes, ids, keys, compression } = choice;
  const sealed: SealedChunk[] = [];
  for (const [i, offset] of offsets.entries()) {
    const chunkId = ids.subarray(32 * i, 32 * i + 32);
    sealed.push(await sealChunk(platform, { keys, chunkId, compression, data: buffers[0].subarray(offset, offset + sizes[i]!) }));
  }
  return { buffers, sealed };
}
