/** A run of leaves of one slot, unsealed: from the slot itself, or rebuilt from any k others. */
import { LEAF_SIZE } from '../../codec/geometry.ts';
import { linked, pause } from '../aborting.ts';
import { UnrecoverableError } from '../errors.ts';
import type { SlotHost } from './agreement-view.ts';
import type { Lent } from './lent.ts';
import { type Piece, type PieceContext, keyOf, pieceKey } from './piece.ts';
import { rebuild, rebuildTogether } from './rebuild.ts';
import type { SharedBytes } from './shared-reads.ts';
import { fetchUnsealed } from './slot-reader.ts';

/** @throws UnrecoverableError when neither the slot nor k others give the right bytes */
export function readPiece(context: PieceContext, piece: Piece, signal?: AbortSignal): Promise<Lent> {
  return context.shared.read(pieceKey(piece), signal, async (scope) => {
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
    return await rebuildTogether(context, piece, signal);
  } catch (error) {
    if (host === undefined || !(error instanceof UnrecoverableError)) throw error;
    return fetchUnsealed(context, piece, host, signal).catch(() => {
      throw error;
    });
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
