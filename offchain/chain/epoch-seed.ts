import { zeroHash } from 'viem';
import type { Hex } from 'viem';
import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** The seed of `epoch`, or undefined while nobody has fixed it. */
export async function epochSeed(chain: Chain, epoch: number): Promise<Hex | undefined> {
  const seed = await chain.read({ address: chain.deployment.market, abi: marketAbi, functionName: 'seedOf', args: [epoch] });
  return seed === zeroHash ? undefined : seed;
}
