/** Which slots are asked in an epoch, and when. Pure but for the randomness that it is given. */
export interface SlotTarget {
  readonly agreement: number;
  readonly slot: number;
  readonly provider: number;
}

export interface AuditTask extends SlotTarget {
  /** Where in the epoch, 0 to 1. */
  readonly at: number;
}

/** A uniform number in [0, 1) that the audited cannot foresee. */
export type Random = () => number;

/** Tasks lie between these parts of the epoch, so that none waits for the next one. */
const FROM = 0.02;
const TO = 0.9;

/** What one question costs on the wire, both ways: the leaf, its path, the headers. */
export const LEAF_COST_BYTES = 2_048;

/**
 * `perSlot` tasks for every slot, at random times over the epoch. When they cost more than the budget, slots are left out, those that were audited
 * most recently first; chance decides between equals.
 */
export function planAudits(
  slots: readonly SlotTarget[],
  options: { readonly perSlot: number; readonly budgetBytes: number; readonly lastEpoch: (slot: SlotTarget) => number; readonly random: Random },
): AuditTask[] {
  const { perSlot, budgetBytes, lastEpoch, random } = options;
  if (perSlot === 0) return [];
  const affordable = Math.floor(budgetBytes / (LEAF_COST_BYTES * perSlot));
  const chosen = slots
    .map((slot) => ({ slot, last: lastEpoch(slot), tie: random() }))
    .sort((a, b) => a.last - b.last || a.tie - b.tie)
    .slice(0, affordable)
    .map(({ slot }) => slot);
  return chosen.flatMap((slot) => Array.from({ length: perSlot }, () => ({ ...slot, at: FROM + (TO - FROM) * random() }))).sort((a, b) => a.at - b.at);
}

/** One read like a creator's for each provider, as many as the budget allows, at random times. `sizeOf`: what the read will move. */
export function planReads<T extends SlotTarget>(slots: readonly T[], options: { readonly budgetBytes: number; readonly sizeOf: (slot: T) => number; readonly random: Random }): (T & { at: number })[] {
  const { budgetBytes, sizeOf, random } = options;
  const byProvider = new Map<number, T[]>();
  for (const slot of slots) byProvider.set(slot.provider, [...(byProvider.get(slot.provider) ?? []), slot]);
  const one = [...byProvider.values()].map((own) => own[Math.floor(random() * own.length)] as T);
  const shuffled = one.map((slot) => ({ slot, tie: random() })).sort((a, b) => a.tie - b.tie);
  let left = budgetBytes;
  const tasks: (T & { at: number })[] = [];
  for (const { slot } of shuffled) {
    left -= sizeOf(slot);
    if (left < 0) break;
    tasks.push({ ...slot, at: FROM + (TO - FROM) * random() });
  }
  return tasks.sort((a, b) => a.at - b.at);
}
