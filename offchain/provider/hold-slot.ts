import type { AgreementState } from '../chain/read-agreement.ts';
import type { Provider } from './context.ts';
import { slotBytes } from './price.ts';
import { withSpace } from './space.ts';

export type SlotState = 'held' | 'candidate' | 'ended';

/** Remembers that the chain gave us this slot. No check of space: it was reserved when the offer was signed. */
export async function noteHeldSlot(provider: Provider, agreement: AgreementState, slot: number): Promise<void> {
  const { parent = 0 } = agreement.slots[slot] ?? {};
  const content = { ...contentOf(agreement), parent, state: 'held' satisfies SlotState };
  const where = { agreement_slot: { agreement: agreement.id, slot } };
  await provider.store.heldSlot.upsert({ where, create: { agreement: agreement.id, slot, ...content }, update: content });
  const rail = { heavy: agreement.heavy, parent };
  await provider.store.rail.upsert({ where: { heavy_parent: rail }, create: rail, update: {} });
}

/** Slots whose rows fit what the chain said in this very answer: every fragment of an upload asks. */
const ensured = new WeakMap<AgreementState, Set<number>>();

/** As `noteHeldSlot`; writes nothing when the slot is known as it is. */
export async function ensureHeldSlot(provider: Provider, agreement: AgreementState, slot: number): Promise<void> {
  const slots = ensured.get(agreement) ?? new Set();
  if (slots.has(slot)) return;
  const { quota, endPeriod } = agreement;
  const known = await provider.store.heldSlot.findUnique({ where: { agreement_slot: { agreement: agreement.id, slot } } });
  const isKnown = known !== null && known.state === 'held' && known.quota === quota && known.endPeriod === endPeriod && known.parent === agreement.slots[slot]?.parent;
  if (!isKnown) await noteHeldSlot(provider, agreement, slot);
  ensured.set(agreement, slots.add(slot));
}

/** The slot is no longer ours; its bytes stay for the grace period. */
export async function noteEndedSlot({ store, agreements }: Provider, at: { readonly agreement: number; readonly slot: number }): Promise<void> {
  const { agreement, slot } = at;
  agreements.outdate(agreement);
  await store.heldSlot.updateMany({ where: { agreement, slot, state: { not: 'ended' } }, data: { state: 'ended', since: new Date() } });
}

/**
 * Reserves space for a slot that a repair fills before the chain gives it to us; each fragment keeps the reservation alive.
 * @throws NoSpaceError
 */
export async function noteCandidate(provider: Provider, agreement: AgreementState, slot: number): Promise<void> {
  const { store, config } = provider;
  const where = { agreement_slot: { agreement: agreement.id, slot } };
  const known = await store.heldSlot.findUnique({ where });
  const content = { ...contentOf(agreement), parent: 0, state: 'candidate' satisfies SlotState, since: new Date() };
  if (known !== null) {
    await store.heldSlot.update({ where, data: content });
    return;
  }
  const nowSeconds = await provider.clock.nowSeconds();
  const space = { store, files: provider.files, capacityBytes: config.capacityBytes, nowSeconds, needBytes: content.sizeBytes };
  await withSpace(space, () => store.heldSlot.upsert({ where, create: { agreement: agreement.id, slot, ...content }, update: content }));
}

function contentOf(agreement: AgreementState): { creator: string; k: number; m: number; batchLog2: number; quota: number; heavy: number; endPeriod: number; sizeBytes: bigint } {
  const { creator, k, m, batchLog2, quota, heavy, endPeriod } = agreement;
  return { creator, k, m, batchLog2, quota, heavy, endPeriod, sizeBytes: slotBytes(agreement) };
}
