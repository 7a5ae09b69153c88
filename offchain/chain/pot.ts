import { marketAbi } from './generated/abi.ts';
import { spendTokens } from './spend-tokens.ts';
import type { Chain } from './types.ts';

/** What renewals are paid from, and what the creator authorised. Amounts are token units. */
export interface RenewalState {
  readonly pot: bigint;
  /** Highest cost of one period. 0: no renewal. */
  readonly maxPerPeriod: bigint;
  /** No renewal reaches beyond this period. */
  readonly untilPeriod: number;
  /** For good: not to be closed or grown, nothing in it is retired, and refunds wait in the pot. */
  readonly isLocked: boolean;
}

export async function readRenewal(chain: Chain, agreement: number): Promise<RenewalState> {
  const where = { address: chain.deployment.market, abi: marketAbi } as const;
  const [pot, { maxPerPeriod, untilPeriod, isLocked }] = await Promise.all([
    chain.read({ ...where, functionName: 'potOf', args: [agreement] }),
    chain.read({ ...where, functionName: 'renewalOf', args: [agreement] }),
  ]);
  return { pot, maxPerPeriod, untilPeriod, isLocked };
}

/** Anyone may put tokens into the pot. */
export async function topUp(chain: Chain, options: { agreement: number; amount: bigint }): Promise<void> {
  const { market } = chain.deployment;
  await spendTokens(chain, { spender: market, amount: options.amount }, { address: market, abi: marketAbi, functionName: 'topUp', args: [options.agreement, options.amount] });
}

/** Credits the creator with what is left of the pot; `withdraw` pays it. */
export async function takePot(chain: Chain, options: { agreement: number; amount: bigint }): Promise<void> {
  await chain.send({ address: chain.deployment.market, abi: marketAbi, functionName: 'takePot', args: [options.agreement, options.amount] });
}

/** Lets anyone renew the agreement out of its pot within these bounds; zeros end it. */
export async function authoriseRenewal(chain: Chain, options: { agreement: number; maxPerPeriod: bigint; untilPeriod: number }): Promise<void> {
  const { agreement, maxPerPeriod, untilPeriod } = options;
  await chain.send({ address: chain.deployment.market, abi: marketAbi, functionName: 'authoriseRenewal', args: [agreement, maxPerPeriod, untilPeriod] });
}
