import { eventOf } from './event-of.ts';
import { registryAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** Queues `amount` token units on top of what is queued; the delay starts anew for all of it. */
export async function queueWithdrawal(chain: Chain, options: { id: number; amount: bigint }): Promise<{ readyEpoch: number }> {
  const receipt = await chain.send({ address: chain.deployment.registry, abi: registryAbi, functionName: 'queueWithdrawal', args: [options.id, options.amount] });
  return { readyEpoch: eventOf(receipt, registryAbi, 'WithdrawalQueued').readyEpoch };
}

/** Pays what was queued to the payout address. Anyone may send it. */
export async function withdrawStake(chain: Chain, options: { id: number }): Promise<{ amount: bigint }> {
  const receipt = await chain.send({ address: chain.deployment.registry, abi: registryAbi, functionName: 'withdrawStake', args: [options.id] });
  return { amount: eventOf(receipt, registryAbi, 'StakeWithdrawn').amount };
}
