/** From a batch's packed data to its sealed fragments and their roots. */
import { treeRoot } from '../proof/tree.ts';
import { join } from './bytes.ts';
import { hashLevel } from './kernels/keccak.ts';
import type { WorkerPool } from './pool/pool.ts';
import { fragmentKey } from './seal.ts';
import type { Geometry, Platform } from './types.ts';

const NODE_SIZE = 32;
/** A job covers this much of each fragment at most; a multiple of the 16 KiB subtrees and of the cipher's blocks. */
const RANGE_BYTES_MAX = 1 << 20;
const RANGE_ALIGN = 1 << 16;
/** Short ones: the caller's thread takes some, and gives nobody else anything to do meanwhile. */
const JOBS_PER_THREAD = 12;

/**
 * `fragments`: k filled with data, m of any content; all are sealed in place.
 * Returns the n fragment roots and the batch root.
 */
export async function encodeFragments(options: {
  readonly geometry: Geometry;
  readonly fragments: readonly Uint8Array[];
  readonly sealKey: Uint8Array;
  readonly batchId: Uint8Array;
  readonly platform: Platform;
  readonly pool: WorkerPool;
  readonly signal?: AbortSignal | undefined;
}): Promise<{ roots: Uint8Array[]; batchRoot: Uint8Array }> {
  const { geometry, fragments, sealKey, batchId, platform, pool, signal } = options;
  const { k, m, fragmentSize } = geometry;
  const keys = join(await Promise.all(fragments.map((_, slot) => fragmentKey(platform, { sealKey, batchId, slot }))));
  const width = rangeBytes(fragmentSize, pool.threads);
  const starts = Array.from({ length: Math.ceil(fragmentSize / width) }, (_, i) => i * width);
  const mustCopy = pool.threads > 0 && !pool.sharesMemory;
  const encode = async (start: number): Promise<Uint8Array[]> => {
    signal?.throwIfAborted();
    const pieces = fragments.map((fragment) => fragment.subarray(start, start + width));
    // Without shared memory the job works on copies: the pieces must stay here, other jobs need what lies beside them.
    const buffers = mustCopy ? pieces.map((piece) => new Uint8Array(piece)) : pieces;
    const done = await pool.run('encodeRange', { buffers, k, m, start, keys });
    if (mustCopy) done.buffers.forEach((bytes, slot) => pieces[slot]!.set(bytes));
    return done.subtrees;
  };
  const ranges: Uint8Array[][] = [];
  // Without other threads one after the other, so that an upload can be cancelled in between.
  if (pool.threads === 0) for (const start of starts) ranges.push(await encode(start));
  else ranges.push(...(await Promise.all(starts.map(encode))));
  const roots = fragments.map((_, slot) => rootOver(join(ranges.map((subtrees) => subtrees[slot]!))));
  return { roots, batchRoot: treeRoot(roots) };
}

function rangeBytes(fragmentSize: number, threads: number): number {
  const even = Math.ceil(fragmentSize / Math.max(1, threads * JOBS_PER_THREAD) / RANGE_ALIGN) * RANGE_ALIGN;
  return Math.min(RANGE_BYTES_MAX, even);
}

function rootOver(nodes: Uint8Array): Uint8Array {
  let level = nodes;
  while (level.length > NODE_SIZE) level = hashLevel(level);
  return level;
}
