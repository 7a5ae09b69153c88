import { eventOf } from './event-of.ts';
import { saleAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** Buys tokens for `coin` (smallest unit); returns the token units received. */
export async function buyTokens(chain: Chain, options: { coin: bigint }): Promise<{ tokens: bigint }> {
  const receipt = await chain.send({ address: chain.deployment.sale, abi: saleAbi, functionName: 'buy', args: [], value: options.coin });
  return { tokens: eventOf(receipt, saleAbi, 'Bought').tokens };
}
