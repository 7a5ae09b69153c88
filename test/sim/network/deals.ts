import type { AgreementState, SlotState } from '../../../offchain/chain/read-agreement.ts';
import type { Tenure, Vacancy } from '../../support/contracts/life-ledger.ts';
import type { RealBytes } from './real-bytes.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
export type LiveSlot = Mutable<SlotState>;
/** What Lens would say of it now. */
export type LiveAgreement = Omit<Mutable<AgreementState>, 'slots'> & { slots: LiveSlot[] };

/** An agreement as the simulation keeps it. Bit b of a word stands for tracked batch b. */
export interface Deal {
  readonly id: number;
  /** Index of the heavy node whose footprint it carries. */
  readonly heavy: number;
  readonly state: LiveAgreement;
  readonly batches: number;
  /** Per slot: batches of which no good fragment is there. */
  readonly missing: Uint32Array;
  /** Per slot: those of them that nobody knows of yet. */
  readonly latent: Uint32Array;
  /** Slots that acknowledged the bundle. */
  acknowledged: number;
  /** -1: nothing was committed. */
  committedEpoch: number;
  /** Period until which the creator wants it. */
  readonly wantedUntil: number;
  readonly tenures: (Tenure | undefined)[];
  readonly vacancies: (Vacancy | undefined)[];
  /** Batches with fewer than k fragments left, ever. */
  lost: number;
  isRepairing: boolean;
  /** What a repair that was broken off has sent already. */
  sent: { readonly slot: number; readonly provider: number; readonly share: number } | undefined;
  /** Slots without their data, since when. */
  harmed: number;
  harmSince: number;
  readonly harmedAt: Float64Array;
  readonly real: RealBytes | undefined;
}

export function allBatches(deal: Deal): number {
  return 2 ** deal.batches - 1;
}

export function bitCount(word: number): number {
  let rest = word;
  let count = 0;
  for (; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** The batches that have fewer than k fragments. */
export function beyondRepair(deal: Deal): number {
  let word = 0;
  for (let batch = 0; batch < deal.batches; batch += 1) {
    let there = 0;
    for (const missing of deal.missing) if (((missing >>> batch) & 1) === 0) there += 1;
    if (there < deal.state.k) word |= 1 << batch;
  }
  return word;
}
