/** One run of leaves from one provider, verified against the fragment's root. */
import { toHex } from 'viem';
import { LEAF_SIZE } from '../../codec/geometry.ts';
import { rangeProofLength } from '../../proof/range-shape.ts';
import { verifyRange } from '../../proof/verify-range.ts';
import { NODE_SIZE } from '../../proof/hash.ts';
import { TransportError, requestBytes } from '../../wire/http-client.ts';
import { WrongBytesError } from '../errors.ts';
import type { SlotHost } from './agreement-view.ts';

export interface LeafRun {
  readonly agreement: number;
  readonly batchId: Uint8Array;
  /** Root of this slot's fragment. */
  readonly root: Uint8Array;
  /** Of the whole fragment. */
  readonly leaves: number;
  readonly first: number;
  readonly count: number;
}

/**
 * The sealed bytes of leaves [first, first + count) as the provider keeps them.
 * @throws WrongBytesError when they do not fit the root; RemoteError, TransportError, AbortedError
 */
export async function fetchLeaves(host: SlotHost, run: LeafRun, options: { readonly idleMs: number; readonly signal?: AbortSignal | undefined }): Promise<Uint8Array> {
  const { agreement, batchId, root, leaves, first, count } = run;
  const url = `${host.endpoint}/agreements/${agreement}/batches/${toHex(batchId)}/fragments/${host.slot}?first=${first}&count=${count}`;
  const proofNodes = rangeProofLength({ leaves, first, count });
  const sizeBytes = count * LEAF_SIZE + proofNodes * NODE_SIZE;
  const { bytes } = await requestBytes(url, { maxBytes: sizeBytes, ...options });
  if (bytes.length !== sizeBytes) throw new TransportError(url, `sent ${bytes.length} of ${sizeBytes} bytes`, { code: 'SHORT_REPLY' });
  const data = bytes.subarray(0, count * LEAF_SIZE);
  const proof = Array.from({ length: proofNodes }, (_, i) => {
    const at = count * LEAF_SIZE + i * NODE_SIZE;
    return bytes.subarray(at, at + NODE_SIZE);
  });
  if (!verifyRange({ root, leaves, first, data, proof })) throw new WrongBytesError(host.provider, `leaves ${first} to ${first + count - 1} of a fragment`);
  return data;
}
