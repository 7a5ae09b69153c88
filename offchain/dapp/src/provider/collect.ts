/** A provider's pay, from what it proved to its payout address: one transaction for all rails, one for the payout, one for the reward. */
import { claimReward, readReward } from '../../../chain/claim-reward.ts';
import { lensAbi } from '../../../chain/generated/abi.ts';
import { owedToNode, readRail } from '../../../chain/read-money.ts';
import type { Chain } from '../../../chain/types.ts';
import { unlessPaid, withdrawNode } from '../../../chain/withdraw.ts';
import type { ProviderAccount } from '../../../earnings/provider-statement.ts';

export interface Collected {
  /** Token units that reached the payout address. */
  readonly paid: bigint;
  readonly rewarded: bigint;
}

export interface RailParties {
  readonly heavies: readonly number[];
  readonly parents: readonly number[];
}

/** With whom its rails are: every heavy node of its agreements, every parent that was named with them. */
export function railParties({ history, facts, statement }: ProviderAccount, parents: readonly number[]): RailParties {
  const mine = history.book.tenures.filter(({ provider }) => provider === statement.node);
  const settled = facts.flatMap((fact) => (fact.kind === 'settled' ? [fact.parent] : []));
  return { heavies: [...new Set(mine.map(({ heavy }) => heavy))], parents: [...new Set([...parents, ...settled])].filter((id) => id !== 0) };
}

/** Settles, withdraws, claims: whatever there is. Anyone may send these; the money goes to the payout address. */
export async function collectPay(chain: Chain, options: { readonly id: number } & RailParties): Promise<Collected> {
  const { id, heavies, parents } = options;
  if (await hasUnsettled(chain, options)) await chain.send({ address: chain.deployment.lens, abi: lensAbi, functionName: 'unsettled', args: [id, heavies, parents] });
  const owed = await owedToNode(chain, id);
  const paid = owed === 0n ? 0n : await unlessPaid(withdrawNode(chain, { id }));
  const reward = chain.deployment.rewards === undefined ? 0n : (await readReward(chain, id)).claimable;
  return { paid, rewarded: reward === 0n ? 0n : (await claimReward(chain, { id })).amount };
}

/** A rail that flows may have earned something since it was settled. */
async function hasUnsettled(chain: Chain, { id, heavies, parents }: { readonly id: number } & RailParties): Promise<boolean> {
  const pairs = heavies.flatMap((heavy) => parents.map((parent) => ({ provider: id, heavy, parent })));
  const rails = await Promise.all(pairs.map((rail) => readRail(chain, rail)));
  return rails.some(({ rate }) => rate > 0n);
}
