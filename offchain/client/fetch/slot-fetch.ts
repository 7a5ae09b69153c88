/** One run of leaves from one provider, verified against the fragment's root and unsealed. */
import { toHex } from 'viem';
import { LEAF_SIZE } from '../../codec/geometry.ts';
import type { WorkerPool } from '../../codec/pool/pool.ts';
import { rangeProofLength } from '../../proof/range-shape.ts';
import { NODE_SIZE } from '../../proof/hash.ts';
import { TransportError, requestBytes } from '../../wire/http-client.ts';
import { WrongBytesError } from '../errors.ts';
import type { SlotHost } from './agreement-view.ts';

export interface LeafRun {
  readonly agreement: number;
  readonly batchId: Uint8Array;
  readonly sealKey: Uint8Array;
  /** Root of this slot's fragment. */
  readonly root: Uint8Array;
  /** Of the whole fragment. */
  readonly leaves: number;
  readonly first: number;
  readonly count: number;
}

export interface FetchedLeaves {
  /** Unsealed, in shared memory. */
  readonly bytes: Uint8Array;
  /** Of the transfer alone: what the threads of this machine took for proof and seal says nothing about the provider. */
  readonly timeMs: number;
}

/**
 * Leaves [first, first + count).
 * @throws WrongBytesError when they do not fit the root; RemoteError, TransportError, AbortedError
 */
export async function fetchLeaves(host: SlotHost, run: LeafRun, { pool, ...options }: { readonly pool: WorkerPool; readonly idleMs: number; readonly signal?: AbortSignal | undefined }): Promise<FetchedLeaves> {
  const { agreement, batchId, sealKey, root, leaves, first, count } = run;
  const url = `${host.endpoint}/agreements/${agreement}/batches/${toHex(batchId)}/fragments/${host.slot}?first=${first}&count=${count}`;
  const proofNodes = rangeProofLength({ leaves, first, count });
  const sizeBytes = count * LEAF_SIZE + proofNodes * NODE_SIZE;
  const startedMs = performance.now();
  const { bytes } = await requestBytes(url, { maxBytes: sizeBytes, isShared: true, ...options });
  if (bytes.length !== sizeBytes) throw new TransportError(url, `sent ${bytes.length} of ${sizeBytes} bytes`, { code: 'SHORT_REPLY' });
  const timeMs = performance.now() - startedMs;
  const data = bytes.subarray(0, count * LEAF_SIZE);
  const proof = Array.from({ length: proofNodes }, (_, i) => {
    const at = count * LEAF_SIZE + i * NODE_SIZE;
    return bytes.subarray(at, at + NODE_SIZE);
  });
  const { buffers, isRight } = await pool.run('openRange', { buffers: [data], proof, root, leaves, first, sealKey, batchId, slot: host.slot });
  if (!isRight) throw new WrongBytesError(host.provider, `leaves ${first} to ${first + count - 1} of a fragment`);
  return { bytes: buffers[0], timeMs };
}
