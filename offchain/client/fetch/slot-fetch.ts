/** One run of leaves from one provider, verified against the fragment's root and unsealed. */
import { toHex } from 'viem';
import { LEAF_SIZE } from '../../codec/geometry.ts';
import type { WorkerPool } from '../../codec/pool/pool.ts';
import { rangeProofLength } from '../../proof/range-shape.ts';
import { NODE_SIZE } from '../../proof/hash.ts';
import type { BufferPool } from '../../wire/buffer-pool.ts';
import { readInto } from '../../wire/read-into.ts';
import { WrongBytesError } from '../errors.ts';
import type { SlotHost } from './agreement-view.ts';
import type { Lent } from './lent.ts';
import { runOver } from './run-over.ts';

export interface LeafRun {
  readonly agreement: number;
  readonly batchId: Uint8Array;
  readonly batchKey: Uint8Array;
  /** Root of this slot's fragment. */
  readonly root: Uint8Array;
  /** Of the whole fragment. */
  readonly leaves: number;
  readonly first: number;
  readonly count: number;
}

export interface FetchedLeaves extends Lent {
  /** Of the transfer alone: what the threads of this machine took for proof and seal says nothing about the provider. */
  readonly timeMs: number;
}

export interface FetchContext {
  readonly pool: WorkerPool;
  readonly memory: BufferPool;
  readonly idleMs: number;
  /** All bytes are here; what is left to do is done by this machine. */
  readonly onArrived?: (() => void) | undefined;
}

/**
 * Leaves [first, first + count), unsealed, in memory that threads share where they can.
 * @throws WrongBytesError when they do not fit the root; RemoteError, TransportError, AbortedError
 */
export async function fetchLeaves(host: SlotHost, run: LeafRun, { pool, memory, idleMs, onArrived, signal, headers }: FetchContext & { readonly signal?: AbortSignal | undefined; readonly headers?: Readonly<Record<string, string>> }): Promise<FetchedLeaves> {
  const { agreement, batchId, batchKey, root, leaves, first, count } = run;
  const url = `${host.endpoint}/agreements/${agreement}/batches/${toHex(batchId)}/fragments/${host.slot}?first=${first}&count=${count}`;
  const proofNodes = rangeProofLength({ leaves, first, count });
  const received = memory.take(count * LEAF_SIZE + proofNodes * NODE_SIZE);
  try {
    const startedMs = performance.now();
    await readInto(url, received, { idleMs, signal, headers });
    const timeMs = performance.now() - startedMs;
    onArrived?.();
    const bytes = received.subarray(0, count * LEAF_SIZE);
    const proof = Array.from({ length: proofNodes }, (_, i) => received.slice(bytes.length + i * NODE_SIZE, bytes.length + (i + 1) * NODE_SIZE));
    const { isRight } = await runOver(pool, 'openRange', { buffers: [bytes], proof, root, leaves, first, batchKey, slot: host.slot }, [0]);
    if (!isRight) throw new WrongBytesError(host.provider, `leaves ${first} to ${first + count - 1} of a fragment`);
    return { bytes, timeMs, release: () => memory.give(received) };
  } catch (error) {
    memory.give(received);
    throw error;
  }
}
