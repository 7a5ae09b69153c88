/** Which slots are lost, and which of them first. Pure. */
import type { AgreementState } from '../../chain/read-agreement.ts';
import { BASE_LOSS_RATE, expectedEpochs } from './survival.ts';

/** fault: a run of misses. notice: the creator wants another provider. vacancy: nobody holds the slot. */
export type LossCause = 'fault' | 'notice' | 'vacancy';

/**
 * One slot that needs another provider. `spare`: healthy slots beyond the k that the data needs; below zero it is out of reach. `survivalEpochs`: what the data
 * can be expected to last without a repair.
 */
export interface Loss {
  readonly agreement: number;
  readonly slot: number;
  /** Who holds it, or lost it. */
  readonly from: number;
  readonly cause: LossCause;
  readonly healthy: number;
  readonly spare: number;
  readonly survivalEpochs: number;
}

/**
 * Losses of running agreements, the shortest expected survival first. Behind them what is out of reach already, unless its faulted providers still answer; and
 * last those under notice, whose data is not in danger.
 * @param options.noticed slots whose notice holds in `period`, as `slotName` names them
 * @param options.rateOf losses per epoch to expect of a provider
 */
export function planRepairs(
  agreements: readonly AgreementState[],
  period: number,
  options: { readonly noticed?: ReadonlySet<string>; readonly rateOf?: (provider: number) => number } = {},
): Loss[] {
  const { noticed = new Set<string>(), rateOf = () => BASE_LOSS_RATE } = options;
  return agreements
    .filter((agreement) => period < agreement.endPeriod)
    .flatMap((agreement) => lossesOf(agreement, noticed, rateOf))
    .sort((a, b) => rank(a) - rank(b) || a.survivalEpochs - b.survivalEpochs || a.agreement - b.agreement || a.slot - b.slot);
}

export function slotName(at: { readonly agreement: number; readonly slot: number }): string {
  return `${at.agreement}/${at.slot}`;
}

function rank({ cause, spare }: Loss): number {
  if (cause === 'notice') return 2;
  return spare < 0 ? 1 : 0;
}

function lossesOf({ id, k, slots }: AgreementState, noticed: ReadonlySet<string>, rateOf: (provider: number) => number): Loss[] {
  const healthy = slots.filter(({ provider, faulted }) => provider !== 0 && !faulted);
  const survivalEpochs = expectedEpochs(healthy.map(({ provider }) => rateOf(provider)), k);
  return slots.flatMap(({ slot, provider, faulted, vacancy }): Loss[] => {
    const cause = faulted ? 'fault' : vacancy !== undefined ? 'vacancy' : noticed.has(slotName({ agreement: id, slot })) ? 'notice' : undefined;
    const from = vacancy?.from ?? provider;
    return cause === undefined || from === 0 ? [] : [{ agreement: id, slot, from, cause, healthy: healthy.length, spare: healthy.length - k, survivalEpochs }];
  });
}
