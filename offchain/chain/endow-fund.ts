import { contractOf } from './contracts-of.ts';
import { endowmentAbi } from './generated/abi.ts';
import { spendTokens } from './spend-tokens.ts';
import type { Chain } from './types.ts';

/** Anyone may add `amount` token units to a fund. */
export async function endowFund(chain: Chain, options: { fund: number; amount: bigint }): Promise<void> {
  const address = contractOf(chain, 'endowment');
  const { fund, amount } = options;
  await spendTokens(chain, { spender: address, amount }, { address, abi: endowmentAbi, functionName: 'endow', args: [BigInt(fund), amount] });
}
