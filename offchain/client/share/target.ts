/** What a share stands for right now: versions in the catalog. */
import { sha256 } from 'viem';
import type { Catalog, CatalogVersion } from '../../codec/catalog.ts';
import { encodeCbor } from '../../codec/cbor-writer.ts';
import { type ManifestRef, manifestRefToCbor } from '../../codec/manifest-ref.ts';
import { NothingToShareError } from './errors.ts';
import type { ShareTarget } from './records.ts';

/** Stored names that begin with it are the client's own: they are neither shared nor restored. */
export const OWN_PREFIX = '.holdfast/';

export interface SharedVersion {
  readonly name: string;
  /** Counted from 1. */
  readonly version: number;
  readonly ref: ManifestRef;
  readonly generation: number;
}

/** In the order of the names; empty when nothing of it is stored any more. */
export function versionsOf(catalog: Catalog, { name, isPrefix, version }: ShareTarget): SharedVersion[] {
  const names = isPrefix ? [...catalog.names.keys()].filter((one) => one.startsWith(name)).sort() : [name];
  return names.filter((one) => !one.startsWith(OWN_PREFIX)).flatMap((one) => {
    const versions = catalog.names.get(one) ?? [];
    const number = version ?? versions.length;
    const found = versions[number - 1];
    return isShareable(found) ? [{ name: one, version: number, ref: found.manifest, generation: found.generation ?? 0 }] : [];
  });
}

function isShareable(version: CatalogVersion | undefined): version is CatalogVersion & { readonly kind: 'stored' } {
  return version?.kind === 'stored' && version.foreign === undefined && version.manifest.visibility === 'private';
}

/** @throws NothingToShareError when there is nothing that a grant could open */
export function mustHaveVersions(catalog: Catalog, target: ShareTarget): SharedVersion[] {
  const { name, isPrefix, version } = target;
  const found = versionsOf(catalog, target);
  if (found.length > 0) return found;
  if (isPrefix) throw new NothingToShareError(name, 'no private content is stored under a name that begins like this');
  const versions = catalog.names.get(name);
  if (versions === undefined) throw new NothingToShareError(name, 'nothing is stored under this name');
  const one = versions[(version ?? versions.length) - 1];
  if (one?.kind === 'stored') throw new NothingToShareError(name, 'it is public content, which everybody can read already');
  throw new NothingToShareError(name, version === undefined ? 'it was deleted' : `it has no version ${version} that could be read`);
}

/** Changes with the versions, and with the places that they lie in. */
export function digestOf(target: ShareTarget, versions: readonly SharedVersion[]): string {
  const rows = versions.map(({ name, version, ref, generation }) => [name, version, manifestRefToCbor(ref), generation]);
  return sha256(encodeCbor([target.path ?? null, rows]));
}
