import type { AgreementStatus, Status } from '../client/status.ts';
import type { HealthMap, ObjectHealth } from '../client/object-health.ts';
import { table } from './output.ts';
import { safeText } from './safe-text.ts';
import { formatAmount, formatBytes, formatSeconds } from './units.ts';

/** `nowSeconds`: the chain's time. */
export function statusLines({ balances, agreements }: Status, nowSeconds = Date.now() / 1000): string[] {
  return [
    `Tokens  ${formatAmount(balances.tokens)}, and ${formatAmount(balances.owed)} to withdraw`,
    ...(agreements.length === 0 ? ['There is no agreement yet.'] : agreements.flatMap((one) => agreementLines(one, nowSeconds))),
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

function agreementLines(one: AgreementStatus, nowSeconds: number): string[] {
  const until = new Date(one.paidUntil * 1000).toISOString().slice(0, 19).replace('T', ' ');
  const rows = one.slots.map(({ slot, provider, region, rent, faulted, provedThisEpoch, lastProof }) => [
    String(slot),
    provider !== 0 ? String(provider) : one.isRunning ? 'vacant' : 'released',
    String(region ?? ''),
    formatAmount(rent),
    provider === 0 ? (one.isRunning ? 'waits for a successor' : '') : faulted ? 'FAULTED' : provedThisEpoch ? 'proved this epoch' : 'healthy',
    provider === 0 ? '' : agoText(lastProof, nowSeconds),
  ]);
  return [
    '',
    `Agreement ${one.agreement}: ${one.k}+${one.m}, ${one.batches} of ${one.quota} batches used in ${one.bundles} bundles, ${one.isRunning ? `paid until ${until} UTC` : 'ended'}`,
    `${one.objects} names; ${outlook(one)}`,
    ...lossLines(one),
    ...table([['slot', 'provider', 'region', 'rent per epoch', 'state', 'last proof'], ...rows], { right: [0, 1, 2] }),
  ];
}

/** One row for each object and agreement that it lies in. */
export function healthLines({ objects, isOld }: HealthMap, { nowSeconds, isNamed }: { readonly nowSeconds: number; readonly isNamed: boolean }): string[] {
  const rows = objects.flatMap((object) => object.parts.map((part, i) => {
    const { map, spare, regions, lastProof, paidUntil, isRunning, agreement } = part;
    return [
      i === 0 ? safeText(object.name) : '', i === 0 ? String(object.version) : '', i === 0 && object.sizeBytes !== null ? formatBytes(object.sizeBytes) : '', String(agreement), `[${map}]`,
      isRunning ? (spare < 0 ? `${-spare} TOO FEW` : String(spare)) : 'ended', regions.join(' '), agoText(lastProof ?? undefined, nowSeconds), dateText(paidUntil),
    ];
  }));
  if (rows.length === 0) return ['', 'No object is stored.'];
  return [
    ...(isNamed ? [] : ['']),
    ...table([['object', 'version', 'size', 'agreement', 'slots', 'spare', 'regions', 'last proof', 'paid until (UTC)'], ...rows], { right: [1, 2, 3, 5] }),
    '# proved this epoch  + before  ~ not yet  ? never signed for it  ! faulted  . vacant',
    ...objects.flatMap(problemLines),
    ...(isOld === undefined ? [] : [`The list is that of this folder, and may be old: ${isOld}`]),
  ];
}

function problemLines({ name, problem }: ObjectHealth): string[] {
  return problem === undefined ? [] : [`"${safeText(name)}" cannot be read now: ${problem}`];
}

function agoText(seconds: number | undefined, nowSeconds: number): string {
  return seconds === undefined ? 'none yet' : `${formatSeconds(Math.max(0, nowSeconds - seconds))} ago`;
}

function dateText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ');
}
