import { buyTokens as buy } from '../chain/buy-tokens.ts';
import type { Client } from './client.ts';

/** Buys tokens for `coin` (smallest unit of the chain's coin). Returns token units. */
export function buyTokens(client: Client, options: { readonly coin: bigint }): Promise<{ tokens: bigint }> {
  return buy(client.chain, options);
}
