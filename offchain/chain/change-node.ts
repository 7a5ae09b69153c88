import type { Address } from 'viem';
import { registryAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

export async function setEndpoint(chain: Chain, options: { id: number; endpoint: string }): Promise<void> {
  await chain.send({ address: chain.deployment.registry, abi: registryAbi, functionName: 'setEndpoint', args: [options.id, options.endpoint] });
}

/** Counts for agreements opened from now on. */
export async function setParent(chain: Chain, options: { id: number; parent: number }): Promise<void> {
  await chain.send({ address: chain.deployment.registry, abi: registryAbi, functionName: 'setParent', args: [options.id, options.parent] });
}

/** Only the payout address itself may call. */
export async function setPayout(chain: Chain, options: { id: number; payout: Address }): Promise<void> {
  await chain.send({ address: chain.deployment.registry, abi: registryAbi, functionName: 'setPayout', args: [options.id, options.payout] });
}
