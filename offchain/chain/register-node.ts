import type { Address } from 'viem';
import type { Tier } from '../wire/messages.ts';
import { eventOf } from './event-of.ts';
import { registryAbi } from './generated/abi.ts';
import { TIERS } from './node-state.ts';
import type { Chain } from './types.ts';

/** Registers the account as the operator of a new node. `parent`: a heavy node; heavy nodes themselves have none. */
export async function registerNode(
  chain: Chain,
  options: { tier: Tier; region: number; parent?: number; payout: Address; endpoint: string },
): Promise<{ id: number }> {
  const receipt = await chain.send({
    address: chain.deployment.registry,
    abi: registryAbi,
    functionName: 'register',
    args: [TIERS.indexOf(options.tier), options.region, options.parent ?? 0, options.payout, options.endpoint],
  });
  return { id: eventOf(receipt, registryAbi, 'Registered').id };
}
