import { withAllowance } from './approve-tokens.ts';
import { contractOf } from './contracts-of.ts';
import { endowmentAbi } from './generated/abi.ts';
import type { Chain } from './types.ts';

/** Anyone may add `amount` token units to a fund; approves them first where needed. */
export async function endowFund(chain: Chain, options: { fund: number; amount: bigint }): Promise<void> {
  const address = contractOf(chain, 'endowment');
  const { fund, amount } = options;
  await withAllowance(chain, { spender: address, amount }, () => chain.send({ address, abi: endowmentAbi, functionName: 'endow', args: [BigInt(fund), amount] }));
}
