import { availableParallelism } from 'node:os';
import { openNodePool } from '../codec/pool/pool-node.ts';
import type { Platform } from '../codec/types.ts';
import { LazyPool } from './lazy-pool.ts';

/** Node's threads, as many as cores, from the first large job on. */
export function nodePool(platform: Platform): LazyPool {
  const threads = availableParallelism();
  return new LazyPool({ platform, threads, sharesMemory: true, open: () => openNodePool({ threads }) });
}
