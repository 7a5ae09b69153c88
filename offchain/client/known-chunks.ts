/** The deduplication index: only what stores needs it, so only then the manifests of bundles that other machines made are read. */
import type { KnownChunks } from '../codec/chunk-ref.ts';
import { readManifestChunks } from '../codec/decode.ts';
import type { Pages } from '../codec/pages.ts';
import type { ChunkRef } from '../codec/types.ts';
import type { Client } from './client.ts';
import { forgetRetired } from './forget-bundles.ts';
import { followedBundles, indexedBundles, indexedChunks, loadCatalog, saveIndexed } from './local-state.ts';

/** The chunks of an agreement, as far as the catalog of this folder knows it; call `syncCatalog` first. @throws WrongKeyError, AbortedError */
export async function knownChunks(client: Client, agreement: number, { signal, pages }: { readonly signal?: AbortSignal | undefined; readonly pages?: Pages | undefined } = {}): Promise<KnownChunks> {
  const bundles = (await followedBundles(client)).get(agreement) ?? 0;
  const indexed = await indexedBundles(client, agreement);
  if (indexed < bundles) {
    // One version after the other: together they may be more than memory holds. How far the index goes is said at the end, so that what was broken off is done again.
    for await (const chunks of chunksSince(client, { agreement, indexed }, signal)) await saveIndexed(client, { agreement, bundles: indexed, chunks });
    await saveIndexed(client, { agreement, bundles, chunks: [] });
    // Another machine may have retired a bundle that a manifest still told of.
    await forgetRetired(client, [await client.views.get(agreement)]);
  }
  return indexedChunks(client, agreement, pages);
}

/** What the agreement's bundles from `indexed` on carry, from the manifests in them, so that it is not stored a second time. */
async function* chunksSince(client: Client, { agreement, indexed }: { agreement: number; indexed: number }, signal: AbortSignal | undefined): AsyncGenerator<Iterable<ChunkRef>, void> {
  const { platform, reader } = client;
  const { catalog } = await loadCatalog(client);
  const keys = await client.secrets.keys();
  const isNew = (place: { agreement: number; bundle: number | null }): boolean => place.agreement === agreement && (place.bundle ?? -1) >= indexed;
  for (const version of [...catalog.names.values()].flat()) {
    if (version.kind !== 'stored' || !isNew(version.manifest)) continue;
    try {
      const chunks = await readManifestChunks({ platform, keys, source: reader.source({ signal }), signal }, version.manifest);
      yield version.manifest.chunks.filter(isNew);
      yield only(chunks, isNew);
    } catch {
      // Only deduplication suffers: these chunks would be stored again. Reading this version still says what is wrong with it.
      signal?.throwIfAborted();
    }
  }
}

function* only(chunks: Iterable<ChunkRef>, isWanted: (chunk: ChunkRef) => boolean): Generator<ChunkRef, void> {
  for (const chunk of chunks) if (isWanted(chunk)) yield chunk;
}
