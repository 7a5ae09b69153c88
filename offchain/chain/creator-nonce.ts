import type { Address } from 'viem';
import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** The nonce that the creator's next Terms must carry: its number of earlier agreements. */
export async function creatorNonce(chain: Chain, creator: Address): Promise<number> {
  return chain.read({ address: chain.deployment.market, abi: marketAbi, functionName: 'nonceOf', args: [creator] });
}
