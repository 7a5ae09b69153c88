import type { ManifestRef } from '../codec/manifest-ref.ts';
import type { Client } from './client.ts';
import { NoSuchObjectError } from './errors.ts';
import { syncCatalog } from './sync-catalog.ts';

/** One stored version of a name. `version` counts from 1; the newest when left out. @throws NoSuchObjectError */
export async function findVersion(
  client: Client,
  options: { readonly name: string; readonly version?: number | undefined; readonly signal?: AbortSignal | undefined },
): Promise<{ ref: ManifestRef; version: number }> {
  const { name } = options;
  const catalog = await syncCatalog(client, { signal: options.signal });
  const versions = catalog.names.get(name);
  if (versions === undefined) throw new NoSuchObjectError(name, 'nothing is stored under this name');
  const version = options.version ?? versions.length;
  const found = versions[version - 1];
  if (found === undefined) throw new NoSuchObjectError(name, `it has ${versions.length} versions, and number ${version} is none of them`);
  if (found.kind === 'deleted') throw new NoSuchObjectError(name, options.version === undefined ? 'it was deleted; its older versions are still there' : `version ${version} is a deletion`);
  return { ref: found.manifest, version };
}
