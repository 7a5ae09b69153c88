/** One batch's lost fragments on their way to those who take the slots. */
import { geometry } from '../../codec/geometry.ts';
import { LEAF_SIZE } from '../../proof/hash.ts';
import { TransportError } from '../../wire/transport-errors.ts';
import { RepairError } from '../errors.ts';
import { REPAIR_FAILED_WEIGHT } from '../reputation/score.ts';
import type { BatchFacts } from './description.ts';
import { holdsFragment, sendFragment } from './hand-over.ts';
import type { Placed, Successor } from './hand-over.ts';
import { rebuildFragments } from './rebuild.ts';
import { fetchFragment } from './sources.ts';
import type { Source } from './sources.ts';
import type { Work, Workshop } from './work.ts';

/** A source that was silent so often is left out for the rest of the attempt. */
const SILENCES_MAX = 2;

/** Who gets which slot's fragments. Slots whose taker failed leave it. */
export interface Team {
  readonly takers: Map<number, Successor>;
  /** Why a slot's taker failed. */
  readonly failures: Map<number, unknown>;
}

/**
 * Brings the batch's fragments to all takers that lack them; k fragments are read once, however many are lost. A taker that fails leaves the team.
 * Returns the batch under the id that proved to be the true one.
 * @throws RepairError TOO_FEW_FRAGMENTS, WRONG_REBUILD: no taker can help that
 */
export async function placeBatch(shop: Workshop, work: Work, team: Team, batch: BatchFacts): Promise<Placed> {
  const { batchIds, fragmentRoots, otherIds } = batch;
  try {
    return await placeUnder(shop, work, team, { batchIds, fragmentRoots });
  } catch (error) {
    if (!isOurFault(error)) throw error;
    const told = (await otherIds?.().catch(() => undefined)) ?? [];
    shop.context.signal.throwIfAborted();
    const others = told.filter((batchId) => !batchIds.includes(batchId));
    if (others.length === 0) throw error;
    shop.context.log.warn('repair.other-ids', { agreement: work.agreement.id, batchIds, others, error });
    return placeUnder(shop, work, team, { batchIds: others, fragmentRoots, isGuess: true });
  }
}

/** The first id that proves to be the true one. `isGuess`: even a single one is no more than that. */
async function placeUnder(shop: Workshop, work: Work, team: Team, { batchIds, fragmentRoots, isGuess = false }: Pick<BatchFacts, 'batchIds' | 'fragmentRoots'> & { readonly isGuess?: boolean }): Promise<Placed> {
  const { seals } = shop;
  const agreement = work.agreement.id;
  let lastError: unknown;
  for (const batchId of batchIds) {
    const placed = { batchId, fragmentRoots };
    const lacking = await lackingSlots(shop, work, team, placed);
    for (const slot of [...lacking]) {
      const holder = work.holders.get(slot);
      if (holder !== undefined && (await copy(shop, work, team, { slot, holder, placed }))) lacking.delete(slot);
    }
    if (lacking.size === 0) return placed;
    for (const sealKey of [...work.sealKeys]) {
      try {
        const rebuilt = await rebuildOrCopy(shop, work, team, { lacking, placed, sealKey, isOnly: !isGuess && batchIds.length === 1 });
        await Promise.all([...rebuilt].map(([slot, fragment]) => send(shop, work, team, { slot, placed, fragment })));
        if (rebuilt.size > 0) {
          await seals.confirm(agreement, sealKey);
          work.sealKeys.splice(0, work.sealKeys.length, sealKey);
        }
        return placed;
      } catch (error) {
        if (!isOurFault(error)) throw error;
        lastError = error;
      }
    }
  }
  throw lastError ?? new RepairError('NO_SEAL_KEY', `Batches of agreement ${agreement} cannot be rebuilt without its seal key.`, { agreement });
}

/** Another successor would not help: the fragments or the key are what is missing. */
export function isOurFault(error: unknown): boolean {
  return error instanceof RepairError && (error.code === 'TOO_FEW_FRAGMENTS' || error.code === 'WRONG_REBUILD' || error.code === 'NO_SEAL_KEY');
}

async function lackingSlots({ context }: Workshop, { agreement }: Work, team: Team, placed: Placed): Promise<Set<number>> {
  const { leaves } = geometry(agreement);
  const checked = await Promise.all([...team.takers].map(async ([slot, to]) => {
    return (await holdsFragment(context, to, placed, { agreement: agreement.id, slot, leaves })) ? [] : [slot];
  }));
  return new Set(checked.flat());
}

