import { ContractRevertError } from './chain-errors.ts';
import { eventOf } from './event-of.ts';
import { marketAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** Pays the account's refunds, compensations and rewards, in token units. */
export async function withdraw(chain: Chain): Promise<{ amount: bigint }> {
  const receipt = await chain.send({ address: chain.deployment.market, abi: marketAbi, functionName: 'withdraw', args: [] });
  return { amount: eventOf(receipt, marketAbi, 'AccountPaid').amount };
}

/** Pays a node's settled earnings to its payout address. Anyone may send it. */
export async function withdrawNode(chain: Chain, options: { id: number }): Promise<{ amount: bigint }> {
  const receipt = await chain.send({ address: chain.deployment.market, abi: marketAbi, functionName: 'withdrawNode', args: [options.id] });
  return { amount: eventOf(receipt, marketAbi, 'NodePaid').amount };
}

/** Zero where somebody else paid it in the same moment: a running service and its operator may both ask. */
export async function unlessPaid(paying: Promise<{ amount: bigint }>): Promise<bigint> {
  try {
    return (await paying).amount;
  } catch (error) {
    if (error instanceof ContractRevertError && error.errorName === 'NothingOwed') return 0n;
    throw error;
  }
}
