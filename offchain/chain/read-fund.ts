import { isAddressEqual, zeroAddress } from 'viem';
import type { Address } from 'viem';
import { ChainError } from './chain-errors.ts';
import { contractOf } from './contracts-of.ts';
import { endowmentAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** An endowment of one agreement. Amounts are token units. */
export interface FundState {
  readonly fund: number;
  readonly agreement: number;
  readonly founder: Address;
  /** The period of its last payment; 0 before the first one. */
  readonly paidInPeriod: number;
  /** Proven share of the last period that a payment needs, in basis points. */
  readonly minProvenBps: number;
  /** So many periods' highest cost stay outside the vault. */
  readonly reservePeriods: number;
  readonly maxPerPeriod: bigint;
  /** ERC-4626; undefined where everything stays in the fund. */
  readonly vault: Address | undefined;
  readonly tokens: bigint;
  /** Of the vault. */
  readonly shares: bigint;
}

/** Throws NO_SUCH_FUND, NOT_DEPLOYED. */
export async function readFund(chain: Chain, fund: number): Promise<FundState> {
  const address = contractOf(chain, 'endowment');
  const [agreement, founder, paidInPeriod, minProvenBps, reservePeriods, maxPerPeriod, vault, tokens, shares] = await chain.read({
    address,
    abi: endowmentAbi,
    functionName: 'funds',
    args: [BigInt(fund)],
  });
  if (isAddressEqual(founder, zeroAddress)) {
    throw new ChainError('NO_SUCH_FUND', `There is no fund ${fund}.`, { details: { fund }, nextStep: 'Check the number; `holdfast endow found` founds one.' });
  }
  return { fund, agreement, founder, paidInPeriod, minProvenBps, reservePeriods, maxPerPeriod, vault: isAddressEqual(vault, zeroAddress) ? undefined : vault, tokens, shares };
}
