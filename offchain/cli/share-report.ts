/** Sharing in words. */
import type { ReceivedShare } from '../client/share/accept.ts';
import type { OwnShare } from '../client/share/list-shares.ts';
import type { FetchedShare } from '../client/share/fetch-grant.ts';
import type { RekeyPlan } from '../client/share/rekey.ts';
import type { Revoked } from '../client/share/revoke.ts';
import type { SharePreview } from '../client/share/preview-share.ts';
import type { ShareResult } from '../client/share/share.ts';
import { safeText } from './safe-text.ts';
import { formatBytes } from './units.ts';
import { table } from './output.ts';

const SHORT = 10;

export function shareLines(shared: ShareResult, file: string | undefined): string[] {
  return [
    `Shared    "${shared.label}" (${shared.objects} names, ${formatBytes(shared.sizeBytes)}) as ${shared.id.slice(0, SHORT)}`,
    ...shared.given.map((address) => `With      ${address}: it is in its letters (\`holdfast shared\` there)`),
    ...shared.failed.map(({ address, reason }) => `Not with  ${address}: ${reason}`),
    ...(file === undefined ? [] : [`Written   ${file}: for \`holdfast accept\``]),
    ...(shared.link === undefined ? [] : [`Link      ${shared.link}`, 'Whoever has the link can read it. Who has read it has it, whenever it expires.']),
  ];
}

export function sharePreviewLines({ label, objects, sizeBytes, to, failed, withLink, expiry, grantBytes, storesFile }: SharePreview): string[] {
  return [
    `Would share "${safeText(label)}" (${objects} names, ${formatBytes(sizeBytes)}), ${expiry === 0 ? 'without an end' : `until ${new Date(expiry * 1000).toISOString()}`}`,
    ...to.map((address) => `With        ${address}`),
    ...failed.map(({ address, reason }) => `Not with    ${address}: ${reason}`),
    ...(withLink ? ['And         with whoever has the link'] : []),
    `Cost        no tokens; ${storesFile ? `the grant (${formatBytes(grantBytes)}) is stored as a file in your space: one transaction` : 'the grant goes by letter: no transaction'}`,
    'Nothing was stored or sent.',
  ];
}

export function receivedLines(shares: readonly ReceivedShare[]): string[] {
  if (shares.length === 0) return ['Nobody shares anything with you that the heavy nodes know of.'];
  const rows = shares.map((one) => [one.id.slice(0, SHORT), one.problem ?? one.label, one.problem === undefined ? formatBytes(one.sizeBytes) : '', `from ${one.from}`, until(one.expiry)]);
  return table(rows, { right: [2] });
}

export function ownShareLines(shares: readonly OwnShare[]): string[] {
  if (shares.length === 0) return ['You share nothing.'];
  return shares.flatMap(({ id, target, recipients, groups, link, expiry, isStale, isRekeying }) => [
    `${id.slice(0, SHORT)}  ${target.name}${target.isPrefix ? '*' : ''}${target.path === undefined ? '' : `: ${target.path}`}${target.version === undefined ? '' : `, version ${target.version}`}  ${until(expiry)}`.trimEnd(),
    ...(groups.length === 0 ? [] : [`    groups ${groups.join(', ')}`]),
    ...recipients.map(({ address, hasNewest }) => `    ${address}${hasNewest ? '' : '  not told of the newest (`holdfast share --refresh`)'}`),
    ...(link === undefined ? [] : [`    ${link}`]),
    ...(isRekeying ? ['    a revocation was broken off: run `holdfast revoke` again'] : isStale ? ['    has changed since (`holdfast share --refresh`)'] : []),
  ]);
}

export function fetchedLines(fetched: FetchedShare, into: string): string[] {
  return [
    `Fetched   "${fetched.label}" into ${into}: ${fetched.restored} objects, ${formatBytes(fetched.bytes)}`,
    ...fetched.avoided.map(({ provider, reason }) => `Avoided   provider ${provider}: ${reason}`),
  ];
}

export function planLines(from: readonly string[], plan: RekeyPlan | null): string[] {
  const who = from.length === 0 ? 'the link' : from.join(', ');
  if (plan === null) return [`Revokes from ${who}; what is stored stays readable for whoever has its keys, until it is given up.`];
  return [
    `Revokes from ${who}, and stores anew under new keys: ${plan.names.join(', ')}`,
    `${plan.versions} versions, ${formatBytes(plan.sizeBytes)}, up to ${plan.batches} batches until ${plan.bundles.length} old bundles are given up`,
    `About ${plan.versions + plan.bundles.length} transactions; no rent beyond the quota that is there.`,
    ...plan.locked.map((agreement) => `Agreement ${agreement} is locked: what lies there stays readable for whoever has its keys.`),
  ];
}

export function revokedLines({ id, from, rekeyed, renewed, notes }: Revoked): string[] {
  return [
    `Revoked   ${id.slice(0, SHORT)}${from.length === 0 ? '' : ` from ${from.join(', ')}`}`,
    ...(rekeyed === null ? ['The bytes stay under their keys.'] : [`Rekeyed   ${rekeyed.versions} versions; given up: ${rekeyed.retired.length} bundles`]),
    ...(rekeyed?.kept ?? []).map((bundle) => `Kept      bundle ${bundle}: something else needs it, or it is locked; what was shared of it stays readable with the old keys`),
    ...(renewed.length === 0 ? [] : [`Renewed   ${renewed.length} shares of the others`]),
    ...notes,
  ];
}

function until(expiry: number): string {
  return expiry === 0 ? '' : `until ${new Date(expiry * 1_000).toISOString().slice(0, 16).replace('T', ' ')}`;
}
