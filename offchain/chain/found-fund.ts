import { zeroAddress } from 'viem';
import type { Address } from 'viem';
import { contractOf } from './contracts-of.ts';
import { eventOf } from './event-of.ts';
import { endowmentAbi } from './generated/abi.ts';
import { spendTokens } from './spend-tokens.ts';
import type { Chain } from './types.ts';

export interface FundTerms {
  /** A locked one. */
  readonly agreement: number;
  /** Principal, in token units; anyone may add to it later. */
  readonly amount: bigint;
  /** Token units that one more period may cost. */
  readonly maxPerPeriod: bigint;
  /** Proven share of the last period that a payment needs, in basis points. */
  readonly minProvenBps: number;
  /** An ERC-4626 vault of the same token, which the founder trusts; absent: everything stays in the fund. */
  readonly vault?: Address | undefined;
  /** So many periods' highest cost never enter the vault. */
  readonly reservePeriods?: number | undefined;
}

/** Founds an endowment with its first principal. */
export async function foundFund(chain: Chain, terms: FundTerms): Promise<{ fund: number }> {
  const address = contractOf(chain, 'endowment');
  const { agreement, amount, maxPerPeriod, minProvenBps, vault = zeroAddress, reservePeriods = 0 } = terms;
  const receipt = await spendTokens(chain, { spender: address, amount }, { address, abi: endowmentAbi, functionName: 'found', args: [agreement, vault, maxPerPeriod, minProvenBps, reservePeriods, amount] });
  return { fund: Number(eventOf(receipt, endowmentAbi, 'Founded').fund) };
}
