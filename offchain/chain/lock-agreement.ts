import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** For good: the creator can no longer close or grow the agreement, nor retire what is in it, and every refund waits in its pot until the end. Endowments and commons want it. */
export async function lockAgreement(chain: Chain, options: { agreement: number }): Promise<void> {
  await chain.send({ address: chain.deployment.market, abi: marketAbi, functionName: 'lock', args: [options.agreement] });
}
