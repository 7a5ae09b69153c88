/** Which batch size suits how much space. */
import { BATCH_LOG2_MAX } from '../wire/limits.ts';

/** Every upload fills up its last batch, so a batch should be a small part of the space... */
const BATCHES_AT_MOST = 256;
/** ...and not so small that requests and receipts outweigh the bytes. */
const BATCH_LOG2_LEAST = 20;

/**
 * The smallest power of two, from 1 MiB to 256 MiB, that cuts the space into at most 256 batches: 1 MiB up to 256 MiB of space,
 * 16 MiB up to 4 GiB, 256 MiB from 32 GiB + 1 byte on.
 * @returns its logarithm
 */
export function batchLog2For(spaceBytes: bigint): number {
  let log2 = BATCH_LOG2_LEAST;
  while (log2 < BATCH_LOG2_MAX && spaceBytes > BigInt(BATCHES_AT_MOST) << BigInt(log2)) log2++;
  return log2;
}
