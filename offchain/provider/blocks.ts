import { PagePool } from '../store/page-pool.ts';

/** Network pieces are small; they are copied into blocks of this size, which are hashed and written as one. */
export const BLOCK_BYTES = 512 * 1024;

/** At most 16 MiB wait for their next upload. */
export const blocks = new PagePool({ blockBytes: BLOCK_BYTES, freeMax: 32 });
