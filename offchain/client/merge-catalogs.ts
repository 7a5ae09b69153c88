/** Two machines that stored in two agreements at the same moment each built on the older catalog: here both become one again. */
import { equal } from '../codec/bytes.ts';
import type { Catalog, CatalogVersion } from '../codec/catalog.ts';

export interface NamedVersion {
  readonly name: string;
  readonly version: CatalogVersion;
}

/**
 * What `other` knows and `base`, the newer one, does not: stored versions that `isOwn` says came with the commits in question
 * (an older one that `base` lacks was dropped on purpose), and deletions of what `base` still lists as it was before them.
 */
export function missingVersions(base: Catalog, other: Catalog, isOwn: (home: { readonly agreement: number; readonly bundle: number | null }) => boolean): NamedVersion[] {
  const missing: NamedVersion[] = [];
  for (const [name, versions] of other.names) {
    const known = base.names.get(name) ?? [];
    const newestMs = known.at(-1) === undefined ? undefined : createdOf(known.at(-1) as CatalogVersion);
    for (const version of versions) {
      if (known.some((one) => isSame(one, version))) continue;
      const counts = version.kind === 'stored' ? isOwn(version.manifest) : newestMs !== undefined && version.created > newestMs;
      if (counts) missing.push({ name, version });
    }
  }
  return missing;
}

/** In the order of their times. The sequence stays: every machine makes the same of the same two, and the next change stores it. */
export function withVersions(base: Catalog, added: readonly NamedVersion[]): Catalog {
  if (added.length === 0) return base;
  const names = new Map(base.names);
  for (const { name, version } of added) {
    const versions = names.get(name) ?? [];
    const at = versions.findIndex((one) => createdOf(one) > createdOf(version));
    names.set(name, at === -1 ? [...versions, version] : versions.toSpliced(at, 0, version));
  }
  return { sequence: base.sequence, names };
}

function createdOf(version: CatalogVersion): number {
  return version.kind === 'stored' ? version.manifest.created : version.created;
}

/** A repacked version lies elsewhere and is still the same one. */
function isSame(a: CatalogVersion, b: CatalogVersion): boolean {
  if (createdOf(a) !== createdOf(b) || a.kind !== b.kind) return false;
  return a.kind === 'deleted' || b.kind === 'deleted' || equal(a.manifest.root, b.manifest.root);
}
