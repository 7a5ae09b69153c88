/** What a payment would take, for `--dry-run`. */
import type { Chain } from '../chain/client.ts';
import { tokenBalance } from '../chain/read-money.ts';
import type { Output } from './output.ts';
import { formatAmount } from './units.ts';

export interface Payment {
  readonly chain: Chain;
  readonly payer: `0x${string}`;
  /** Token units. */
  readonly cost: bigint;
  /** More facts for --json. */
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Lines for people, above the cost. */
  readonly lines?: readonly string[];
}

/** Says what it would cost and whether the wallet has it. Nothing is signed. */
export async function showPayment(output: Output, { chain, payer, cost, facts, lines = [] }: Payment): Promise<void> {
  const balance = await tokenBalance(chain, payer);
  const isEnough = balance >= cost;
  output.result({ dryRun: true, ...facts, cost, balance, isEnough }, () => [
    ...lines,
    `Cost     ${formatAmount(cost)} tokens`,
    `Balance  ${formatAmount(balance)} tokens${isEnough ? '' : `: ${formatAmount(cost - balance)} are missing (holdfast tokens --buy)`}`,
    'Nothing was signed or paid.',
  ]);
}
