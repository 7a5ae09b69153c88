/** Keeps the index at what the owner's catalog has: every stored version of every public name that is not deleted. */
import { hex } from '../../../codec/bytes.ts';
import { readManifest } from '../../../codec/decode.ts';
import type { ManifestRef } from '../../../codec/manifest-ref.ts';
import { syncCatalog } from '../../../client/sync-catalog.ts';
import type { IndexContext } from './context.ts';
import { indexContent } from './index-content.ts';
import { dropContent, keysOf, markGone, readContent } from './rows.ts';

/** @throws RpcUnavailableError, WrongKeyError, CatalogUnreachableError */
export async function syncOwn(context: IndexContext, signal?: AbortSignal): Promise<void> {
  const { client, store, log } = context;
  const { names } = await syncCatalog(client, { signal });
  const wanted = new Map<string, ManifestRef>();
  for (const versions of names.values()) {
    if (versions.at(-1)?.kind === 'deleted') continue;
    for (const one of versions) if (one.kind === 'stored' && one.manifest.visibility === 'public') wanted.set(keyOf(one.manifest), one.manifest);
  }
  const contents = new Set([...wanted.values()].map(({ contentId }) => contentId));
  const known = new Set(await keysOf(store, 'own'));
  for (const [key, ref] of wanted) {
    if (known.has(key)) continue;
    try {
      const { platform, reader } = client;
      const manifest = await readManifest({ platform, keys: null, source: reader.source({ signal }), signal }, ref);
      await indexContent({ store, platform }, { key, origin: 'own', contentId: ref.contentId, location: undefined }, manifest);
    } catch (error) {
      signal?.throwIfAborted();
      log.warn('ipfs.unreadable', { contentId: ref.contentId, error });
    }
  }
  // After the new ones: what only moved is never away.
  for (const key of known) {
    if (wanted.has(key)) continue;
    const content = await readContent(store, key);
    if (content !== undefined && !contents.has(content.contentId)) await markGone(store, key);
    else await dropContent(store, key);
  }
}

/** Whatever moves gets another manifest in another bundle. */
function keyOf({ agreement, bundle, root }: ManifestRef): string {
  return `own/${agreement}/${bundle}/${hex(root)}`;
}
