/** A verified read of sealed leaves: the very request that a creator's client makes, so that a provider cannot treat the two differently. */
import type { Hex } from 'viem';
import { NODE_SIZE } from '../../proof/hash.ts';
import { rangeProofLength } from '../../proof/range-shape.ts';
import { verifyRange } from '../../proof/verify-range.ts';
import { LEAF_SIZE } from '../../codec/geometry.ts';
import { readInto } from '../../wire/read-into.ts';
import { RemoteError, TransportError } from '../../wire/transport-errors.ts';
import { judgeError } from './outcome.ts';
import type { Verdict } from './outcome.ts';

export interface RangeTarget {
  readonly agreement: number;
  readonly slot: number;
  readonly batchId: Hex;
  /** Of the fragment. */
  readonly root: Uint8Array;
  /** Of the whole fragment. */
  readonly leaves: number;
  readonly first: number;
  readonly count: number;
}

export interface Reading extends Verdict {
  /** As they came: the leaves, then the siblings. Absent when nothing came. */
  readonly bytes?: Uint8Array;
  readonly timeMs: number;
  readonly url: string;
}

export function rangeUrl(endpoint: string, { agreement, slot, batchId, first, count }: Omit<RangeTarget, 'root' | 'leaves'>): string {
  return `${endpoint}/agreements/${agreement}/batches/${batchId}/fragments/${slot}?first=${first}&count=${count}`;
}

export function replyBytes(target: Pick<RangeTarget, 'leaves' | 'first' | 'count'>): number {
  return target.count * LEAF_SIZE + rangeProofLength(target) * NODE_SIZE;
}

export interface ReadOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly now?: () => number;
  /** What lets an agreement's heavy node read for nothing. Shown only to a provider that asks for money (402), so that the others cannot tell who reads. */
  readonly header?: () => Promise<string>;
}

/** Never throws: whatever happens is an outcome. */
export async function readRange(endpoint: string, target: RangeTarget, options: ReadOptions): Promise<Reading> {
  const { timeoutMs, signal, header, now = () => performance.now() } = options;
  const url = rangeUrl(endpoint, target);
  const startedMs = now();
  // Silence alone does not end a read of which a byte a second comes.
  const deadline = AbortSignal.timeout(timeoutMs);
  try {
    const bytes = new Uint8Array(replyBytes(target));
    const request = { idleMs: timeoutMs, signal: AbortSignal.any([signal, deadline]) };
    await readInto(url, bytes, request).catch(async (error: unknown) => {
      if (header === undefined || !(error instanceof RemoteError) || error.remoteStatus !== 402) throw error;
      await readInto(url, bytes, { ...request, headers: { authorization: await header() } });
    });
    return { ...judgeBytes(bytes, target), bytes, timeMs: now() - startedMs, url };
  } catch (error) {
    const elapsedMs = now() - startedMs;
    if (signal.aborted) return { outcome: 'ours', reason: 'this node stops', timeMs: elapsedMs, url };
    const late = deadline.aborted ? new TransportError(url, 'did not answer in time', { code: 'TIMEOUT', cause: error }) : error;
    return { ...judgeError(late, { elapsedMs, timeoutMs }), timeMs: elapsedMs, url };
  }
}

/** A reply of another length proves nothing: it may have been cut on its way. */
export function judgeBytes(bytes: Uint8Array, target: RangeTarget): Verdict {
  const { root, leaves, first, count } = target;
  if (bytes.length !== replyBytes(target)) return { outcome: 'unknown', reason: `it sent ${bytes.length} of ${replyBytes(target)} bytes` };
  const data = bytes.subarray(0, count * LEAF_SIZE);
  const proof = Array.from({ length: rangeProofLength(target) }, (_, i) => bytes.subarray(data.length + i * NODE_SIZE, data.length + (i + 1) * NODE_SIZE));
  if (verifyRange({ root, leaves, first, data, proof })) return { outcome: 'passed', reason: `leaves ${first} to ${first + count - 1} are right` };
  return { outcome: 'wrong', reason: `leaves ${first} to ${first + count - 1} do not fit the root on the chain` };
}
