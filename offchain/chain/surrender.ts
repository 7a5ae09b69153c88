import { eventOf } from './event-of.ts';
import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/**
 * The operator admits that a slot's data is lost: the slot is vacant at once, for half of the usual slash (`slashed`, token units).
 * While this epoch's draw is open, its proof is given up.
 */
export async function surrender(chain: Chain, at: { agreement: number; slot: number }): Promise<{ slashed: bigint }> {
  const receipt = await chain.send({ address: chain.deployment.market, abi: marketAbi, functionName: 'surrender', args: [at.agreement, BigInt(at.slot)] });
  return { slashed: eventOf(receipt, marketAbi, 'Vacated').slashed };
}
