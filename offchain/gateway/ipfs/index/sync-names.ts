/** Keeps the index at what the public names of the settings stand for. */
import { createHash } from 'node:crypto';
import { locationOf } from '../../../client/named/location-of.ts';
import { openLocation } from '../../../client/named/open-location.ts';
import { resolveName } from '../../../client/named/resolve-name.ts';
import type { PublicLocation } from '../../../wire/named.ts';
import type { IndexContext } from './context.ts';
import { indexContent } from './index-content.ts';
import { dropContent, keysOf } from './rows.ts';

/** A name that cannot be resolved keeps what it stood for, for as long as the gateway runs; `last` remembers it. */
export async function syncNames(context: IndexContext, last: Map<string, string>, signal?: AbortSignal): Promise<void> {
  const { client, store, settings, log } = context;
  const known = new Set(await keysOf(store, 'named'));
  let hasFailed = false;
  for (const name of settings.names) {
    try {
      const location = await locationOf(client, await resolveName(client, { name, signal }), { signal });
      const key = keyOf(location);
      if (!known.has(key)) await indexLocation(context, { key, origin: 'named', location, signal });
      last.set(name, key);
    } catch (error) {
      signal?.throwIfAborted();
      hasFailed ||= !last.has(name);
      log.warn('ipfs.name', { name, error });
    }
  }
  const wanted = new Set(last.values());
  // After a start nothing is known of a name that does not resolve: then nothing is forgotten.
  if (!hasFailed) for (const key of known) if (!wanted.has(key)) await dropContent(store, key);
}

/** @throws BadLocationError, MalformedError, UnrecoverableError, RpcUnavailableError */
export async function indexLocation({ client, store, settings }: IndexContext, { key, origin, location, signal }: { readonly key: string; readonly origin: 'named' | 'kept'; readonly location: PublicLocation; readonly signal: AbortSignal | undefined }): Promise<boolean> {
  const { contentId, sizeBytes } = location;
  if (sizeBytes > settings.network.maxBytes) return false;
  const { manifest } = await openLocation(client, location, { signal });
  return indexContent({ store, platform: client.platform }, { key, origin, contentId, location }, manifest);
}

/** Addresses of providers are hints, and no part of it. */
function keyOf({ storages: _, ...location }: PublicLocation): string {
  return `named/${createHash('sha256').update(JSON.stringify(location)).digest('hex')}`;
}
