/** Publishes anew what moved since it was published: collecting moves content to other bundles, and a location does not follow by itself. */
import { abortable } from '../aborting.ts';
import type { Client } from '../client.ts';
import { messageOf } from '../errors.ts';
import { list } from '../list.ts';
import { listOwnNames } from './list-own-names.ts';
import { locate } from './locate.ts';
import { locationOf } from './location-of.ts';
import { publishName } from './publish-name.ts';
import { type ResolvedName, resolveName } from './resolve-name.ts';

export interface RefreshedNames {
  readonly unchanged: readonly string[];
  readonly published: readonly { readonly name: string; readonly version: number }[];
  /** Names that could not be looked at, whose content is not stored any more, or that could not be published. */
  readonly failed: readonly { readonly name: string; readonly reason: string }[];
}

/** @throws WrongKeyError, RpcUnavailableError, AbortedError */
export function refreshNames(client: Client, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<RefreshedNames> {
  const { signal } = options;
  return abortable('Publishing anew', signal, async () => {
    const { names } = await listOwnNames(client, { owner: client.creator, signal });
    const stored = await storedByContent(client, signal);
    const unchanged: string[] = [];
    const published: { name: string; version: number }[] = [];
    const failed: { name: string; reason: string }[] = [];
    for (const name of names) {
      try {
        const resolved = await resolveName(client, { name, signal });
        if (resolved.owner !== client.creator || resolved.value.kind === 'withdrawn') continue;
        const place = stored.get(resolved.record.contentId);
        if (place === undefined) failed.push({ name, reason: `its content ${resolved.record.contentId} is not stored any more` });
        else if (await liesThere(client, resolved, place, signal)) unchanged.push(name);
        else published.push({ name, version: (await publishName(client, { name, ...place, expirySeconds: resolved.record.expiry, signal })).version });
      } catch (error) {
        signal?.throwIfAborted();
        failed.push({ name, reason: messageOf(error) });
      }
    }
    return { unchanged, published, failed };
  });
}

interface Place {
  readonly stored: string;
  readonly storedVersion: number;
}

/** Public objects of the catalog by their ContentIDs; the newest of equal ones. */
async function storedByContent(client: Client, signal: AbortSignal | undefined): Promise<Map<string, Place>> {
  const found = new Map<string, Place>();
  for (const { name, deleted, versions } of await list(client, { signal })) {
    if (deleted) continue;
    for (const { version, visibility, contentId } of versions) {
      if (visibility === 'public' && contentId !== undefined) found.set(contentId, { stored: name, storedVersion: version });
    }
  }
  return found;
}

/** Whether what is published still leads to the content. Addresses of providers are hints and may differ. */
async function liesThere(client: Client, resolved: ResolvedName, { stored, storedVersion }: Place, signal: AbortSignal | undefined): Promise<boolean> {
  const now = await locate(client, { name: stored, version: storedVersion, signal });
  // A list that cannot be read any more is as good as moved.
  const told = await locationOf(client, resolved, { signal }).catch(() => undefined);
  signal?.throwIfAborted();
  return told !== undefined && JSON.stringify([told.manifest, told.segments, told.keys]) === JSON.stringify([now.manifest, now.segments, now.keys]);
}
