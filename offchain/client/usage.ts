/** Which bundles the newest catalog still needs: a bundle that is given up is gone for every name that has a part in it. */
import { join } from '../codec/bytes.ts';
import { type Catalog } from '../codec/catalog.ts';
import { refsFromCbor } from '../codec/chunk-ref-codec.ts';
import { resolveRef } from '../codec/chunk-ref.ts';
import { readManifest } from '../codec/decode.ts';
import { openFooter } from '../codec/footer.ts';
import type { Manifest } from '../codec/manifest.ts';
import type { ManifestRef } from '../codec/manifest-ref.ts';
import { openRecord } from '../codec/open-record.ts';
import { decodeCbor } from '../codec/strict-cbor.ts';
import type { ChunkRef } from '../codec/types.ts';
import type { Client } from './client.ts';
import { messageOf } from './errors.ts';
import { loadCatalog } from './local-state.ts';

/** One stored version and every chunk that it needs. */
export interface VersionUse {
  readonly name: string;
  readonly isNewest: boolean;
  readonly ref: ManifestRef;
  readonly manifest: Manifest;
}

/** A version whose manifest cannot be read: what else it needs is not known. */
export interface UnreadVersion {
  readonly name: string;
  readonly isNewest: boolean;
  readonly ref: ManifestRef;
  readonly reason: string;
}

/** What one bundle still serves. */
export interface BundleUse {
  /** Names with at least one version in it, in the catalog's order. */
  readonly names: ReadonlySet<string>;
  /** Stored bytes of the chunks that are needed. */
  readonly bytes: number;
  /** It carries the newest catalog, or chunks of it. */
  readonly isCatalog: boolean;
}

export interface Usage {
  readonly versions: readonly VersionUse[];
  /** By `agreement/bundle`. */
  readonly bundles: ReadonlyMap<string, BundleUse>;
}

export function bundleKey({ agreement, bundle }: { readonly agreement: number; readonly bundle: number | null }): string {
  return `${agreement}/${bundle ?? ''}`;
}

/**
 * Reads the manifest of every version in the catalog. One that cannot be read makes the whole answer impossible: what it needs is unknown.
 * @throws UnrecoverableError and other errors of reading
 */
export async function usageOf(client: Client, catalog: Catalog, signal?: AbortSignal): Promise<Usage> {
  const { versions, bundles } = await count(client, catalog, {
    signal,
    unreadable: (error) => {
      throw error;
    },
  });
  return { versions, bundles };
}

/** As far as it can be read. */
export interface KnownUsage extends Usage {
  /** Versions whose manifests cannot be: they count as users of the bundles that these lie in. */
  readonly unread: readonly UnreadVersion[];
  /** False: where the stored catalog lies is not known in full. */
  readonly isCatalogRead: boolean;
}

export async function knownUsageOf(client: Client, catalog: Catalog, signal?: AbortSignal): Promise<KnownUsage> {
  return count(client, catalog, { signal, unreadable: messageOf });
}

/** `unreadable`: what to say of a manifest or catalog that cannot be read; or it throws. */
interface Counting {
  readonly signal: AbortSignal | undefined;
  readonly unreadable: (error: unknown) => string;
}

async function count(client: Client, catalog: Catalog, { signal, unreadable }: Counting): Promise<KnownUsage> {
  const context = await contextOf(client, signal);
  const versions: VersionUse[] = [];
  const unread: UnreadVersion[] = [];
  for (const [name, all] of catalog.names) {
    for (const [i, version] of all.entries()) {
      // What lies in agreements of others needs no bundle here.
      if (version.kind === 'deleted' || version.foreign !== undefined) continue;
      const one = { name, isNewest: i === all.length - 1, ref: version.manifest };
      try {
        versions.push({ ...one, manifest: await readManifest(context, version.manifest) });
      } catch (error) {
        signal?.throwIfAborted();
        unread.push({ ...one, reason: unreadable(error) });
      }
    }
  }
  return { versions, unread, ...(await countUse(client, { versions, unread }, { signal, unreadable })) };
}

async function countUse(client: Client, { versions, unread }: { readonly versions: readonly VersionUse[]; readonly unread: readonly UnreadVersion[] }, { signal, unreadable }: Counting): Promise<Pick<KnownUsage, 'bundles' | 'isCatalogRead'>> {
  const counted = new Set<string>();
  const bundles = new Map<string, { names: Set<string>; bytes: number; isCatalog: boolean }>();
  const use = (chunk: Pick<ChunkRef, 'agreement' | 'bundle'>) => {
    const key = bundleKey(chunk);
    const known = bundles.get(key) ?? { names: new Set<string>(), bytes: 0, isCatalog: false };
    bundles.set(key, known);
    return known;
  };
  const note = (chunk: ChunkRef) => {
    const place = `${bundleKey(chunk)}/${chunk.batch}/${chunk.offset}`;
    if (!counted.has(place)) use(chunk).bytes += chunk.storedSize;
    counted.add(place);
    return use(chunk);
  };
  for (const { name, ref, manifest } of versions) for (const chunk of [...ref.chunks, ...manifest.chunks]) note(chunk).names.add(name);
  for (const { name, ref } of unread) for (const chunk of ref.chunks) note(chunk).names.add(name);
  const { home } = await loadCatalog(client);
  if (home === null) return { bundles, isCatalogRead: true };
  // Its footer is where a new machine begins to read.
  use(home).isCatalog = true;
  const chunks = await catalogChunks(client, home, signal).catch((error: unknown) => {
    signal?.throwIfAborted();
    unreadable(error);
    return undefined;
  });
  for (const chunk of chunks ?? []) note(chunk).isCatalog = true;
  return { bundles, isCatalogRead: chunks !== undefined };
}

/** The chunks of the catalog that a bundle carries; they may lie in older bundles. */
async function catalogChunks(client: Client, home: { agreement: number; bundle: number }, signal: AbortSignal | undefined): Promise<ChunkRef[]> {
  const { platform, keys, source } = await contextOf(client, signal);
  const locator = await openFooter(platform, keys, await client.reader.readFooter(home.agreement, home.bundle, signal));
  const refs = locator.refs.map((ref) => resolveRef(ref, home));
  if (locator.kind === 'catalog') return refs;
  const parts = await Promise.all(refs.map(async (ref) => {
    const { chunkId, size, method } = ref;
    return openRecord(platform, { keys: keys.manifest, chunkId, size, method, stored: await source.read(ref) });
  }));
  return [...refs, ...refsFromCbor(decodeCbor('list of catalog chunks', join(parts))).map((ref) => resolveRef(ref, home))];
}

async function contextOf({ platform, reader, secrets }: Client, signal: AbortSignal | undefined) {
  return { platform, keys: await secrets.keys(), source: reader.source({ signal }), signal };
}
