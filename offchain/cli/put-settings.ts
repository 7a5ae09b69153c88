/** How `holdfast put` is to cut and compress. */
import type { Chunking } from '../codec/chunk.ts';
import { COMPRESSION_LEVELS, type Compression } from '../codec/compress.ts';
import { UsageError } from './errors.ts';
import { formatBytes, parseCount, parseSize } from './units.ts';

const CHUNK_MIN_BYTES = 64 << 10;
const CDC_MAX_BYTES = 1 << 20;
const FIXED_MAX_BYTES = 4 << 20;

/** "zstd", "zstd:19", "gzip:9", "none". @throws UsageError */
export function parseCompression(text: string): Compression {
  const [kind = '', level, ...rest] = text.split(':');
  if (rest.length === 0 && kind === 'none' && level === undefined) return { kind, level: 0 };
  if (rest.length > 0 || (kind !== 'zstd' && kind !== 'gzip')) throw new UsageError(`"${text}" is no compression.`, 'Write zstd, gzip or none, with a level behind a colon: zstd:1 to zstd:22, gzip:1 to gzip:9.');
  const { usual, max } = COMPRESSION_LEVELS[kind];
  return { kind, level: level === undefined ? usual : parseCount(level, { what: `a level of ${kind}`, max }) };
}

/** "cdc", "cdc:256KiB", "fixed:4MiB". @throws UsageError */
export function parseChunking(text: string): Exclude<Chunking, string> {
  const [kind, size, ...rest] = text.split(':');
  if (rest.length > 0 || (kind !== 'cdc' && kind !== 'fixed')) throw new UsageError(`"${text}" is no way to cut.`, 'Write cdc or fixed, with a size behind a colon, for example cdc:256KiB or fixed:4MiB.');
  const sizeBytes = size === undefined ? 1 << 20 : Number(parseSize(size));
  const max = kind === 'cdc' ? CDC_MAX_BYTES : FIXED_MAX_BYTES;
  const isPossible = sizeBytes >= CHUNK_MIN_BYTES && sizeBytes <= max && (kind === 'fixed' || Number.isInteger(Math.log2(sizeBytes)));
  if (!isPossible) throw new UsageError(`Chunks of ${size} are not possible.`, `Take ${kind === 'cdc' ? 'a power of two from' : 'anything from'} ${formatBytes(CHUNK_MIN_BYTES)} to ${formatBytes(max)}.`);
  return { kind, sizeBytes };
}
