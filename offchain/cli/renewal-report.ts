import type { AutoRenewal } from '../client/auto-renew.ts';
import { formatAmount } from './units.ts';

export function renewalLines(renewal: AutoRenewal): string[] {
  const { agreement, endPeriod, untilPeriod, maxPerPeriod, pot, costPerPeriod, periodsPaid } = renewal;
  const isOn = untilPeriod > endPeriod;
  return [
    `Agreement ${agreement} ends with period ${endPeriod}; one more costs ${formatAmount(costPerPeriod)} tokens.`,
    isOn ? `Renewal   until period ${untilPeriod}, at ${formatAmount(maxPerPeriod)} tokens a period at most` : 'Renewal   not authorised: --periods does it',
    `Pot       ${formatAmount(pot)} tokens, enough for ${periodsPaid} periods`,
    ...(isOn && costPerPeriod > maxPerPeriod ? ['Nothing is renewed: a period costs more than is authorised.'] : []),
    ...(isOn && periodsPaid === 0 ? ['Nothing is renewed: the pot is short. --top-up fills it.'] : []),
  ];
}
