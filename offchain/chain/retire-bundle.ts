import { eventOf } from './event-of.ts';
import { RETIRED } from './events.ts';
import { marketAbi } from './generated/abi.ts';
import { readLogs } from './logs.ts';
import type { Chain } from './types.ts';

/** Gives a bundle up: the quota of its batches is free at once, and from the next epoch on its bytes may be dropped. */
export async function retireBundle(chain: Chain, at: { agreement: number; bundle: number }): Promise<{ batches: number }> {
  const receipt = await chain.send({ address: chain.deployment.market, abi: marketAbi, functionName: 'retire', args: [at.agreement, at.bundle] });
  return { batches: eventOf(receipt, marketAbi, 'Retired').batches };
}

/** The numbers of an agreement's retired bundles. */
export async function retiredBundles(chain: Chain, agreement: number): Promise<Set<number>> {
  const logs = await readLogs(chain, { event: RETIRED, args: { id: agreement } });
  return new Set(logs.map(({ args }) => args.bundle));
}
