/** A stored version and its manifest: where every fetch begins. */
import { readManifestTables } from '../codec/decode.ts';
import type { ManifestSource } from '../codec/manifest.ts';
import { abortable } from './aborting.ts';
import type { Client } from './client.ts';
import { findVersion } from './find-version.ts';
import type { RestoreContext } from './read-entries.ts';
import type { AvoidedProvider } from './fetch/health.ts';
import { withPages } from './with-pages.ts';

/** What was fetched, and from whom not. */
export interface FetchedVersion {
  readonly name: string;
  readonly version: number;
  readonly contentId: string;
  /** Providers that were left alone because they failed, lied or were slow. */
  readonly avoided: readonly AvoidedProvider[];
}

/** Finds the version, reads its manifest, and has `restore` do the rest. @throws NoSuchObjectError, WrongKeyError, RpcUnavailableError, AbortedError, and as `restore` does */
export function fetchVersion<R extends object>(
  client: Client,
  options: Parameters<typeof findVersion>[1],
  restore: (context: RestoreContext, manifest: ManifestSource) => Promise<R>,
): Promise<R & FetchedVersion> {
  const { name, signal } = options;
  return abortable(`Fetching ${JSON.stringify(name)}`, signal, async () => {
    const { ref, version, name: found } = await findVersion(client, options);
    const { platform, reader } = client;
    const keys = await client.secrets.keys();
    const result = await withPages(client, async (pages) => {
      const manifest = await readManifestTables({ platform, keys, source: reader.source({ signal }), signal }, ref, pages);
      return restore({ ...client, keys, pages }, manifest);
    });
    return { ...result, name: found, version, contentId: ref.contentId, avoided: client.avoided() };
  });
}
