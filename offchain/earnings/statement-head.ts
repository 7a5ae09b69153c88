import type { Address } from 'viem';

/** What every node's statement begins with. All amounts are token units. */
export interface StatementHead {
  readonly node: number;
  readonly operator: Address;
  readonly payout: Address;
  readonly block: bigint;
  readonly epoch: number;
  /** Off the market to the payout address, and waiting there. */
  readonly paid: bigint;
  readonly owed: bigint;
  /** What the market owes beyond what its events say: 0. */
  readonly unexplained: bigint;
}
