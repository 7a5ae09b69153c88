import type { Hex } from 'viem';
import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** Hands in a slot's late receipt for a committed bundle. Anyone may send it. */
export async function acknowledge(chain: Chain, options: { agreement: number; bundle: number; slot: number; signature: Hex }): Promise<void> {
  const { agreement, bundle, slot, signature } = options;
  await chain.send({ address: chain.deployment.market, abi: marketAbi, functionName: 'acknowledge', args: [agreement, bundle, BigInt(slot), signature] });
}
