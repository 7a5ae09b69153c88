/** A run of leaves of one slot, unsealed: from the slot itself, or rebuilt from any k others. */
import { LEAF_SIZE } from '../../codec/geometry.ts';
import { linked, pause } from '../aborting.ts';
import type { Lent } from './lent.ts';
import { type Piece, type PieceContext, hasArrived, keyOf, pieceKey } from './piece.ts';
import { rebuild, rebuildOrAsk, rebuildTogether } from './rebuild.ts';
import type { SharedBytes } from './shared-reads.ts';
import { fetchUnsealed } from './slot-reader.ts';

/** @throws UnrecoverableError when neither the slot nor k others give the right bytes */
export function readPiece(context: PieceContext, piece: Piece, signal?: AbortSignal): Promise<Lent> {
  return context.shared.read(pieceKey(piece), signal, async (scope) => {
    const host = piece.view.hosts.find(({ slot }) => slot === piece.slot);
    if (host === undefined || context.health.isAvoided(host.provider)) return rebuildOrAsk(context, piece, () => rebuildTogether(context, piece, scope), scope);
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

/** A transfer that waits for its turn gets this many times as long: behind a provider that stalls, the turn never comes. */
const TURN_PATIENCE = 3;

/** The bytes, or undefined when they are not there in time or the slot failed. */
async function inTime<T>(context: PieceContext, piece: Piece, bytes: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const { health, begun } = context;
  const timer = linked(signal);
  const lateMs = health.lateMs(piece.count * LEAF_SIZE);
  const ended = bytes.catch(() => undefined);
  const isLate = async (): Promise<T | undefined> => {
    for (let turns = 0; turns < TURN_PATIENCE; turns++) {
      const hadBegun = begun.has(keyOf(piece));
      await pause(lateMs, timer.signal);
      if (hasArrived(context, piece)) return ended;
      if (hadBegun) return undefined;
    }
    return undefined;
  };
  try {
    return await Promise.race([ended, isLate()]);
  } finally {
    timer.abort();
    timer.release();
  }
}
