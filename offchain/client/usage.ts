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
import { loadCatalog } from './local-state.ts';

/** One stored version and every chunk that it needs. */
export interface VersionUse {
  readonly name: string;
  readonly isNewest: boolean;
  readonly ref: ManifestRef;
  readonly manifest: Manifest;
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
  const context = await contextOf(client, signal);
  const versions: VersionUse[] = [];
  for (const [name, all] of catalog.names) {
    for (const [i, version] of all.entries()) {
      if (version.kind === 'deleted') continue;
      versions.push({ name, isNewest: i === all.length - 1, ref: version.manifest, manifest: await readManifest(context, version.manifest) });
    }
  }
  return { versions, bundles: await countUse(client, versions, signal) };
}

async function countUse(client: Client, versions: readonly VersionUse[], signal: AbortSignal | undefined): Promise<Map<string, BundleUse>> {
  const counted = new Set<string>();
  const bundles = new Map<string, { names: Set<string>; bytes: number; isCatalog: boolean }>();
  const use = (chunk: Pick<ChunkRef, 'agreement' | 'bundle'>) => {
    const key = bundleKey(chunk);
    const known = bundles.get(key) ?? { names: new Set<string>(), bytes: 0, isCatalog: false };
    bundles.set(key, known);
    return known;
  };
  const count = (chunk: ChunkRef) => {
    const place = `${bundleKey(chunk)}/${chunk.batch}/${chunk.offset}`;
    if (!counted.has(place)) use(chunk).bytes += chunk.storedSize;
    counted.add(place);
    return use(chunk);
  };
  for (const { name, ref, manifest } of versions) for (const chunk of [...ref.chunks, ...manifest.chunks]) count(chunk).names.add(name);
  const { home } = await loadCatalog(client);
  if (home === null) return bundles;
  // Its footer is where a new machine begins to read.
  use(home).isCatalog = true;
  for (const chunk of await catalogChunks(client, home, signal)) count(chunk).isCatalog = true;
  return bundles;
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
