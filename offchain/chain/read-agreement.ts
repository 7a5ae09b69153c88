import { zeroAddress } from 'viem';
import type { Address } from 'viem';
import { ChainError } from './chain-errors.ts';
import { lensAbi } from './generated/abi.ts';
import { currentPeriod } from './current-epoch.ts';
import type { Chain } from './types.ts';
import { readVacancy } from './read-vacancy.ts';
import type { Vacancy } from './read-vacancy.ts';

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
  const slots = view.slots.map(({ provider, parent, rent, startEpoch: since, faulted, provedThisEpoch }, slot) => ({
    slot,
    provider,
    parent,
    rent,
    startEpoch: since,
    faulted,
    provedThisEpoch,
  }));
  const withVacancies = await addVacancies(chain, { id, endPeriod, slots });
  return { id, creator, startEpoch, endPeriod, k, m, n: k + m, batchLog2, heavy, feeBps, quota, bundles, batches, retiredBatches, turns, slots: withVacancies };
}

/** Only a running agreement has vacancies: the slots of one that has ended were released. */
async function addVacancies(chain: Chain, agreement: { id: number; endPeriod: number; slots: readonly SlotState[] }): Promise<SlotState[]> {
  const { id, endPeriod, slots } = agreement;
  const isComplete = slots.every(({ provider }) => provider !== 0);
  if (isComplete || (await currentPeriod(chain)) >= endPeriod) return [...slots];
  return Promise.all(
    slots.map(async (one) => {
      const vacancy = one.provider === 0 ? await readVacancy(chain, { agreement: id, slot: one.slot }) : undefined;
      return vacancy === undefined ? one : { ...one, rent: vacancy.rent, vacancy };
    }),
  );
}
