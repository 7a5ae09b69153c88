import { eventOf } from './event-of.ts';
import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** Ends an agreement at the next period boundary. `refund`: token units that come back at once, paid by `withdraw`. */
export async function closeAgreement(chain: Chain, options: { agreement: number }): Promise<{ endPeriod: number; refund: bigint }> {
  const receipt = await chain.send({ address: chain.deployment.market, abi: marketAbi, functionName: 'close', args: [options.agreement] });
  const { endPeriod, refund } = eventOf(receipt, marketAbi, 'Closed');
  return { endPeriod, refund };
}
