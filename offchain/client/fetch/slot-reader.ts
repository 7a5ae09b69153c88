/** One slot's own bytes, unsealed: shared by all who want them, and in their provider's lane. */
import { hex } from '../../codec/bytes.ts';
import { LEAF_SIZE } from '../../codec/geometry.ts';
import { WrongBytesError, messageOf } from '../errors.ts';
import type { SlotHost } from './agreement-view.ts';
import type { Lent } from './lent.ts';
import { type Piece, type PieceContext, keyOf, slotKey } from './piece.ts';
import { fetchLeaves } from './slot-fetch.ts';

export function fetchUnsealed(context: PieceContext, piece: Piece, host: SlotHost, signal: AbortSignal): Promise<Lent> {
  const { lanes, gate } = context;
  const sizeBytes = piece.count * LEAF_SIZE;
  // The gate inside the lane: whoever waits for a slow provider keeps nobody else waiting.
  const key = keyOf(piece);
  return context.shared.read(slotKey(piece), signal, (scope) => lanes.of(host.provider).run(sizeBytes, scope, () => gate.run(async () => {
    context.begun.set(key, 'moving');
    try {
      return await fetchNow(context, piece, host, scope);
    } finally {
      context.begun.delete(key);
    }
  })));
}

async function fetchNow(context: PieceContext, piece: Piece, host: SlotHost, signal: AbortSignal): Promise<Lent> {
  const { health, pool, memory, idleMs, source, begun } = context;
  signal.throwIfAborted();
  const { view, batchKey, bundle, batch, slot, first, count } = piece;
  const { batchId } = batch;
  const root = batch.fragmentRoots[slot] as Uint8Array;
  try {
    const run = { agreement: view.id, batchId, batchKey, root, leaves: view.geometry.leaves, first, count };
    const read = { agreement: view.id, creator: view.state.creator, bundle, batchId: hex(batchId), slot, provider: host.provider, endpoint: host.endpoint, sizeBytes: count * LEAF_SIZE, signal };
    const onArrived = (): void => void begun.set(keyOf(piece), 'arrived');
    const fetched = await source.read(read, ({ endpoint, ...at }) => fetchLeaves({ ...host, endpoint }, run, { pool, memory, idleMs, onArrived, ...at }));
    health.succeeded(host.provider, { timeMs: fetched.timeMs, sizeBytes: fetched.bytes.length });
    return fetched;
  } catch (error) {
    if (!signal.aborted) health.failed(host.provider, messageOf(error), error instanceof WrongBytesError);
    throw error;
  }
}
