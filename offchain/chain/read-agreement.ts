import { zeroAddress } from 'viem';
import type { Address } from 'viem';
import { ChainError } from './chain-errors.ts';
import { lensAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** A slot that lost its provider. All amounts are token units. */
export interface Vacancy {
  /** Per epoch; no successor gets more. */
  readonly rent: bigint;
  readonly sinceEpoch: number;
  /** What was slashed for whoever brings a successor, and for the successor. */
  readonly reward: bigint;
  /** Who lost the slot; it cannot fill it again. */
  readonly from: number;
}

/** One slot of an agreement. A released slot has provider 0 and no rent; a vacant one has provider 0, and its rent waits for a successor. */
export interface SlotState {
  readonly slot: number;
  readonly provider: number;
  /** The provider's parent when it took the slot. */
  readonly parent: number;
  /** Token units per epoch. */
  readonly rent: bigint;
  readonly startEpoch: number;
  readonly faulted: boolean;
  readonly provedThisEpoch: boolean;
  readonly vacancy?: Vacancy;
}

export interface AgreementState {
  readonly id: number;
  readonly creator: Address;
  readonly startEpoch: number;
  /** The agreement ends when this period begins. */
  readonly endPeriod: number;
  readonly k: number;
  readonly m: number;
  readonly n: number;
  readonly batchLog2: number;
  readonly heavy: number;
  readonly feeBps: number;
  /** Batches of space. */
  readonly quota: number;
  readonly bundles: number;
  /** Batches ever committed; those of retired bundles take no space any more. */
  readonly batches: number;
  readonly retiredBatches: number;
  /** Successions, extensions, growth and closing so far: what was signed for an earlier turn is void. */
  readonly turns: number;
  readonly slots: readonly SlotState[];
}

/** Throws NO_SUCH_AGREEMENT. */
export async function readAgreement(chain: Chain, id: number): Promise<AgreementState> {
  const view = await chain.read({ address: chain.deployment.lens, abi: lensAbi, functionName: 'agreement', args: [id] });
  const { creator, startEpoch, endPeriod, k, m, batchLog2, heavy, feeBps, quota, bundles, batches, retiredBatches, turns } = view.agreement;
  if (creator === zeroAddress) throw new ChainError('NO_SUCH_AGREEMENT', `There is no agreement ${id}.`, { details: { id } });
  const slots = view.slots.map(({ provider, parent, rent, startEpoch: since, faulted, provedThisEpoch, vacancy }, slot): SlotState => {
    const common = { slot, provider, parent, startEpoch: since, faulted, provedThisEpoch };
    return vacancy.rent === 0n ? { ...common, rent } : { ...common, rent: vacancy.rent, vacancy };
  });
  return { id, creator, startEpoch, endPeriod, k, m, n: k + m, batchLog2, heavy, feeBps, quota, bundles, batches, retiredBatches, turns, slots };
}
