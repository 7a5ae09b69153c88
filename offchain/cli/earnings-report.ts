import type { Earnings } from '../provider/earnings.ts';
import type { ReadIncome } from './read-income.ts';
import { formatAmount } from './units.ts';

export function earningsLines(earnings: Earnings): string[] {
  const { provider, earned, paid, owed, unsettled, perEpoch, stake, queued, required, slashed } = earnings;
  return [
    `Provider   ${provider} earns ${formatAmount(perEpoch)} tokens for each epoch that it proves`,
    `Settled    ${formatAmount(earned)} tokens after fees; ${formatAmount(unsettled)} more are proven`,
    `Paid       ${formatAmount(paid)} tokens; ${formatAmount(owed)} are owed`,
    `Stake      ${formatAmount(stake)} tokens, ${formatAmount(required)} of them bound${queued === 0n ? '' : `, ${formatAmount(queued)} on their way out`}`,
    ...(slashed === 0n ? [] : [`Slashed    ${formatAmount(slashed)} tokens so far`]),
  ];
}

export function readsLines({ reward, vouchers }: ReadIncome): string[] {
  return [
    ...(reward === undefined ? [] : [`Reward     ${formatAmount(reward.claimable)} tokens can be claimed, of ${formatAmount(reward.earned)} that were earned`]),
    ...(vouchers.unredeemed === 0n ? [] : [`Reads      ${formatAmount(vouchers.unredeemed)} tokens of ${vouchers.channels} channels and pools wait to be redeemed`]),
  ];
}
