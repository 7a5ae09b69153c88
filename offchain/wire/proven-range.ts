/** Leaves of a stored fragment with the proof that they lie under its root: how heavy nodes and their workers read. */
import { rangeProofLength } from '../proof/range-shape.ts';
import { verifyRange } from '../proof/verify-range.ts';
import { requestBytes } from './http-client.ts';
import type { RequestOptions } from './http-client.ts';

const LEAF_BYTES = 256;
const NODE_BYTES = 32;

export interface RangeClaim {
  readonly root: Uint8Array;
  /** Leaves of the whole fragment. */
  readonly leaves: number;
  readonly first: number;
  readonly count: number;
}

export interface FragmentPlace {
  readonly endpoint: string;
  readonly agreement: number;
  readonly batchId: string;
  readonly slot: number;
}

/** What `count` leaves and their proof take. @throws ProofInputError when the fragment has no such run */
export function provenRangeBytes({ leaves, first, count }: Omit<RangeClaim, 'root'>): number {
  return count * LEAF_BYTES + rangeProofLength({ leaves, first, count }) * NODE_BYTES;
}

/** The leaves alone where `bytes` (leaves, then the siblings of their proof) prove them; else undefined. Never throws. */
export function provenLeaves(bytes: Uint8Array, { root, leaves, first, count }: RangeClaim): Uint8Array | undefined {
  const sizeBytes = count * LEAF_BYTES;
  if (bytes.length < sizeBytes) return undefined;
  const data = bytes.subarray(0, sizeBytes);
  const nodes = bytes.subarray(sizeBytes);
  const proof = Array.from({ length: Math.ceil(nodes.length / NODE_BYTES) }, (_, i) => nodes.subarray(i * NODE_BYTES, (i + 1) * NODE_BYTES));
  return verifyRange({ root, leaves, first, data, proof }) ? data : undefined;
}

/** Leaves and siblings as the provider sends them, unchecked. @throws RemoteError, TransportError */
export async function requestRange(place: FragmentPlace, claim: RangeClaim, options: RequestOptions = {}): Promise<Uint8Array> {
  const { endpoint, agreement, batchId, slot } = place;
  const { first, count } = claim;
  const url = `${endpoint}/agreements/${agreement}/batches/${batchId}/fragments/${slot}?first=${first}&count=${count}`;
  return (await requestBytes(url, { ...options, maxBytes: provenRangeBytes(claim) })).bytes;
}
