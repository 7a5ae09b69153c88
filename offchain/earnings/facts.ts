/** What the market said, as plain facts. All amounts are token units; `epoch`: that of the fact's block. */
import type { Address, Hex } from 'viem';

export interface Place {
  readonly block: bigint;
  readonly index: number;
  readonly transaction: Hex;
  readonly epoch: number;
}

/** What changes who holds which slot, at which rent, and until when. In the order of the chain. */
export type TermFact = Place & { readonly agreement: number } & (
  | { readonly kind: 'opened'; readonly creator: Address; readonly heavy: number; readonly feeBps: number; readonly endPeriod: number; readonly holders: readonly { readonly provider: number; readonly rent: bigint }[]; readonly paid: bigint }
  /** `added`: rent on top, in slot order. */
  | { readonly kind: 'grown'; readonly added: readonly bigint[]; readonly paid: bigint }
  | { readonly kind: 'extended'; readonly endPeriod: number; readonly paid: bigint; readonly payer: Address }
  | { readonly kind: 'closed'; readonly endPeriod: number }
  | { readonly kind: 'vacated'; readonly slot: number; readonly provider: number; readonly cause: Cause; readonly slashed: bigint }
  | { readonly kind: 'replaced'; readonly slot: number; readonly to: number; readonly rent: bigint; readonly bounty: bigint }
  | { readonly kind: 'released'; readonly slot: number; readonly provider: number }
  | { readonly kind: 'refunded'; readonly amount: bigint; readonly isLocked: boolean }
  | { readonly kind: 'toppedUp'; readonly from: Address; readonly amount: bigint }
  | { readonly kind: 'potTaken'; readonly amount: bigint }
  | { readonly kind: 'locked' }
);

/** contracts/types/Structs.sol: enum Cause, in its order. */
export const CAUSES = ['fault', 'notice', 'handOver', 'surrender', 'challenge', 'unacknowledged'] as const;
export type Cause = (typeof CAUSES)[number];

/** contracts/libraries/Vacancies.sol: percent of what is slashed. */
export const SHARES = { creator: 50n, repairer: 25n, successor: 15n } as const;

/** What a provider or heavy node was credited, paid, or lost. */
export type NodeFact = Place & { readonly node: number } & (
  | { readonly kind: 'settled'; readonly provider: number; readonly heavy: number; readonly parent: number; readonly upTo: number; readonly earned: bigint; readonly fee: bigint; readonly parentFee: bigint }
  | { readonly kind: 'paid'; readonly amount: bigint }
  | { readonly kind: 'bondWon'; readonly amount: bigint }
  | { readonly kind: 'missesReported'; readonly period: number; readonly misses: number; readonly slashed: bigint; readonly reporter: Address; readonly reward: bigint }
  | { readonly kind: 'staked' | 'unstaked' | 'slashed' | 'rewarded' | 'feesBurned'; readonly amount: bigint }
  /** Off channels and pools, less the fee; straight to the payout address. */
  | { readonly kind: 'readsPaid'; readonly amount: bigint }
);
