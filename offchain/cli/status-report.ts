import type { AgreementStatus, Status } from '../client/status.ts';
import { table } from './output.ts';
import { formatAmount } from './units.ts';

export function statusLines({ balances, agreements }: Status): string[] {
  return [
    `Tokens  ${formatAmount(balances.tokens)}, and ${formatAmount(balances.owed)} to withdraw`,
    ...(agreements.length === 0 ? ['There is no agreement yet.'] : agreements.flatMap(agreementLines)),
  ];
}

function agreementLines(one: AgreementStatus): string[] {
  const until = new Date(one.paidUntil * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const rows = one.slots.map(({ slot, provider, region, rent, faulted, provedThisEpoch }) => [
    String(slot),
    provider === 0 ? 'released' : String(provider),
    String(region ?? ''),
    formatAmount(rent),
    provider === 0 ? '' : faulted ? 'FAULTED' : provedThisEpoch ? 'proved this epoch' : 'healthy',
  ]);
  return [
    '',
    `Agreement ${one.agreement}: ${one.k}+${one.m}, ${one.batches} of ${one.quota} batches used in ${one.bundles} bundles, ${one.isRunning ? `paid until ${until} UTC` : 'ended'}`,
    `${one.objects} names; ${one.spare} more providers may be lost without losing data`,
    ...table([['slot', 'provider', 'region', 'rent per epoch', 'state'], ...rows], { right: [0, 1, 2] }),
  ];
}
