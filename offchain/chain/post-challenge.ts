import { eventOf } from './event-of.ts';
import { marketAbi } from './generated/abi.ts';
import { readParameters } from './read-parameters.ts';
import { spendTokens } from './spend-tokens.ts';
import type { Chain } from './types.ts';

/** Token units per bond unit of the parameters: contracts/libraries/Challenges.sol, BOND_UNIT. */
const BOND_UNIT = 10n ** 12n;

/** What a targeted challenge puts at stake now, in token units. */
export async function challengeBond(chain: Chain): Promise<bigint> {
  return BigInt((await readParameters(chain)).bondUnits) * BOND_UNIT;
}

/**
 * Puts a bond on one leaf not being there. `batch` counts inside the bundle. The provider must show the leaf before `deadlineEpoch` begins,
 * and wins the bond; or the slot is lost, and bond and a tenth of the slash are the challenger's.
 */
export async function postChallenge(
  chain: Chain,
  target: { agreement: number; slot: number; bundle: number; batch: number; leaf: number },
): Promise<{ challenge: bigint; bond: bigint; deadlineEpoch: number }> {
  const { agreement, slot, bundle, batch, leaf } = target;
  const { market } = chain.deployment;
  const bond = await challengeBond(chain);
  const receipt = await spendTokens(chain, { spender: market, amount: bond }, { address: market, abi: marketAbi, functionName: 'challenge', args: [agreement, BigInt(slot), bundle, batch, leaf] });
  const { challenge, deadlineEpoch } = eventOf(receipt, marketAbi, 'Challenged');
  return { challenge, bond, deadlineEpoch };
}
