import { eventOf } from './event-of.ts';
import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/**
 * Takes a slot from a provider that has not acknowledged a bundle for `ackEpochs`: the slot is vacant, nothing is slashed. For the creator,
 * a session key, or the operator of the agreement's heavy node.
 */
export async function dismiss(chain: Chain, at: { agreement: number; slot: number; bundle: number }): Promise<{ provider: number }> {
  const { agreement, slot, bundle } = at;
  const receipt = await chain.send({ address: chain.deployment.market, abi: marketAbi, functionName: 'dismiss', args: [agreement, BigInt(slot), bundle] });
  return { provider: eventOf(receipt, marketAbi, 'Vacated').provider };
}
