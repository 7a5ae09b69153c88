import { registryAbi } from './generated/abi.ts';
import { spendTokens } from './spend-tokens.ts';
import type { Chain } from './types.ts';

/** Adds `amount` token units to a node's stake. */
export async function addStake(chain: Chain, options: { id: number; amount: bigint }): Promise<void> {
  const { registry } = chain.deployment;
  await spendTokens(chain, { spender: registry, amount: options.amount }, { address: registry, abi: registryAbi, functionName: 'addStake', args: [options.id, options.amount] });
}
