import { claimReward, readReward } from '../chain/claim-reward.ts';
import type { Chain } from '../chain/client.ts';
import { ContractRevertError } from '../chain/chain-errors.ts';
import { owedToNode } from '../chain/read-money.ts';
import { readNode } from '../chain/read-node.ts';
import { readRail } from '../chain/read-money.ts';
import { settle } from '../chain/settle.ts';
import { unlessPaid, withdrawNode } from '../chain/withdraw.ts';
import { queueWithdrawal } from '../chain/withdraw-stake.ts';
import type { Store } from '../store/open.ts';

export interface Payday {
  /** Token units that this settling added, after fees. */
  readonly earned: bigint;
  /** Token units paid to the payout address. */
  readonly withdrawn: bigint;
  /** Token units of rewards, paid to the payout address too. */
  readonly rewarded: bigint;
}

/** Settles every rail that this provider ever had, pays what is owed and claims the reward. Costs one transaction per rail that still flows, and two more. */
export async function settleAndWithdraw(options: { readonly chain: Chain; readonly store: Store; readonly id: number }): Promise<Payday> {
  const { chain, store, id } = options;
  let earned = 0n;
  for (const rail of await store.rail.findMany()) {
    const { rate } = await readRail(chain, { provider: id, ...rail });
    if (rate > 0n) earned += (await settle(chain, { provider: id, ...rail })).earned;
  }
  const owed = await owedToNode(chain, id);
  const withdrawn = owed > 0n ? await unlessPaid(withdrawNode(chain, { id })) : 0n;
  return { earned, withdrawn, rewarded: await claimIfAny(chain, id) };
}

/** Behind the settlement: what it burned is what rewards are measured by. */
async function claimIfAny(chain: Chain, id: number): Promise<bigint> {
  if (chain.deployment.rewards === undefined || (await readReward(chain, id)).claimable === 0n) return 0n;
  try {
    return (await claimReward(chain, { id })).amount;
  } catch (error) {
    // Somebody else claimed it, or used the period's cap up, in the same moment.
    if (error instanceof ContractRevertError && ['NothingToClaim', 'CapReached'].includes(error.errorName)) return 0n;
    throw error;
  }
}

/** Queues all stake that no promise binds. `chain/withdraw-stake.ts` pays it out from `readyEpoch` on. */
export async function exit(options: { readonly chain: Chain; readonly id: number }): Promise<{ queued: bigint; readyEpoch: number | undefined }> {
  const { chain, id } = options;
  const node = await readNode(chain, id);
  const free = node.stake - node.queued - node.required;
  if (free <= 0n) return { queued: 0n, readyEpoch: undefined };
  const { readyEpoch } = await queueWithdrawal(chain, { id, amount: free });
  return { queued: free, readyEpoch };
}
