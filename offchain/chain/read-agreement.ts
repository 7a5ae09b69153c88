import { zeroAddress } from 'viem';
import type { Address } from 'viem';
import { ChainError } from './chain-errors.ts';
import { lensAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** One slot of an agreement. A released slot has provider 0. */
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
  /** Batches of space; `batches` of them are used. */
  readonly quota: number;
  readonly bundles: number;
  readonly batches: number;
  /** Successions so far. */
  readonly turns: number;
  readonly slots: readonly SlotState[];
}

/** Throws NO_SUCH_AGREEMENT. */
export async function readAgreement(chain: Chain, id: number): Promise<AgreementState> {
  const view = await chain.read({ address: chain.deployment.lens, abi: lensAbi, functionName: 'agreement', args: [id] });
  const { creator, startEpoch, endPeriod, k, m, batchLog2, heavy, feeBps, quota, bundles, batches, turns } = view.agreement;
  if (creator === zeroAddress) throw new ChainError('NO_SUCH_AGREEMENT', `There is no agreement ${id}.`, { details: { id } });
  const slots = view.slots.map(({ provider, parent, rent, startEpoch: since, faulted, provedThisEpoch }, slot) => ({
    slot,
    provider,
    parent,
    rent,
    startEpoch: since,
    faulted,
    provedThisEpoch,
  }));
  return { id, creator, startEpoch, endPeriod, k, m, n: k + m, batchLog2, heavy, feeBps, quota, bundles, batches, turns, slots };
}
