import type { Address } from 'viem';
import type { Tier } from '../wire/messages.ts';

/** The contracts' enum, by number. */
export const TIERS = ['none', 'standard', 'archival', 'edge', 'heavy'] as const;

/** A registered node. Amounts in token units. */
export interface NodeState {
  readonly id: number;
  readonly operator: Address;
  readonly payout: Address;
  readonly tier: Tier;
  readonly region: number;
  /** The parent heavy node; 0 for heavy nodes. */
  readonly parent: number;
  readonly endpoint: string;
  readonly stake: bigint;
  /** Part of `stake` on its way out. */
  readonly queued: bigint;
  /** What the promised rent needs. */
  readonly required: bigint;
  /** Settled and not yet paid out. */
  readonly owed: bigint;
  readonly faulted: boolean;
}

/** A node as Lens returns it. */
export type NodeView = Omit<NodeState, 'tier'> & { readonly tier: number };

export function toNodeState(view: NodeView): NodeState {
  const { id, operator, payout, region, parent, endpoint, stake, queued, required, owed, faulted } = view;
  return { id, operator, payout, tier: TIERS[view.tier] as Tier, region, parent, endpoint, stake, queued, required, owed, faulted };
}
