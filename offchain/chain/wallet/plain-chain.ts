import { defineChain } from 'viem';
import type { Chain } from 'viem';

/** A chain as viem describes one, of which nothing but its id is known. */
export function plainChain(chainId: number, rpcUrls: readonly string[] = []): Chain {
  return defineChain({ id: chainId, name: `chain ${chainId}`, nativeCurrency: { name: 'Coin', symbol: 'COIN', decimals: 18 }, rpcUrls: { default: { http: rpcUrls } } });
}
