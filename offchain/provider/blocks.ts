/** Network pieces are small; they are copied into blocks of this size, which are hashed and written as one. */
export const BLOCK_BYTES = 512 * 1024;
/** Blocks that wait for their next upload: 16 MiB. */
const FREE_MAX = 32;

const free: Uint8Array[] = [];

/**
 * A block of memory, with whatever was in it. Blocks are used again and again: memory outside of V8's heap counts with V8, which answers each
 * 64 MiB of it with a collection of all garbage, tens of milliseconds on two cores.
 */
export function takeBlock(): Uint8Array {
  return free.pop() ?? Buffer.allocUnsafeSlow(BLOCK_BYTES);
}

/** Nobody reads or writes it any more. */
export function giveBlock(block: Uint8Array): void {
  if (free.length < FREE_MAX) free.push(block);
}
