import type { FetchedName } from '../client/named/fetch-by-name.ts';
import type { ListedNameVersion } from '../client/named/list-name-versions.ts';
import type { PublishResult } from '../client/named/publish-record.ts';
import type { ResolvedName } from '../client/named/resolve-name.ts';
import type { PublicLocation } from '../wire/named.ts';
import { formatBytes } from './units.ts';

const SEGMENTS_SHOWN = 16;

export function publishLines({ name, version, contentId, holders, unchanged, claimGas, parents }: PublishResult): string[] {
  if (unchanged) return [`${name} stands for exactly this already (version ${version}, ${contentId}).`];
  return [
    `Published   ${name}, version ${version}: ${contentId}`,
    `Kept by     heavy nodes ${holders.join(', ')}`,
    ...(claimGas === undefined ? [] : [`Claimed     on the chain, for ${claimGas} gas: the name is yours`]),
    ...(parents.length > 1 ? [`Merged      ${parents.length} records of the version before, of which one stood`] : []),
  ];
}

export function resolveLines({ name, record, owner, value, holders, distrusted }: ResolvedName): string[] {
  const isHandedOver = owner !== record.owner;
  return [
    `Name        ${name}, version ${record.version} of ${date(record.created)}${record.expiry > 0 ? `, until ${date(record.expiry)}` : ''}`,
    `Owner       ${record.owner}${isHandedOver ? `; handed over to ${owner} since` : ''}`,
    ...(value.kind === 'withdrawn' ? ['Withdrawn   it stands for nothing now'] : [`Content     ${record.contentId}${value.kind === 'object' ? `, ${formatBytes(value.location.sizeBytes)}` : ''}`]),
    ...(value.kind === 'object' ? placeLines(value.location) : []),
    ...(value.kind === 'reference' ? ['Where       in a list of its own, which `holdfast fetch` reads'] : []),
    `Record      at ${holders.map(({ node, hash }) => `heavy node ${node}${hash === null ? ' (had none)' : ''}`).join(', ')}`,
    ...distrusted.map(({ node, reason }) => `Distrusted  heavy node ${node}: ${reason}`),
  ];
}

function placeLines({ segments, storages }: PublicLocation): string[] {
  const more = segments.length - SEGMENTS_SHOWN;
  return [
    ...segments.slice(0, SEGMENTS_SHOWN).map(({ start, end, agreement, bundle, batch, offset }) => `Segment     bytes ${start}-${end}: agreement ${agreement}, bundle ${bundle}, from batch ${batch} at ${offset} on`),
    ...(more > 0 ? [`Segment     and ${more} more`] : []),
    ...storages.map(({ agreement, k, m, slots }) => `Storages    of agreement ${agreement} (${k}+${m}): ${slots.map(({ provider }) => provider).join(', ')}`),
  ];
}

export function versionLines(versions: readonly ListedNameVersion[]): string[] {
  return versions.map(({ version, tenure, created, contentId, owner, hash, lostFork }) =>
    [`${version}`.padStart(5), date(created), contentId === '' ? 'withdrawn' : contentId, `${owner}${tenure > 1 ? ` (owner ${tenure})` : ''}`, hash.slice(0, 12), lostFork ? 'lost fork' : ''].join('  ').trimEnd());
}

export function fetchLines({ name, version, owner, restored, bytes, contentId, avoided }: FetchedName): string[] {
  return [
    `Fetched     ${name}, version ${version} of ${owner}: ${restored} objects, ${formatBytes(bytes)}`,
    `Checked     every byte, to the roots on the chain and to ${contentId}`,
    ...avoided.map(({ provider, reason }) => `Avoided     provider ${provider}: ${reason}`),
  ];
}

function date(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().slice(0, 16).replace('T', ' ');
}
