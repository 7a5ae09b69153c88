/** The catalog: every name of a creator, with all its versions. Values are immutable; each change gives a new catalog. */
import { assertName } from './archive.ts';
import { encodeCbor } from './cbor-writer.ts';
import type { Home } from './chunk-ref.ts';
import { GENERATION_MAX } from './generations.ts';
import { type ManifestRef, manifestRefFromCbor, manifestRefToCbor, resolveManifestRef } from './manifest-ref.ts';
import { type Reader, U32_MAX, decodeCbor } from './strict-cbor.ts';

/** What unseals batches [batch, batch + keys.length / 32) of a bundle that somebody else stored: 32 bytes for each, back to back. */
export interface ForeignKeys {
  readonly agreement: number;
  readonly bundle: number;
  readonly batch: number;
  readonly keys: Uint8Array;
}

export type CatalogVersion =
  /** `foreign`: public content in agreements of others, kept by reference; with the keys of its batches. */
  /** `generation`: of the content keys that its chunks are under, where these are not the first ones; see `generations.ts`. */
  | { readonly kind: 'stored'; readonly manifest: ManifestRef; readonly foreign?: readonly ForeignKeys[]; readonly generation?: number }
  /** A tombstone: the name was deleted at `created` (milliseconds since 1970); older versions stay listed. */
  | { readonly kind: 'deleted'; readonly created: number };

export interface Catalog {
  /** Grows by one with every change: of two catalogs the higher one is the newer. */
  readonly sequence: number;
  /** Versions, newest last, never empty. */
  readonly names: ReadonlyMap<string, readonly CatalogVersion[]>;
}

export const EMPTY_CATALOG: Catalog = { sequence: 0, names: new Map() };

/** The newest version, or undefined when the name is unknown or deleted. */
export function latestVersion(catalog: Catalog, name: string): ManifestRef | undefined {
  const newest = catalog.names.get(name)?.at(-1);
  return newest?.kind === 'stored' ? newest.manifest : undefined;
}

export function withVersion(catalog: Catalog, name: string, manifest: ManifestRef, generation = 0): Catalog {
  return append(catalog, name, stored(manifest, generation));
}

/** In the place of version `index` (from 0). */
export function withReplaced(catalog: Catalog, name: string, index: number, manifest: ManifestRef, generation: number): Catalog {
  const versions = catalog.names.get(name) ?? [];
  if (versions[index]?.kind !== 'stored') throw new RangeError(`there is no version ${index + 1} of ${name} to be replaced`);
  return { sequence: catalog.sequence + 1, names: new Map(catalog.names).set(name, versions.with(index, stored(manifest, generation))) };
}

function stored(manifest: ManifestRef, generation: number): CatalogVersion {
  return { kind: 'stored', manifest, ...(generation === 0 ? {} : { generation }) };
}

/** Of the content keys that the next version of the name is stored under: never older ones than any version of it. */
export function generationOf(catalog: Catalog, name: string): number {
  return Math.max(0, ...(catalog.names.get(name) ?? []).map((version) => (version.kind === 'stored' ? (version.generation ?? 0) : 0)));
}

/** A reference to what others stored. Every location in `manifest` names its bundle. */
export function withForeign(catalog: Catalog, name: string, { manifest, foreign }: { readonly manifest: ManifestRef; readonly foreign: readonly ForeignKeys[] }): Catalog {
  return append(catalog, name, { kind: 'stored', manifest, foreign });
}

/** The same catalog when the name is unknown or deleted already. */
export function withDeletion(catalog: Catalog, name: string, created: number): Catalog {
  return latestVersion(catalog, name) === undefined ? catalog : append(catalog, name, { kind: 'deleted', created });
}

/** Forgets a name with all its versions, or only the versions that `keep` refuses. */
export function withoutVersions(catalog: Catalog, name: string, keep: (version: CatalogVersion) => boolean = () => false): Catalog {
  const versions = catalog.names.get(name);
  const kept = versions?.filter(keep);
  if (versions === undefined || kept === undefined || kept.length === versions.length) return catalog;
  const names = new Map(catalog.names);
  if (kept.length > 0) names.set(name, kept);
  else names.delete(name);
  return { sequence: catalog.sequence + 1, names };
}

