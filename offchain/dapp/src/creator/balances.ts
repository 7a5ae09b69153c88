import type { Address } from 'viem';
import { coinBalance, owedTo, saleRate, tokenBalance } from '../../../chain/read-money.ts';
import type { Chain } from '../../../chain/client.ts';
import { useRead } from '../state/read.ts';

export interface AccountBalances {
  readonly coin: bigint;
  readonly tokens: bigint;
  /** Refunds and compensation that `withdraw` pays. */
  readonly owed: bigint;
  /** Token units for one unit of coin. */
  readonly rate: bigint;
}

export async function readBalances(chain: Chain, account: Address): Promise<AccountBalances> {
  const [coin, tokens, owed, rate] = await Promise.all([coinBalance(chain, account), tokenBalance(chain, account), owedTo(chain, account), saleRate(chain)]);
  return { coin, tokens, owed, rate };
}

export function useBalances(account: Address | undefined) {
  return useRead(['balances', account ?? null], (chain) => readBalances(chain, account!), { enabled: account !== undefined });
}
