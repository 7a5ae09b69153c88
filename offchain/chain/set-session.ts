import type { Address } from 'viem';
import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/**
 * Lets `key` commit, retire and empty pots into the creator's own credit until `expiry` (Unix seconds; 0 ends it). It never receives
 * tokens, and cannot open, close or authorise.
 */
export async function setSession(chain: Chain, options: { key: Address; expiry: number }): Promise<void> {
  await chain.send({ address: chain.deployment.market, abi: marketAbi, functionName: 'setSession', args: [options.key, BigInt(options.expiry)] });
}
