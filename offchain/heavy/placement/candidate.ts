/** What placement is told about providers. Amounts are token units, sizes bytes. */
import type { ChoiceCode, ProviderTier, Refusal } from '../../wire/placement.ts';

/** A provider that could take a slot. `price` is per batch and epoch. Whatever is absent is not known, and no rule on it refuses. */
export interface Candidate {
  readonly provider: number;
  readonly operator: string;
  /** Where its earnings go: two nodes that pay the same address are one owner's. */
  readonly payout?: string;
  readonly region: number;
  readonly tier?: ProviderTier;
  /** Its parent heavy node. */
  readonly parent?: number;
  readonly price: bigint;
  /** Stake that neither stands behind promised rent nor is on its way out. */
  readonly freeStake: bigint;
  /** It answered when it was asked last. */
  readonly alive: boolean;
  /** The chain says so: a run of missed proofs. */
  readonly faulted?: boolean;
  /** Why it takes no new data. */
  readonly readOnly?: string;
  /** What its address resolves to. */
  readonly addresses?: readonly string[];
  readonly freeBytes?: number;
  /** Free and stored together. */
  readonly capacityBytes?: number;
  /** 0 to 1. */
  readonly reputation?: number;
  /** Share of probes answered; absent until there were enough of them. */
  readonly uptime?: number;
  readonly bytesPerSecond?: number;
  readonly ageEpochs?: number;
  /** Audits passed, and what it holds of agreements matched here. */
  readonly vetting?: { readonly successes: number; readonly heldBytes: number };
}

/** What a provider that keeps its slot takes away from the others. */
export type Occupant = Pick<Candidate, 'provider' | 'operator' | 'region' | 'payout' | 'parent' | 'addresses'>;

export interface Choice<C extends Candidate = Candidate> {
  readonly candidate: C;
  readonly code: ChoiceCode;
  readonly reason: string;
}

export interface Placement<C extends Candidate = Candidate> {
  readonly chosen: readonly Choice<C>[];
  readonly refused: readonly Refusal[];
}

export type { Refusal, RefusalCode } from '../../wire/placement.ts';
