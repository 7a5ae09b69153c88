/** Which slots are lost, and which of them first. Pure. */
import type { AgreementState } from '../../chain/read-agreement.ts';

/** fault: a run of misses. notice: the creator wants another provider. vacancy: nobody holds the slot. */
export type LossCause = 'fault' | 'notice' | 'vacancy';

/** One slot that needs another provider. `spare`: healthy slots beyond the k that the data needs; below zero it is out of reach. */
export interface Loss {
  readonly agreement: number;
  readonly slot: number;
  /** Who holds it, or lost it. */
  readonly from: number;
  readonly cause: LossCause;
  readonly healthy: number;
  readonly spare: number;
}

/**
 * Losses of running agreements; those that can bear the fewest further losses come first, and those under notice, whose data is not in
 * danger, last.
 * @param noticed slots whose notice holds in `period`, as `slotName` names them
 */
export function planRepairs(agreements: readonly AgreementState[], period: number, noticed: ReadonlySet<string> = new Set()): Loss[] {
  return agreements
    .filter((agreement) => period < agreement.endPeriod)
    .flatMap((agreement) => lossesOf(agreement, noticed))
    .sort((a, b) => isNotice(a) - isNotice(b) || a.spare - b.spare || a.healthy - b.healthy || a.agreement - b.agreement || a.slot - b.slot);
}

export function slotName(at: { readonly agreement: number; readonly slot: number }): string {
  return `${at.agreement}/${at.slot}`;
}

function isNotice({ cause }: Loss): number {
  return cause === 'notice' ? 1 : 0;
}

function lossesOf({ id, k, slots }: AgreementState, noticed: ReadonlySet<string>): Loss[] {
  const healthy = slots.filter(({ provider, faulted }) => provider !== 0 && !faulted).length;
  return slots.flatMap(({ slot, provider, faulted, vacancy }): Loss[] => {
    const cause = faulted ? 'fault' : vacancy !== undefined ? 'vacancy' : noticed.has(slotName({ agreement: id, slot })) ? 'notice' : undefined;
    const from = vacancy?.from ?? provider;
    return cause === undefined || from === 0 ? [] : [{ agreement: id, slot, from, cause, healthy, spare: healthy - k }];
  });
}
