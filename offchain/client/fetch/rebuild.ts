/** Runs of leaves computed from any k other slots. */
import { LEAF_SIZE } from '../../codec/geometry.ts';
import { UnrecoverableError, messageOf } from '../errors.ts';
import type { SlotHost } from './agreement-view.ts';
import { firstOf } from './first-of.ts';
import type { Lent } from './lent.ts';
import { type Piece, type PieceContext, keyOf, pieceKey } from './piece.ts';
import { fetchUnsealed } from './slot-reader.ts';

/** Where whole stripes are read, the other data slots that are left alone are computed in the same pass over the same k pieces. */
export async function rebuildTogether(context: PieceContext, piece: Piece, signal: AbortSignal): Promise<Lent> {
  const { health, shared } = context;
  const { view, slot } = piece;
  const isLost = (other: number): boolean => view.hosts.every((host) => host.slot !== other || health.isAvoided(host.provider));
  const others = Array.from({ length: piece.isWholeUnit ? view.geometry.k : 0 }, (_, other) => ({ ...piece, slot: other }))
    .filter((other) => other.slot !== slot && isLost(other.slot) && !shared.has(pieceKey(other)));
  const all = rebuildSlots(context, piece, [slot, ...others.map((other) => other.slot)], signal);
  for (const [i, other] of others.entries()) {
    // Whoever asks for it meanwhile waits for this; where this is given up, that one goes on alone.
    const mine = (scope: AbortSignal): Promise<Lent> => all.then((lent) => lent[i + 1] as Lent, () => rebuild(context, other, scope));
    shared.read(pieceKey(other), signal, mine).then(({ release }) => release(), () => undefined);
  }
  try {
    return (await all)[0] as Lent;
  } catch (error) {
    // One that is left alone may still help to rebuild another one.
    if (others.length === 0 || !(error instanceof UnrecoverableError)) throw error;
    return rebuild(context, piece, signal);
  }
}

/** From any k other slots, the slot itself is not asked. @throws UnrecoverableError */
export async function rebuild(context: PieceContext, piece: Piece, signal?: AbortSignal): Promise<Lent> {
  return (await rebuildSlots(context, piece, [piece.slot], signal))[0] as Lent;
}

/** The same run of leaves of all `wanted` slots, in their order. */
async function rebuildSlots(context: PieceContext, piece: Piece, wanted: readonly number[], signal: AbortSignal | undefined): Promise<Lent[]> {
  const { health, pool, memory } = context;
  const { view, count } = piece;
  const { k, m } = view.geometry;
  const { answers, failures } = await firstOf<SlotHost, Lent>({
    candidates: view.hosts.filter((host) => !wanted.includes(host.slot)).sort((a, b) => orderOf(context, piece, a) - orderOf(context, piece, b)),
    need: k,
    lateMs: health.lateMs(count * LEAF_SIZE),
    onLate: (host) => health.failed(host.provider, 'late'),
    onSpare: (lent) => lent.release(),
    signal,
    start: (host, scope) => fetchUnsealed(context, { ...piece, slot: host.slot }, host, scope),
  });
  const sources = [...answers.values()];
  const targets = sources.length < k ? [] : wanted.map(() => memory.take(count * LEAF_SIZE));
  try {
    if (sources.length < k) {
      const reasons = [...failures].map(([host, error]) => ({ slot: host.slot, provider: host.provider, reason: messageOf(error) }));
      throw new UnrecoverableError({ agreement: view.id, need: k, have: sources.length, reasons });
    }
    const buffers = [...sources.map(({ bytes }) => bytes), ...targets];
    await pool.run('recover', { buffers, slots: [...answers.keys()].map((host) => host.slot), k, m, wanted });
    return targets.map((bytes) => ({ bytes, release: () => memory.give(bytes) }));
  } catch (error) {
    for (const target of targets) memory.give(target);
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
