/** What a provider has beside its rent: rewards, and the vouchers of paid reads. */
import { readReward } from '../chain/claim-reward.ts';
import type { RewardState } from '../chain/claim-reward.ts';
import type { Chain } from '../chain/client.ts';
import { Redeemer } from '../reads/take/redeemer.ts';
import { Till } from '../reads/take/till.ts';
import { createLogger } from '../store/log.ts';
import type { Store } from '../store/open.ts';

export interface ReadIncome {
  /** Absent where the deployment has no rewards. */
  readonly reward?: RewardState;
  /** Token units that wait to be redeemed, and out of how many channels and pools. */
  readonly vouchers: { readonly unredeemed: bigint; readonly channels: number };
}

export async function readIncome(chain: Chain, node: { readonly store: Store; readonly id: number }): Promise<ReadIncome> {
  const { accounts } = await tillOf(chain, node);
  const open = [...accounts.values()].filter(({ unredeemed }) => unredeemed > 0n);
  const vouchers = { unredeemed: open.reduce((sum, one) => sum + one.unredeemed, 0n), channels: open.length };
  return chain.deployment.rewards === undefined ? { vouchers } : { reward: await readReward(chain, node.id), vouchers };
}

/** Redeems all stored vouchers, beside a service that may be running: what is redeemed twice is passed over. Token units. */
export async function redeemStored(chain: Chain, node: { readonly store: Store; readonly id: number }): Promise<bigint> {
  const till = await tillOf(chain, node);
  return new Redeemer({ chain, till, log: createLogger({ name: 'redeem', write: () => undefined }) }).redeem();
}

function tillOf(chain: Chain, { store, id }: { readonly store: Store; readonly id: number }): Promise<Till> {
  return Till.open({ chain, store, id, heavy: 0, pricePerGib: 0n, nowSeconds: () => chain.nowSeconds() });
}
