/** Which stored versions a restore takes, and the folder of each. */
import type { Catalog } from '../../codec/catalog.ts';
import type { ManifestRef } from '../../codec/manifest-ref.ts';
import { OWN_PREFIX } from '../share/target.ts';
import { folderOf } from './folder-of.ts';

export interface ChosenVersion {
  readonly name: string;
  /** Counted from 1. */
  readonly version: number;
  readonly ref: ManifestRef;
  readonly generation: number;
  readonly folder: string;
}

/** `only`: names that begin with it. Deleted names come back with `allVersions` alone, each version in a folder with its number. */
export function chooseVersions({ names }: Catalog, { only = '', allVersions = false }: { readonly only?: string | undefined; readonly allVersions?: boolean | undefined }): ChosenVersion[] {
  const chosen: ChosenVersion[] = [];
  for (const [name, versions] of [...names].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!name.startsWith(only) || name.startsWith(OWN_PREFIX)) continue;
    for (const [i, one] of versions.entries()) {
      if (one.kind !== 'stored' || (!allVersions && i < versions.length - 1)) continue;
      const version = i + 1;
      chosen.push({ name, version, ref: one.manifest, generation: one.generation ?? 0, folder: folderOf(name, allVersions ? version : undefined) });
    }
  }
  return chosen;
}
