/** A run of leaves of one slot, unsealed: from the slot itself, or rebuilt from any k others. */
import { hex } from '../../codec/bytes.ts';
import { LEAF_SIZE } from '../../codec/geometry.ts';
import type { WorkerPool } from '../../codec/pool/pool.ts';
import type { ReadSource } from '../../reads/pay/source.ts';
import type { BufferPool } from '../../wire/buffer-pool.ts';
import { linked, pause } from '../aborting.ts';
import { UnrecoverableError, WrongBytesError, messageOf } from '../errors.ts';
import type { Gate } from '../gate.ts';
import type { Lanes } from '../lanes.ts';
import type { AgreementView, SlotHost } from './agreement-view.ts';
import type { DescribedBatch } from './bundle-description.ts';
import type { ProviderHealth } from './health.ts';
import { firstOf } from './first-of.ts';
import type { Lent } from './lent.ts';
import type { SharedBytes, SharedReads } from './shared-reads.ts';
import { fetchLeaves } from './slot-fetch.ts';

export interface PieceContext {
  readonly pool: WorkerPool;
  readonly memory: BufferPool;
  readonly health: ProviderHealth;
  /** Edges before providers, and what is paid to either. */
  readonly source: ReadSource;
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
  readonly bundle: number;
  readonly batch: DescribedBatch;
  /** Bit i: slot i signed that it holds this batch. */
  readonly acknowledged: bigint;
  readonly slot: number;
  readonly first: number;
  readonly count: number;
}

/** @throws UnrecoverableError when neither the slot nor k others give the right bytes */
export function readPiece(context: PieceContext, piece: Piece, signal?: AbortSignal): Promise<Lent> {
  return context.shared.read(`piece ${keyOf(piece)}`, signal, async (scope) => {
    const host = piece.view.hosts.find(({ slot }) => slot === piece.slot);
    if (host === undefined || context.health.isAvoided(host.provider)) return rebuildElse(context, piece, host, scope);
    const race = linked(scope);
    try {
      // The slot's own bytes are kept under the slot's key already.
      const direct = fetchUnsealed(context, piece, host, race.signal).then((lent) => ({ ...lent, isKept: false }));
      let isPending = true;
      direct.then(() => (isPending = false), () => (isPending = false));
      const early = await inTime(context, piece, direct, race.signal);
      if (early !== undefined) return early;
      // Late or failed: whoever is first now wins, and the other one is cancelled.
      const rebuilt = rebuild(context, piece, race.signal);
      rebuilt.then(() => isPending && context.health.failed(host.provider, 'late'), () => undefined);
      const won = await Promise.any<SharedBytes>([direct, rebuilt]).catch((all: AggregateError) => {
        throw all.errors.at(-1);
      });
      for (const one of [direct, rebuilt]) one.then((lent) => lent === won || lent.release(), () => undefined);
      return won;
    } finally {
      race.abort();
      race.release();
    }
  });
}

/** For a slot that is left alone: it is asked only when the others do not suffice. */
async function rebuildElse(context: PieceContext, piece: Piece, host: SlotHost | undefined, signal: AbortSignal): Promise<Lent> {
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
export async function rebuild(context: PieceContext, piece: Piece, signal?: AbortSignal): Promise<Lent> {
  const { health, pool, memory } = context;
  const { view, slot, count } = piece;
  const { k, m } = view.geometry;
  const { answers, failures } = await firstOf<SlotHost, Lent>({
    candidates: view.hosts.filter((host) => host.slot !== slot).sort((a, b) => orderOf(context, piece, a) - orderOf(context, piece, b)),
    need: k,
    lateMs: health.lateMs(count * LEAF_SIZE),
    onLate: (host) => health.failed(host.provider, 'late'),
    onSpare: (lent) => lent.release(),
    signal,
    start: (host, scope) => fetchUnsealed(context, { ...piece, slot: host.slot }, host, scope),
  });
  const sources = [...answers.values()];
  const bytes = memory.take(count * LEAF_SIZE);
  const release = (): void => memory.give(bytes);
  try {
    if (sources.length < k) {
      const reasons = [...failures].map(([host, error]) => ({ slot: host.slot, provider: host.provider, reason: messageOf(error) }));
      throw new UnrecoverableError({ agreement: view.id, need: k, have: sources.length, reasons });
    }
    await pool.run('recover', { buffers: [...sources.map((source) => source.bytes), bytes], slots: [...answers.keys()].map((host) => host.slot), k, m, wanted: [slot] });
    return { bytes, release };
  } catch (error) {
    release();
    throw error;
  } finally {
    for (const source of sources) source.release();
  }
}

/** What is in memory or on its way comes first, then healthy and fast slots, last those that never confirmed this batch. */
function orderOf(context: PieceContext, piece: Piece, host: SlotHost): number {
  if (context.shared.has(`slot ${keyOf({ ...piece, slot: host.slot })}`)) return -1;
  const unconfirmed = ((piece.acknowledged >> BigInt(host.slot)) & 1n) === 0n ? 1e12 : 0;
  return unconfirmed + context.health.rank(host.provider);
}

function fetchUnsealed(context: PieceContext, piece: Piece, host: SlotHost, signal: AbortSignal): Promise<Lent> {
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

async function fetchNow({ health, pool, memory, idleMs, source }: PieceContext, piece: Piece, host: SlotHost, signal: AbortSignal): Promise<Lent> {
  signal.throwIfAborted();
  const { view, sealKey, bundle, batch, slot, first, count } = piece;
  const { batchId } = batch;
  const root = batch.fragmentRoots[slot] as Uint8Array;
  try {
    const run = { agreement: view.id, batchId, sealKey, root, leaves: view.geometry.leaves, first, count };
    const read = { agreement: view.id, creator: view.state.creator, bundle, batchId: hex(batchId), slot, provider: host.provider, endpoint: host.endpoint, sizeBytes: count * LEAF_SIZE, signal };
    const fetched = await source.read(read, ({ endpoint, ...at }) => fetchLeaves({ ...host, endpoint }, run, { pool, memory, idleMs, ...at }));
    health.succeeded(host.provider, { timeMs: fetched.timeMs, sizeBytes: fetched.bytes.length });
    return fetched;
  } catch (error) {
    if (!signal.aborted) health.failed(host.provider, messageOf(error), error instanceof WrongBytesError);
    throw error;
  }
}

/** A transfer that waits for its turn gets this many times as long: behind a provider that stalls, the turn never comes. */
const TURN_PATIENCE = 3;

/** The bytes, or undefined when they are not there in time or the slot failed. */
async function inTime<T>({ health, begun }: PieceContext, piece: Piece, bytes: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
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
