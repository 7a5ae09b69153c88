import type { Chain } from '../chain/client.ts';
import { owedToNode } from '../chain/read-money.ts';
import { readNode } from '../chain/read-node.ts';
import { readRail } from '../chain/read-money.ts';
import { settle } from '../chain/settle.ts';
import { withdrawNode } from '../chain/withdraw.ts';
import { queueWithdrawal } from '../chain/withdraw-stake.ts';
import type { Store } from '../store/open.ts';

export interface Payday {
  /** Token units that this settling added, after fees. */
  readonly earned: bigint;
  /** Token units paid to the payout address. */
  readonly withdrawn: bigint;
}

/** Settles every rail that this provider ever had and pays what is owed. Costs one transaction per rail that still flows, and one more. */
export async function settleAndWithdraw(options: { readonly chain: Chain; readonly store: Store; readonly id: number }): Promise<Payday> {
  const { chain, store, id } = options;
  let earned = 0n;
  for (const rail of await store.rail.findMany()) {
    const { rate } = await readRail(chain, { provider: id, ...rail });
    if (rate > 0n) earned += (await settle(chain, { provider: id, ...rail })).earned;
  }
  const owed = await owedToNode(chain, id);
  return { earned, withdrawn: owed > 0n ? (await withdrawNode(chain, { id })).amount : 0n };
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