/** Fills in the number of the bundle that carried this catalog, once it is committed. */
export function resolveCatalog(catalog: Catalog, home: Home): Catalog {
  const settle = (version: CatalogVersion): CatalogVersion =>
    version.kind === 'stored' ? { ...version, manifest: resolveManifestRef(version.manifest, home) } : version;
  return { sequence: catalog.sequence, names: new Map([...catalog.names].map(([name, versions]) => [name, versions.map(settle)])) };
}

/** True when a version still says "this bundle": such a catalog must be resolved before it is built upon. */
export function isUnresolved(catalog: Catalog): boolean {
  for (const versions of catalog.names.values()) {
    for (const version of versions) if (version.kind === 'stored' && version.manifest.bundle === null) return true;
  }
  return false;
}

function append(catalog: Catalog, name: string, version: CatalogVersion): Catalog {
  assertName(name);
  const names = new Map(catalog.names);
  names.set(name, [...(names.get(name) ?? []), version]);
  return { sequence: catalog.sequence + 1, names };
}

export function encodeCatalog(catalog: Catalog): Uint8Array {
  const names = [...catalog.names].sort(([a], [b]) => (a < b ? -1 : 1));
  const versionToCbor = (version: CatalogVersion): unknown => {
    if (version.kind === 'deleted') return version.created;
    const manifest = manifestRefToCbor(version.manifest);
    if (version.generation !== undefined) return [manifest, version.generation];
    return version.foreign === undefined ? manifest : [manifest, version.foreign.map(({ agreement, bundle, batch, keys }) => [agreement, bundle, batch, keys])];
  };
  return encodeCbor({ v: 1, names: names.map(([name, versions]) => [name, versions.map(versionToCbor)]), sequence: catalog.sequence });
}

/** Throws MalformedError. */
export function decodeCatalog(bytes: Uint8Array): Catalog {
  const field = decodeCbor('catalog', bytes).fields('v', 'names', 'sequence');
  field.v.oneOf(1);
  const names = new Map<string, readonly CatalogVersion[]>();
  let last = '';
  for (const row of field.names.list()) {
    const [name, versions] = row.tuple(2) as [Reader, Reader];
    const text = name.text(4096);
    // Ascending order also keeps out the empty name and repeated ones.
    if (!(last < text)) row.fail('is out of order');
    last = text;
    const items = versions.list();
    if (items.length === 0) row.fail('has no version');
    names.set(text, items.map(versionFromCbor));
  }
  return { sequence: field.sequence.integer(0, Number.MAX_SAFE_INTEGER), names };
}

function versionFromCbor(item: Reader): CatalogVersion {
  if (item.isInteger()) return { kind: 'deleted', created: item.integer(0, Number.MAX_SAFE_INTEGER) };
  if (!item.isList()) return { kind: 'stored', manifest: manifestRefFromCbor(item) };
  const [ref, rows] = item.tuple(2) as [Reader, Reader];
  const manifest = manifestRefFromCbor(ref);
  if (rows.isInteger()) return { kind: 'stored', manifest, generation: rows.integer(1, GENERATION_MAX) };
  if (manifest.bundle === null || manifest.chunks.some(({ bundle }) => bundle === null)) ref.fail('does not say in which bundle of others it lies');
  return { kind: 'stored', manifest, foreign: rows.list().map(foreignFromCbor) };
}

function foreignFromCbor(row: Reader): ForeignKeys {
  const [agreement, bundle, batch, keys] = row.tuple(4) as [Reader, Reader, Reader, Reader];
  const bytes = keys.bytes();
  if (bytes.length === 0 || bytes.length % 32 !== 0) keys.fail('must be keys of 32 bytes');
  return { agreement: agreement.integer(1, U32_MAX), bundle: bundle.integer(0, U32_MAX), batch: batch.integer(0, U32_MAX), keys: bytes };
}
