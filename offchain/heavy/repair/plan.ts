/** Which slots are lost, and which of them first. Pure. */
import type { AgreementState } from '../../chain/read-agreement.ts';

/** One slot whose provider is faulted. `spare`: healthy slots beyond the k that the data needs; below zero it is out of reach. */
export interface Loss {
  readonly agreement: number;
  readonly slot: number;
  /** The faulted provider. */
  readonly from: number;
  readonly healthy: number;
  readonly spare: number;
}

/** Losses of running agreements; those that can bear the fewest further losses come first. */
export function planRepairs(agreements: readonly AgreementState[], period: number): Loss[] {
  return agreements
    .filter((agreement) => period < agreement.endPeriod)
    .flatMap(lossesOf)
    .sort((a, b) => a.spare - b.spare || a.healthy - b.healthy || a.agreement - b.agreement || a.slot - b.slot);
}

function lossesOf({ id, k, slots }: AgreementState): Loss[] {
  const held = slots.filter(({ provider }) => provider !== 0);
  const healthy = held.filter(({ faulted }) => !faulted).length;
  return held.filter(({ faulted }) => faulted).map(({ slot, provider }) => ({ agreement: id, slot, from: provider, healthy, spare: healthy - k }));
}
