import type { Compression } from '../compress.ts';
import type { RecordKeys } from '../keys.ts';
import { FINGERPRINT_BYTES, HEAD_BYTES, TAG_BYTES, sealChunk } from '../record.ts';
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

/** `SealedChunk`s, column by column: a slab may hold a thousand, and arrays of their own would cost each of them more than its encryption. */
export interface SealedChunks {
  readonly methods: Uint8Array;
  readonly bodySizes: Uint32Array;
  /** HEAD_BYTES of each; of TAG_BYTES each `tags`. Empty for public records. */
  readonly heads: Uint8Array;
  readonly tags: Uint8Array;
  readonly fingerprints: Uint8Array;
}

/** Compresses and encrypts each chunk where it lies. */
export async function sealChunks(platform: Platform, choice: ChunkChoice): Promise<{ buffers: ChunkChoice['buffers'] } & SealedChunks> {
  const { buffers, offsets, sizes, ids, keys, compression } = choice;
  const count = offsets.length;
  const methods = new Uint8Array(count);
  const bodySizes = new Uint32Array(count);
  const heads = new Uint8Array(keys === null ? 0 : HEAD_BYTES * count);
  const tags = new Uint8Array(keys === null ? 0 : TAG_BYTES * count);
  const fingerprints = new Uint8Array(FINGERPRINT_BYTES * count);
  for (const [i, offset] of offsets.entries()) {
    const chunkId = ids.subarray(32 * i, 32 * i + 32);
    const sealed = await sealChunk(platform, { keys, chunkId, compression, data: buffers[0].subarray(offset, offset + sizes[i]!) });
    methods[i] = sealed.method;
    bodySizes[i] = sealed.bodySize;
    fingerprints.set(sealed.fingerprint, FINGERPRINT_BYTES * i);
    if (keys === null) continue;
    heads.set(sealed.head, HEAD_BYTES * i);
    tags.set(sealed.tag, TAG_BYTES * i);
  }
  return { buffers, methods, bodySizes, heads, tags, fingerprints };
}
