import type { AgreementStatus, Status } from '../client/status.ts';
import { table } from './output.ts';
import { formatAmount } from './units.ts';

export function statusLines({ balances, agreements }: Status): string[] {
  return [
    `Tokens  ${formatAmount(balances.tokens)}, and ${formatAmount(balances.owed)} to withdraw`,
    ...(agreements.length === 0 ? ['There is no agreement yet.'] : agreements.flatMap(agreementLines)),
  ];
}

function outlook({ isRunning, spare }: AgreementStatus): string {
  if (!isRunning) return 'its providers may drop the data at any time';
  if (spare < 0) return `${-spare} of the lost providers must come back, or the data cannot be read`;
  return `${spare} more providers may be lost without losing data`;
}

function lossLines({ lostBatches, lostNames }: AgreementStatus): string[] {
  if (lostBatches.length === 0) return [];
  const bundles = new Set(lostBatches.map(({ bundle }) => bundle)).size;
  const names = lostNames.length === 0 ? 'no name needs them' : `they are part of ${lostNames.slice(0, 20).join(', ')}${lostNames.length > 20 ? ` and ${lostNames.length - 20} more` : ''}`;
  return [`LOST: ${lostBatches.length} batches of ${bundles} bundles cannot be rebuilt, and hold up the replacement of lost providers; ${names}. \`holdfast repair\` stores anew what still lives.`];
}

function agreementLines(one: AgreementStatus): string[] {
  const until = new Date(one.paidUntil * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const rows = one.slots.map(({ slot, provider, region, rent, faulted, provedThisEpoch }) => [
    String(slot),
    provider !== 0 ? String(provider) : one.isRunning ? 'vacant' : 'released',
    String(region ?? ''),
    formatAmount(rent),
    provider === 0 ? (one.isRunning ? 'waits for a successor' : '') : faulted ? 'FAULTED' : provedThisEpoch ? 'proved this epoch' : 'healthy',
  ]);
  return [
    '',
    `Agreement ${one.agreement}: ${one.k}+${one.m}, ${one.batches} of ${one.quota} batches used in ${one.bundles} bundles, ${one.isRunning ? `paid until ${until} UTC` : 'ended'}`,
    `${one.objects} names; ${outlook(one)}`,
    ...lossLines(one),
    ...table([['slot', 'provider', 'region', 'rent per epoch', 'state'], ...rows], { right: [0, 1, 2] }),
  ];
}
