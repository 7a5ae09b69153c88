/** Compression that does not spend time on what is dense already. */
import type { Method, Platform } from './types.ts';

export const ZSTD_LEVEL = 2;
export const GZIP_LEVEL = 6;
/** Below this zstd seldom gains a byte, and for a hundred thousand tiny files it costs more than all the rest. */
const COMPRESS_MIN_BYTES = 128;
const SAMPLE_WINDOWS = 64;
const SAMPLE_WINDOW_BYTES = 64;
const DENSE_BITS_PER_BYTE = 7.85;

/** The writer's choice. Every record says how it was made, so readers need not know. */
export interface Compression {
  readonly kind: 'zstd' | 'gzip' | 'none';
  /** zstd: 1 to 22; gzip: 1 to 9. */
  readonly level: number;
}

export const DEFAULT_COMPRESSION: Compression = { kind: 'zstd', level: ZSTD_LEVEL };
export const COMPRESSION_LEVELS = { zstd: { usual: ZSTD_LEVEL, max: 22 }, gzip: { usual: GZIP_LEVEL, max: 9 } } as const;

/** Bytes as they will be stored (before encryption), and how. */
export interface Coded {
  readonly method: Method;
  readonly bytes: Uint8Array;
}

/** Compressed when that shrinks the data, the very same array otherwise. */
export async function compress(platform: Platform, data: Uint8Array, { kind, level }: Compression = DEFAULT_COMPRESSION): Promise<Coded> {
  if (kind === 'none' || data.length < COMPRESS_MIN_BYTES || looksDense(data)) return { method: 0, bytes: data };
  const packed = kind === 'zstd' ? await platform.zstdCompress(data, level) : await platform.gzipCompress(data, level);
  return packed.length < data.length ? { method: kind === 'zstd' ? 1 : 2, bytes: packed } : { method: 0, bytes: data };
}

const COUNTS = new Uint32Array(256);
/** c * log2(c) for every count that a sample can have: a small file is judged as long as it is sealed otherwise. */
const COUNT_LOG_COUNT = Float64Array.from({ length: SAMPLE_WINDOWS * SAMPLE_WINDOW_BYTES + 1 }, (_, count) => (count === 0 ? 0 : count * Math.log2(count)));

/** Order-0 entropy of 4 KiB spread evenly over the data; shorter data is never judged, its sample would say nothing. */
export function looksDense(data: Uint8Array): boolean {
  const sampleBytes = SAMPLE_WINDOWS * SAMPLE_WINDOW_BYTES;
  if (data.length < sampleBytes) return false;
  const counts = COUNTS.fill(0);
  const step = (data.length - SAMPLE_WINDOW_BYTES) / (SAMPLE_WINDOWS - 1);
  for (let window = 0; window < SAMPLE_WINDOWS; window++) {
    const from = Math.floor(window * step);
    for (let i = 0; i < SAMPLE_WINDOW_BYTES; i++) counts[data[from + i]!]!++;
  }
  // The sum of -(c / N) * log2(c / N), with the logarithm of N taken out of it.
  let sum = 0;
  for (const count of counts) sum += COUNT_LOG_COUNT[count]!;
  return Math.log2(sampleBytes) - sum / sampleBytes > DENSE_BITS_PER_BYTE;
}
