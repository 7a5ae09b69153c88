import type { EndowmentStatus } from '../client/endowment/status.ts';
import { formatAmount } from './units.ts';

export function endowmentLines(status: EndowmentStatus): string[] {
  const { fund, agreement, founder, tokens, shares, vault, maxPerPeriod, minProvenBps, endPeriod, isRunning, costPerPeriod, periodsPaid } = status;
  const isDear = costPerPeriod > maxPerPeriod;
  return [
    `Fund ${fund} of ${founder} pays for agreement ${agreement}, which ${isRunning ? `runs until period ${endPeriod}` : `ended with period ${endPeriod}`}.`,
    `Holds     ${formatAmount(tokens)} tokens${shares === 0n ? '' : ` and ${shares} shares of the vault ${vault ?? ''}`}, enough for ${periodsPaid} periods`,
    `Pays      ${formatAmount(costPerPeriod)} tokens for the next period, ${formatAmount(maxPerPeriod)} at most, when ${minProvenBps / 100} % of the last one were proven`,
    ...(isRunning && isDear ? ['Nothing is paid: a period costs more than the fund may pay.'] : []),
    ...(isRunning && !isDear && periodsPaid === 0 && shares === 0n ? ['Nothing is paid: the fund is short. holdfast endow add fills it.'] : []),
    ...(isRunning ? [] : ['What is left is its founder\'s: holdfast endow reclaim.']),
  ];
}
