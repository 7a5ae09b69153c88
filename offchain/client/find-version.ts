import type { Catalog } from '../codec/catalog.ts';
import type { ManifestRef } from '../codec/manifest-ref.ts';
import type { Client } from './client.ts';
import { NoSuchObjectError } from './errors.ts';
import { syncCatalog } from './sync-catalog.ts';

/** One stored version of a name, or of a ContentID where nothing has that name. `version` counts from 1; the newest when left out. @throws NoSuchObjectError */
export async function findVersion(
  client: Client,
  options: { readonly name: string; readonly version?: number | undefined; readonly signal?: AbortSignal | undefined },
): Promise<{ ref: ManifestRef; name: string; version: number }> {
  const { name } = options;
  const catalog = await syncCatalog(client, { signal: options.signal });
  const versions = catalog.names.get(name);
  if (versions === undefined) {
    const found = options.version === undefined ? findContent(catalog, name) : undefined;
    if (found === undefined) throw new NoSuchObjectError(name, 'nothing is stored under this name, and nothing of yours has this ContentID');
    return found;
  }
  const version = options.version ?? versions.length;
  const found = versions[version - 1];
  if (found === undefined) throw new NoSuchObjectError(name, `it has ${versions.length} versions, and number ${version} is none of them`);
  if (found.kind === 'deleted') throw new NoSuchObjectError(name, options.version === undefined ? 'it was deleted; its older versions are still there' : `version ${version} is a deletion`);
  return { ref: found.manifest, name, version };
}

/** The newest version with this ContentID, whatever its name. */
function findContent({ names }: Catalog, contentId: string): { ref: ManifestRef; name: string; version: number } | undefined {
  let newest: { ref: ManifestRef; name: string; version: number } | undefined;
  for (const [name, versions] of names) {
    for (const [index, one] of versions.entries()) {
      if (one.kind === 'stored' && one.manifest.contentId === contentId && one.manifest.created >= (newest?.ref.created ?? 0)) newest = { ref: one.manifest, name, version: index + 1 };
    }
  }
  return newest;
}
