import { hashSubtrees } from '../kernels/keccak.ts';
import { encodeParity } from '../rs.ts';
import type { Platform } from '../types.ts';

/** The same byte range of all n fragments of a batch: k filled with data, m to be filled. */
export interface FragmentRange {
  readonly buffers: readonly Uint8Array[];
  readonly k: number;
  readonly m: number;
  /** Where the range begins in the fragments; a multiple of 16 KiB. */
  readonly start: number;
  /** The fragments' seal keys, 32 bytes each, packed. */
  readonly keys: Uint8Array;
}

/** All fragments' pieces together stay in a core's second-level cache while they are coded, sealed and hashed. */
const CACHE_BYTES = 1 << 20;
const SUBTREE_BYTES = 16 * 1024;
const PIECE_BYTES_MAX = 64 * 1024;

/**
 * Computes parity, seals all fragments in place, and hashes them.
 * Returns the packed roots of the 16 KiB subtrees of each fragment's range.
 */
export async function encodeRange(platform: Platform, range: FragmentRange): Promise<{ buffers: FragmentRange['buffers']; subtrees: Uint8Array[] }> {
  const { buffers, k, m, start, keys } = range;
  const sizeBytes = buffers[0]?.length ?? 0;
  const seals = buffers.map((_, slot) => platform.ctrInPlace({ key: keys.subarray(32 * slot, 32 * slot + 32), offset: start }));
  const subtrees = buffers.map(() => new Uint8Array(32 * Math.ceil(sizeBytes / SUBTREE_BYTES)));
  const share = Math.floor(CACHE_BYTES / (k + m) / SUBTREE_BYTES) * SUBTREE_BYTES;
  const pieceBytes = Math.min(PIECE_BYTES_MAX, Math.max(SUBTREE_BYTES, share));
  for (let at = 0; at < sizeBytes; at += pieceBytes) {
    const pieces = buffers.map((fragment) => fragment.subarray(at, Math.min(at + pieceBytes, sizeBytes)));
    encodeParity({ k, m, data: pieces.slice(0, k), parity: pieces.slice(k) });
    // Together: where the cipher runs on a thread of its own, each wait for it costs more than its work.
    await Promise.all(pieces.map((piece, slot) => seals[slot]!(piece)));
    const roots = hashSubtrees(pieces);
    const perSlot = roots.length / pieces.length;
    pieces.forEach((_, slot) => subtrees[slot]!.set(roots.subarray(slot * perSlot, (slot + 1) * perSlot), (32 * at) / SUBTREE_BYTES));
  }
  return { buffers, subtrees };
}
