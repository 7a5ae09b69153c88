import { ContractRevertError } from './chain-errors.ts';
import { eventOf } from './event-of.ts';
import { marketAbi } from './generated/abi.ts';
import { readParameters } from './read-parameters.ts';
import { spendTokens } from './spend-tokens.ts';
import { tryUnpaid } from './try-unpaid.ts';
import type { Chain } from './types.ts';

/** Token units per bond unit of the parameters: contracts/libraries/Challenges.sol, BOND_UNIT. */
const BOND_UNIT = 10n ** 12n;

/** What a targeted challenge puts at stake now, in token units. */
export async function challengeBond(chain: Chain): Promise<bigint> {
  return BigInt((await readParameters(chain)).bondUnits) * BOND_UNIT;
}

export interface ChallengeTarget {
  readonly agreement: number;
  readonly slot: number;
  readonly bundle: number;
  /** Counts inside the bundle. */
  readonly batch: number;
  readonly leaf: number;
}

/** Whether the market would take it now, whatever tokens the account has. @throws ContractRevertError, RpcUnavailableError */
export async function tryChallenge(chain: Chain, target: ChallengeTarget): Promise<void> {
  try {
    await tryUnpaid(chain, requestOf(chain, target));
  } catch (error) {
    if (!(error instanceof ContractRevertError && error.errorName === 'ERC20InsufficientBalance')) throw error;
  }
}

/**
 * Puts a bond on one leaf not being there. The provider must show the leaf before `deadlineEpoch` begins,
 * and wins the bond; or the slot is lost, and bond and a tenth of the slash are the challenger's.
 */
export async function postChallenge(chain: Chain, target: ChallengeTarget): Promise<{ challenge: bigint; bond: bigint; deadlineEpoch: number }> {
  const bond = await challengeBond(chain);
  const receipt = await spendTokens(chain, { spender: chain.deployment.market, amount: bond }, requestOf(chain, target));
  const { challenge, deadlineEpoch } = eventOf(receipt, marketAbi, 'Challenged');
  return { challenge, bond, deadlineEpoch };
}

function requestOf({ deployment }: Chain, { agreement, slot, bundle, batch, leaf }: ChallengeTarget) {
  return { address: deployment.market, abi: marketAbi, functionName: 'challenge', args: [agreement, BigInt(slot), bundle, batch, leaf] } as const;
}