interface Wanted {
  readonly lacking: Set<number>;
  readonly placed: Placed;
  readonly sealKey: Uint8Array;
  /** All descriptions name the batch alike. */
  readonly isOnly: boolean;
}

/** Providers in place, and whoever takes a lost slot and has its fragment already: it serves it like any other, and may be what makes k. */
function sourcesNow({ sources, silences }: Work, team: Team, lacking: ReadonlySet<number>): Source[] {
  const takers = [...team.takers].filter(([slot]) => !lacking.has(slot)).map(([slot, { provider, endpoint }]): Source => ({ slot, provider, endpoint }));
  const taken = new Set(takers.map(({ slot }) => slot));
  return [...sources.filter(({ slot }) => !taken.has(slot)), ...takers].filter(({ provider }) => (silences.get(provider) ?? 0) < SILENCES_MAX);
}

/**
 * When too few others are left, the faulted providers are asked for the lost fragments themselves: a run of missed proofs does not mean that the
 * bytes are gone. What they give needs no rebuilding, and helps to rebuild the rest.
 */
async function rebuildOrCopy(shop: Workshop, work: Work, team: Team, { lacking, placed, sealKey, isOnly }: Wanted): Promise<Map<number, Uint8Array>> {
  const { context, throttle } = shop;
  const { agreement, lastResort, silences } = work;
  const onSilence = (provider: number): void => void silences.set(provider, (silences.get(provider) ?? 0) + 1);
  const request = () => ({ agreement: agreement.id, geometry: geometry(agreement), ...placed, slots: [...lacking], sealKey, sources: sourcesNow(work, team, lacking), throttle, onSilence });
  const rebuild = () => shop.workers.rebuild(agreement, { ...request(), isSure: isOnly && work.sealKeys.length === 1, takers: [...team.takers.values()].map(({ provider }) => provider) }, () => rebuildFragments(context, request()));
  try {
    return await rebuild();
  } catch (error) {
    if (!(error instanceof RepairError) || error.code !== 'TOO_FEW_FRAGMENTS') throw error;
    const before = lacking.size;
    for (const slot of [...lacking]) {
      const holder = lastResort.get(slot);
      const isSilent = (silences.get(holder?.provider ?? 0) ?? 0) >= SILENCES_MAX;
      if (holder !== undefined && !isSilent && (await copy(shop, work, team, { slot, holder, placed }))) lacking.delete(slot);
    }
    if (lacking.size === before) throw error;
    return lacking.size === 0 ? new Map<number, Uint8Array>() : await rebuild();
  }
}

/** The fragment as its own provider still has it. */
async function copy({ context, throttle }: Workshop, work: Work, team: Team, what: { readonly slot: number; readonly holder: Source; readonly placed: Placed }): Promise<boolean> {
  const { slot, holder, placed } = what;
  const { agreement } = work;
  const { leaves } = geometry(agreement);
  const root = placed.fragmentRoots[slot] as Uint8Array;
  try {
    await throttle.take(leaves * LEAF_SIZE, context.signal);
    const fragment = await fetchFragment(context, holder, { agreement: agreement.id, batchId: placed.batchId, root, leaves });
    await send({ context }, work, team, { slot, placed, fragment });
    return true;
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof TransportError) work.silences.set(holder.provider, (work.silences.get(holder.provider) ?? 0) + 1);
    context.log.warn('repair.not-copied', { agreement: agreement.id, batchId: placed.batchId, slot, from: holder.provider, error });
    return false;
  }
}

async function send({ context }: Pick<Workshop, 'context'>, { agreement, authorization }: Work, team: Team, what: { readonly slot: number; readonly placed: Placed; readonly fragment: Uint8Array }): Promise<void> {
  const { slot, placed, fragment } = what;
  const to = team.takers.get(slot);
  if (to === undefined) return;
  try {
    await sendFragment(context, to, { agreement: agreement.id, slot, batch: placed, fragment, authorization: await authorization() });
  } catch (error) {
    context.signal.throwIfAborted();
    context.reputation.note(to.provider, { part: 'repair', bad: REPAIR_FAILED_WEIGHT });
    context.log.warn('repair.successor-failed', { agreement: agreement.id, slot, successor: to.provider, error });
    team.takers.delete(slot);
    team.failures.set(slot, error);
  }
}
