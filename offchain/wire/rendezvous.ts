/** Rendezvous hashing: everybody who knows the same nodes puts them in the same order for a key, and a node that comes or goes changes few keys' first ones. */
import { concat, keccak256, numberToHex } from 'viem';
import type { Hex } from 'viem';

/** `key`: 32 bytes. Equal weights; the first one comes first. */
export function rendezvous(key: Hex, nodes: readonly number[]): number[] {
  return nodes
    .map((node) => ({ node, weight: keccak256(concat([key, numberToHex(node, { size: 32 })])) }))
    .sort((a, b) => (a.weight < b.weight ? 1 : -1))
    .map(({ node }) => node);
}
