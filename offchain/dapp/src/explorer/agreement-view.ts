/** One agreement with everything that Lens tells of it. Amounts are token units. */
import { zeroAddress } from 'viem';
import { ChainError } from '../../../chain/chain-errors.ts';
import { lensAbi, marketAbi } from '../../../chain/generated/abi.ts';
import { readBundle } from '../../../chain/read-bundle.ts';
import type { AgreementState, SlotState } from '../../../chain/read-agreement.ts';
import type { Chain } from '../../../chain/types.ts';
import { conditionOfSlot } from '../charts/slot-words.ts';
import type { SlotMark } from '../charts/slot-words.ts';
import { formatAmount } from '../ui/format.ts';

export interface SlotOfView extends SlotState {
  /** Period from which the creator's notice holds; 0: none. */
  readonly noticeFrom: number;
  readonly openChallenges: number;
}

export interface AgreementView extends Omit<AgreementState, 'slots'> {
  readonly slots: readonly SlotOfView[];
  /** Of all slots, vacant ones too. */
  readonly rent: bigint;
  readonly pot: bigint;
  readonly maxPerPeriod: bigint;
  readonly untilPeriod: number;
  readonly isLocked: boolean;
  /** Bytes are kept and served before this epoch. */
  readonly keptUntilEpoch: number;
}

/** @throws ChainError NO_SUCH_AGREEMENT, RpcUnavailableError */
export async function readAgreementView(chain: Chain, id: number): Promise<AgreementView> {
  const view = await chain.read({ address: chain.deployment.lens, abi: lensAbi, functionName: 'agreement', args: [id] });
  const { creator, startEpoch, endPeriod, k, m, batchLog2, heavy, feeBps, quota, bundles, batches, retiredBatches, turns } = view.agreement;
  if (creator === zeroAddress) throw new ChainError('NO_SUCH_AGREEMENT', `There is no agreement ${id}.`, { details: { id }, nextStep: 'Look for its number in the list of agreements.' });
  const slots = view.slots.map(({ provider, parent, rent, startEpoch: since, faulted, provedThisEpoch, vacancy, noticeFrom, openChallenges }, slot): SlotOfView => {
    const common = { slot, provider, parent, startEpoch: since, faulted, provedThisEpoch, noticeFrom, openChallenges };
    return vacancy.rent === 0n ? { ...common, rent } : { ...common, rent: vacancy.rent, vacancy };
  });
  const { pot, renewal, keptUntilEpoch } = view;
  return {
    id, creator, startEpoch, endPeriod, k, m, n: k + m, batchLog2, heavy, feeBps, quota, bundles, batches, retiredBatches, turns, slots, pot,
    rent: slots.reduce((sum, { rent }) => sum + rent, 0n),
    maxPerPeriod: renewal.maxPerPeriod, untilPeriod: renewal.untilPeriod, isLocked: renewal.isLocked, keptUntilEpoch: Number(keptUntilEpoch),
  };
}

export function slotMarks({ slots }: Pick<AgreementView, 'slots'>): SlotMark[] {
  return slots.map((slot) => ({ slot: slot.slot, condition: conditionOfSlot(slot), provider: slot.provider, note: `Rent ${formatAmount(slot.rent)} HOLD an epoch` }));
}

export function agreementCount(chain: Chain): Promise<number> {
  return chain.read({ address: chain.deployment.market, abi: marketAbi, functionName: 'agreementCount' });
}

/** The newest first. `page` counts from 0. */
export async function readAgreementPage(chain: Chain, options: { readonly page: number; readonly size: number }): Promise<{ readonly views: AgreementView[]; readonly count: number }> {
  const { page, size } = options;
  const count = await agreementCount(chain);
  const first = count - page * size;
  const ids = Array.from({ length: Math.max(0, Math.min(size, first)) }, (_, i) => first - i);
  return { views: await Promise.all(ids.map((id) => readAgreementView(chain, id))), count };
}

/** Bundles shown of an agreement: the newest. */
export const BUNDLES_SHOWN = 20;

export async function readNewestBundles(chain: Chain, agreement: Pick<AgreementView, 'id' | 'bundles'>): Promise<(Awaited<ReturnType<typeof readBundle>> & { readonly bundle: number })[]> {
  const { id, bundles } = agreement;
  const numbers = Array.from({ length: Math.min(BUNDLES_SHOWN, bundles) }, (_, i) => bundles - 1 - i);
  return Promise.all(numbers.map(async (bundle) => ({ ...(await readBundle(chain, id, bundle)), bundle })));
}
