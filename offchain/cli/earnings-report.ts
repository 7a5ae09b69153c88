import type { ReadIncome } from './read-income.ts';
import { formatAmount } from './units.ts';

export function readsLines({ reward, vouchers }: ReadIncome): string[] {
  return [
    ...(reward === undefined ? [] : [`Reward     ${formatAmount(reward.claimable)} tokens can be claimed, of ${formatAmount(reward.earned)} that were earned`]),
    ...(vouchers.unredeemed === 0n ? [] : [`Reads      ${formatAmount(vouchers.unredeemed)} tokens of ${vouchers.channels} channels and pools wait to be redeemed`]),
  ];
}
