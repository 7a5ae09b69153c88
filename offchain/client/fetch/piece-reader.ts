/** A run of leaves of one slot, unsealed: from the slot itself, or rebuilt from any k others. */
import { hex } from '../../codec/bytes.ts';
import { LEAF_SIZE } from '../../codec/geometry.ts';
import type { WorkerPool } from '../../codec/pool/pool.ts';
import { linked, pause } from '../aborting.ts';
import { UnrecoverableError, WrongBytesError, messageOf } from '../errors.ts';
import type { Gate } from '../gate.ts';
import type { Lanes } from '../lanes.ts';
import type { AgreementView, SlotHost } from './agreement-view.ts';
import type { DescribedBatch } from './bundle-description.ts';
import type { ProviderHealth } from './health.ts';
import { firstOf } from './first-of.ts';
import type { SharedReads } from './shared-reads.ts';
import { fetchLeaves } from './slot-fetch.ts';

export interface PieceContext {
  readonly pool: WorkerPool;
  readonly health: ProviderHealth;
  readonly shared: SharedReads;
  readonly gate: Gate;
  readonly lanes: Lanes;
  /** Keys of the transfers that are under way; the others wait for their turn, which is not their provider's fault. */
  readonly begun: Set<string>;
  readonly idleMs: number;
}

export interface Piece {
  readonly view: AgreementView;
  readonly sealKey: Uint8Array;
  readonly batch: DescribedBatch;
  /** Bit i: slot i signed that it holds this batch. */
  readonly acknowledged: bigint;
  readonly slot: number;
  readonly first: number;
  readonly count: number;
}

/** @throws UnrecoverableError when neither the slot nor k others give the right bytes */
export function readPiece(context: PieceContext, piece: Piece, signal?: AbortSignal): Promise<Uint8Array> {
  return context.shared.read(`piece ${keyOf(piece)}`, signal, async (scope) => {
    const host = piece.view.hosts.find(({ slot }) => slot === piece.slot);
    if (host === undefined || context.health.isAvoided(host.provider)) return rebuildElse(context, piece, host, scope);
    const race = linked(scope);
    try {
      const direct = fetchUnsealed(context, piece, host, race.signal);
      let isPending = true;
      direct.then(() => (isPending = false), () => (isPending = false));
      const early = await inTime(context, piece, direct, race.signal);
      if (early !== undefined) return early;
      // Late or failed: whoever is first now wins, and the other one is cancelled.
      const rebuilt = rebuild(context, piece, race.signal);
      rebuilt.then(() => isPending && context.health.failed(host.provider, 'late'), () => undefined);
      return await Promise.any([direct, rebuilt]).catch((all: AggregateError) => {
        throw all.errors.at(-1);
      });
    } finally {
      race.abort();
      race.release();
    }
  });
}

/** For a slot that is left alone: it is asked only when the others do not suffice. */
async function rebuildElse(context: PieceContext, piece: Piece, host: SlotHost | undefined, signal: AbortSignal): Promise<Uint8Array> {
  try {
    return await rebuild(context, piece, signal);
  } catch (error) {
    if (host === undefined || !(error instanceof UnrecoverableError)) throw error;
    return fetchUnsealed(context, piece, host, signal).catch(() => {
      throw error;
    });
  }
}

/** From any k other slots, the slot itself is not asked. @throws UnrecoverableError */
export async function rebuild(context: PieceContext, piece: Piece, signal?: AbortSignal): Promise<Uint8Array> {
  const { health, pool } = context;
  const { view, slot, count } = piece;
  const { geometry } = view;
  const { answers, failures } = await firstOf<SlotHost, Uint8Array>({
    candidates: view.hosts.filter((host) => host.slot !== slot).sort((a, b) => orderOf(context, piece, a) - orderOf(context, piece, b)),
    need: geometry.k,
    lateMs: health.lateMs(count * LEAF_SIZE),
    onLate: (host) => health.failed(host.provider, 'late'),
    signal,
    start: (host, scope) => fetchUnsealed(context, { ...piece, slot: host.slot }, host, scope),
  });
  if (answers.size < geometry.k) {
    const reasons = [...failures].map(([host, error]) => ({ slot: host.slot, provider: host.provider, reason: messageOf(error) }));
    throw new UnrecoverableError({ agreement: view.id, need: geometry.k, have: answers.size, reasons });
  }
  const { k, m } = geometry;
  const { rebuilt } = await pool.run('recover', { buffers: [...answers.values()], slots: [...answers.keys()].map((host) => host.slot), k, m, wanted: [slot] });
  return rebuilt[0] as Uint8Array;
}

/** What is in memory or on its way comes first, then healthy and fast slots, last those that never confirmed this batch. */
function orderOf(context: PieceContext, piece: Piece, host: SlotHost): number {
  if (context.shared.has(`slot ${keyOf({ ...piece, slot: host.slot })}`)) return -1;
  const unconfirmed = ((piece.acknowledged >> BigInt(host.slot)) & 1n) === 0n ? 1e12 : 0;
  return unconfirmed + context.health.rank(host.provider);
}

function fetchUnsealed(context: PieceContext, piece: Piece, host: SlotHost, signal: AbortSignal): Promise<Uint8Array> {
  const { lanes, gate } = context;
  const sizeBytes = piece.count * LEAF_SIZE;
  // The gate inside the lane: whoever waits for a slow provider keeps nobody else waiting.
  const key = keyOf(piece);
  return context.shared.read(`slot ${key}`, signal, (scope) => lanes.of(host.provider).run(sizeBytes, scope, () => gate.run(async () => {
    context.begun.add(key);
    try {
      return await fetchNow(context, piece, host, scope);
    } finally {
      context.begun.delete(key);
    }
  })));
}

async function fetchNow({ health, pool, idleMs }: PieceContext, piece: Piece, host: SlotHost, signal: AbortSignal): Promise<Uint8Array> {
  signal.throwIfAborted();
  const { view, sealKey, batch, slot, first, count } = piece;
  const { batchId } = batch;
  const root = batch.fragmentRoots[slot] as Uint8Array;
  try {
    const run = { agreement: view.id, batchId, sealKey, root, leaves: view.geometry.leaves, first, count };
    const { bytes, timeMs } = await fetchLeaves(host, run, { pool, idleMs, signal });
    health.succeeded(host.provider, { timeMs, sizeBytes: bytes.length });
    return bytes;
  } catch (error) {
    if (!signal.aborted) health.failed(host.provider, messageOf(error), error instanceof WrongBytesError);
    throw error;
  }
}

/** A transfer that waits for its turn gets this many times as long: behind a provider that stalls, the turn never comes. */
const TURN_PATIENCE = 3;

/** The bytes, or undefined when they are not there in time or the slot failed. */
async function inTime({ health, begun }: PieceContext, piece: Piece, bytes: Promise<Uint8Array>, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const timer = linked(signal);
  const lateMs = health.lateMs(piece.count * LEAF_SIZE);
  const isLate = async (): Promise<undefined> => {
    for (let turns = 0; turns < TURN_PATIENCE; turns++) {
      const hadBegun = begun.has(keyOf(piece));
      await pause(lateMs, timer.signal);
      if (hadBegun) return;
    }
  };
  try {
    return await Promise.race([bytes.catch(() => undefined), isLate()]);
  } finally {
    timer.abort();
    timer.release();
  }
}

function keyOf({ view, batch, slot, first, count }: Piece): string {
  return `${view.id} ${hex(batch.batchId)} ${slot} ${first} ${count}`;
}
