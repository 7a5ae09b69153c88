/** The smallest part of the registry that peers need to know about each other. A chain's NodeState fits. */
import type { Address } from 'viem';
import type { Tier } from '../wire/messages.ts';

export interface RegisteredNode {
  readonly id: number;
  readonly operator: Address;
  readonly tier: Tier;
  readonly region: number;
  /** The parent heavy node; 0 for heavy nodes. */
  readonly parent: number;
  readonly endpoint: string;
}

export interface Registered {
  /** undefined: no such node is registered. Throws when the chain was never read. */
  node(id: number): Promise<RegisteredNode | undefined>;
  heavies(): Promise<readonly RegisteredNode[]>;
}
