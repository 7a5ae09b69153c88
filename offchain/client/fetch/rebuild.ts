/** Runs of leaves computed from any k other slots. */
import { LEAF_SIZE } from '../../codec/geometry.ts';
import { UnrecoverableError, messageOf } from '../errors.ts';
import type { SlotHost } from './agreement-view.ts';
import { firstOf } from './first-of.ts';
import type { Lent } from './lent.ts';
import { type Piece, type PieceContext, hasArrived, pieceKey, slotKey } from './piece.ts';
import { runOver } from './run-over.ts';
import { fetchUnsealed } from './slot-reader.ts';

/** Where whole stripes are read, the other data slots that are left alone are computed in the same pass over the same k pieces. */
export async function rebuildTogether(context: PieceContext, piece: Piece, signal: AbortSignal): Promise<Lent> {
  const { shared } = context;
  const { slot } = piece;
  const others = piece.isWholeUnit === true ? lostBeside(context, piece) : [];
  const all = rebuildSlots(context, piece, [slot, ...others.map((other) => other.slot)], signal);
  for (const [i, other] of others.entries()) {
    // Whoever asks for it meanwhile waits for this; where this is given up, that one goes on alone.
    const mine = (scope: AbortSignal): Promise<Lent> => all.then((lent) => lent[i + 1] as Lent, () => rebuildOrAsk(context, other, () => rebuild(context, other, scope), scope));
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

/** The slot itself, which is left alone, is asked only when `build` finds that the others do not suffice. */
export async function rebuildOrAsk(context: PieceContext, piece: Piece, build: () => Promise<Lent>, signal: AbortSignal): Promise<Lent> {
  try {
    return await build();
  } catch (error) {
    const host = piece.view.hosts.find(({ slot }) => slot === piece.slot);
    if (host === undefined || !(error instanceof UnrecoverableError)) throw error;
    return fetchUnsealed(context, piece, host, signal).catch(() => {
      throw error;
    });
  }
}

/** The other data slots of the stripe that are vacant or left alone: the worst first, and no more than leave k to compute them from. */
function lostBeside({ health, shared }: PieceContext, piece: Piece): Piece[] {
  const { geometry: { k }, hosts } = piece.view;
  const hostOf = new Map(hosts.map((host) => [host.slot, host.provider]));
  const others = Array.from({ length: k }, (_, slot) => ({ ...piece, slot })).filter((other) => other.slot !== piece.slot && !shared.has(pieceKey(other)));
  const lost = others.flatMap((other) => {
    const provider = hostOf.get(other.slot);
    // One that was late a moment ago may be on its way by now.
    return provider === undefined || !health.isAvoided(provider) || shared.has(slotKey(other)) ? [] : { other, rank: health.rank(provider) };
  });
  const room = Math.max(0, hosts.length - k - (hostOf.has(piece.slot) ? 1 : 0));
  return [...others.filter(({ slot }) => !hostOf.has(slot)), ...lost.sort((a, b) => b.rank - a.rank).slice(0, room).map(({ other }) => other)];
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
    isSafe: (host) => hasArrived(context, { ...piece, slot: host.slot }),
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
    await runOver(pool, 'recover', { buffers, slots: [...answers.keys()].map((host) => host.slot), k, m, wanted }, targets.map((_, i) => sources.length + i));
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
  if (context.shared.has(slotKey({ ...piece, slot: host.slot }))) return -1;
  const unconfirmed = ((piece.acknowledged >> BigInt(host.slot)) & 1n) === 0n ? 1e12 : 0;
  return unconfirmed + context.health.rank(host.provider);
}
