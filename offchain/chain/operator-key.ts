import { isAddressEqual, zeroAddress } from 'viem';
import type { Address } from 'viem';
import { registryAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** The node's payout address names the key that may take over from the present one; the zero address takes it back. */
export async function nameOperator(chain: Chain, options: { id: number; key: Address }): Promise<void> {
  await chain.send({ address: chain.deployment.registry, abi: registryAbi, functionName: 'nameOperator', args: [options.id, options.key] });
}

/** The named key takes over, at once and for good: what the former key signed is void, and it never operates a node again. */
export async function acceptOperator(chain: Chain, options: { id: number }): Promise<void> {
  await chain.send({ address: chain.deployment.registry, abi: registryAbi, functionName: 'acceptOperator', args: [options.id] });
}

/** The key that may take over; undefined when none is named. */
export async function namedOperator(chain: Chain, id: number): Promise<Address | undefined> {
  const named = await chain.read({ address: chain.deployment.registry, abi: registryAbi, functionName: 'namedOperatorOf', args: [id] });
  return isAddressEqual(named, zeroAddress) ? undefined : named;
}
