/** A run of leaves of one slot, unsealed: from the slot itself, or rebuilt from any k others. */
import { hex } from '../../codec/bytes.ts';
import { LEAF_SIZE } from '../../codec/geometry.ts';
import { applySeal } from '../../codec/seal.ts';
import { recoverRange } from '../../codec/stripe.ts';
import type { Platform } from '../../codec/types.ts';
import { linked, pause } from '../aborting.ts';
import { UnrecoverableError, WrongBytesError, messageOf } from '../errors.ts';
import type { Gate } from '../gate.ts';
import type { AgreementView, SlotHost } from './agreement-view.ts';
import type { DescribedBatch } from './bundle-description.ts';
import type { ProviderHealth } from './health.ts';
import { firstOf } from './first-of.ts';
import type { SharedReads } from './shared-reads.ts';
import { fetchLeaves } from './slot-fetch.ts';

export interface PieceContext {
  readonly platform: Platform;
  readonly health: ProviderHealth;
  readonly shared: SharedReads;
  readonly gate: Gate;
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
      const early = await inTime(direct, context.health.lateMs(piece.count * LEAF_SIZE), race.signal);
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
  const { health } = context;
  const { view, slot, first, count } = piece;
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
  const present = new Map([...answers].map(([host, bytes]) => [host.slot, bytes]));
  return recoverRange(geometry, { slot, start: first * LEAF_SIZE, end: (first + count) * LEAF_SIZE, present });
}

/** What is in memory or on its way comes first, then healthy and fast slots, last those that never confirmed this batch. */
function orderOf(context: PieceContext, piece: Piece, host: SlotHost): number {
  if (context.shared.has(`slot ${keyOf({ ...piece, slot: host.slot })}`)) return -1;
  const unconfirmed = ((piece.acknowledged >> BigInt(host.slot)) & 1n) === 0n ? 1e12 : 0;
  return unconfirmed + context.health.rank(host.provider);
}

function fetchUnsealed(context: PieceContext, piece: Piece, host: SlotHost, signal: AbortSignal): Promise<Uint8Array> {
  const { health, platform } = context;
  const { view, sealKey, batch, slot, first, count } = piece;
  return context.shared.read(`slot ${keyOf(piece)}`, signal, (scope) => context.gate.run(async () => {
    scope.throwIfAborted();
    const root = batch.fragmentRoots[slot] as Uint8Array;
    const startedMs = performance.now();
    try {
      const run = { agreement: view.id, batchId: batch.batchId, root, leaves: view.geometry.leaves, first, count };
      const sealed = await fetchLeaves(host, run, { idleMs: context.idleMs, signal: scope });
      health.succeeded(host.provider, { timeMs: performance.now() - startedMs, sizeBytes: sealed.length });
      return await applySeal(platform, { sealKey, batchId: batch.batchId, slot, offset: first * LEAF_SIZE, data: sealed });
    } catch (error) {
      if (!scope.aborted) health.failed(host.provider, messageOf(error), error instanceof WrongBytesError);
      throw error;
    }
  }));
}

/** The bytes, or undefined when they are not there in time or the slot failed. */
async function inTime(bytes: Promise<Uint8Array>, lateMs: number, signal: AbortSignal): Promise<Uint8Array | undefined> {
  const timer = linked(signal);
  try {
    return await Promise.race([bytes.catch(() => undefined), pause(lateMs, timer.signal).then(() => undefined)]);
  } finally {
    timer.abort();
    timer.release();
  }
}

function keyOf({ view, batch, slot, first, count }: Piece): string {
  return `${view.id} ${hex(batch.batchId)} ${slot} ${first} ${count}`;
}
