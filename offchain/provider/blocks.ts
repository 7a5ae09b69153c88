import { pageMemory } from '../store/page-memory.ts';

/** Network pieces are small; they are copied into blocks of this size, which are hashed and written as one. */
export const BLOCK_BYTES = 512 * 1024;
/** Blocks that wait for their next upload: 16 MiB. */
const FREE_MAX = 32;

/** Blocks that are allocated together. */
const SLAB_BLOCKS = 4;

const free: Uint8Array[] = [];

/**
 * A block of memory, with whatever was in it. Blocks are used again and again: memory outside of V8's heap counts with V8, which answers each
 * 64 MiB of it with a collection of all garbage, tens of milliseconds on two cores. They begin at pages, so that the disk reads them itself.
 */
export function takeBlock(): Uint8Array {
  const block = free.pop();
  if (block !== undefined) return block;
  const slab = pageMemory(SLAB_BLOCKS * BLOCK_BYTES);
  for (let i = 1; i < SLAB_BLOCKS; i++) giveBlock(slab.subarray(i * BLOCK_BYTES, (i + 1) * BLOCK_BYTES));
  return slab.subarray(0, BLOCK_BYTES);
}

/** Nobody reads or writes it any more. */
export function giveBlock(block: Uint8Array): void {
  if (free.length < FREE_MAX) free.push(block);
}
