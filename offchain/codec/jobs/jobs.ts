/**
 * The work that a pool spreads over cores. Each takes a platform and one object of what structured cloning can copy. The arrays in
 * `buffers` are lent: the job may write to them, and they come back in the result (other arrays, where they had to be transferred).
 */
import { chunkIds } from './chunk-ids.ts';
import { encodeRange } from './encode-range.ts';
import { openChunk } from './open-chunk.ts';
import { openRange } from './open-range.ts';
import { recover } from './recover.ts';
import { sealChunks } from './seal-chunks.ts';

export const jobs = { chunkIds, encodeRange, openChunk, openRange, recover, sealChunks };

export type Jobs = typeof jobs;
export type JobName = keyof Jobs;
export type JobInput<N extends JobName> = Parameters<Jobs[N]>[1];
export type JobResult<N extends JobName> = Awaited<ReturnType<Jobs[N]>>;
