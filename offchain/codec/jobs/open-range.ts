import { verifyRange } from '../../proof/verify-range.ts';
import { fragmentKeyOf } from '../seal.ts';
import type { Platform } from '../types.ts';

/** Leaves of a sealed fragment as a provider sent them, and what they must be. */
export interface SealedRange {
  readonly buffers: readonly [data: Uint8Array];
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
  /** Leaves of the whole fragment, and the index of the first one here. */
  readonly leaves: number;
  readonly first: number;
  readonly batchKey: Uint8Array;
  readonly slot: number;
}

const LEAF_SIZE = 256;

/** Unseals the leaves in place when their proof is right. Otherwise `isRight` is false and the bytes stay as they were. */
export async function openRange(platform: Platform, range: SealedRange): Promise<{ buffers: SealedRange['buffers']; isRight: boolean }> {
  const { buffers, proof, root, leaves, first } = range;
  const [data] = buffers;
  const isRight = verifyRange({ root, leaves, first, data, proof });
  if (isRight) await platform.ctrInPlace({ key: await fragmentKeyOf(platform, range), offset: first * LEAF_SIZE })(data);
  return { buffers, isRight };
}
