import { tokenBalance } from './read-money.ts';
import { currentPeriod } from './current-epoch.ts';
import { contractOf } from './contracts-of.ts';
import { eventOf } from './event-of.ts';
import { marketAbi, rewardsAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** Pays a provider's reward to its payout address. Anyone may send it. `amount`: token units. */
export async function claimReward(chain: Chain, options: { id: number }): Promise<{ amount: bigint }> {
  const receipt = await chain.send({ address: contractOf(chain, 'rewards'), abi: rewardsAbi, functionName: 'claim', args: [options.id] });
  return { amount: eventOf(receipt, rewardsAbi, 'Rewarded').amount };
}

/** Token units. */
export interface RewardState {
  /** Half of what was burned for the provider and not rewarded yet. */
  readonly earned: bigint;
  /** What a claim would pay now: the period's cap and the reserve may leave less. */
  readonly claimable: bigint;
}

export async function readReward(chain: Chain, id: number): Promise<RewardState> {
  const where = { address: contractOf(chain, 'rewards'), abi: rewardsAbi } as const;
  const period = await currentPeriod(chain);
  const [burned, counted, cap, issued, reserve] = await Promise.all([
    chain.read({ address: chain.deployment.market, abi: marketAbi, functionName: 'burnedFor', args: [id] }),
    chain.read({ ...where, functionName: 'countedFor', args: [id] }),
    chain.read({ ...where, functionName: 'capPerPeriod' }),
    chain.read({ ...where, functionName: 'issuedIn', args: [period] }),
    tokenBalance(chain, where.address),
  ]);
  const earned = (burned - counted) / 2n;
  const claimable = [earned, cap - issued, reserve].reduce((least, one) => (one < least ? one : least));
  return { earned, claimable };
}
