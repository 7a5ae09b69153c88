import { eventOf } from './event-of.ts';
import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** Ends a challenge whose deadline has passed; the challenger's money is credited. Anyone may send it. */
export async function endChallenge(chain: Chain, challenge: bigint): Promise<{ slotLost: boolean }> {
  const receipt = await chain.send({ address: chain.deployment.market, abi: marketAbi, functionName: 'endChallenge', args: [challenge] });
  return { slotLost: eventOf(receipt, marketAbi, 'ChallengeEnded').slotLost };
}
