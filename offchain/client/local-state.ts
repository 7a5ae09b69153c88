/** What this device remembers of catalog, chunks and agreements. All of it can be rebuilt from the network. */
import { type Catalog, EMPTY_CATALOG, decodeCatalog, encodeCatalog } from '../codec/catalog.ts';
import { ChunkIndex, type Home, type KnownChunks } from '../codec/chunk-ref.ts';
import type { Pages } from '../codec/pages.ts';
import type { ChunkRef } from '../codec/types.ts';
import type { Client } from './client.ts';
import type { CatalogRow } from './state/creator-state.ts';

export interface LocalCatalog {
  readonly catalog: Catalog;
  /** The bundle that carried it; null as long as nothing is stored. */
  readonly home: { readonly agreement: number; readonly bundle: number } | null;
  readonly published: boolean;
}

/** A catalog, resolved, and the bundle that carried it. */
interface Newest {
  readonly catalog: Catalog;
  readonly home: Home & { readonly bundle: number };
}

export async function loadCatalog({ state, creator }: Pick<Client, 'state' | 'creator'>): Promise<LocalCatalog> {
  const row = await state.catalog(creator);
  if (row === undefined) return { catalog: EMPTY_CATALOG, home: null, published: false };
  return { catalog: decodeCatalog(row.bytes), home: { agreement: row.agreement, bundle: row.bundle }, published: row.published };
}

/** Bundles of each agreement that are in the catalog of this device. */
export async function followedBundles({ state }: Client): Promise<Map<number, number>> {
  return new Map((await state.agreements()).map(({ agreement, bundles }) => [agreement, bundles]));
}

/** Everything that one step along the chain changes, in one transaction: catalog, and how far each agreement was followed. `newest` left out: the catalog stays. */
export async function saveFollowed({ state, creator }: Client, step: { readonly newest?: Newest | undefined; readonly bundles: Iterable<readonly [agreement: number, bundles: number]> }): Promise<void> {
  await state.saveFollowed(creator, { catalog: step.newest === undefined ? undefined : rowOf(step.newest), bundles: step.bundles });
}

/** One's own new bundle: its chunks, its catalog, and that the agreement is followed to here. In one transaction. */
export async function saveStored({ state, creator }: Client, stored: { readonly newest: Newest; readonly chunks: Iterable<ChunkRef> }): Promise<void> {
  await state.saveStored(creator, { catalog: rowOf(stored.newest), chunks: stored.chunks });
}

/** Bundles of the agreement whose chunks are in the index. */
export async function indexedBundles({ state }: Client, agreement: number): Promise<number> {
  return (await state.agreement(agreement))?.indexed ?? 0;
}

/** Chunks of an agreement's bundles up to `bundles`, and that they are in the index now. In one transaction. */
export async function saveIndexed({ state }: Client, step: { readonly agreement: number; readonly bundles: number; readonly chunks: Iterable<ChunkRef> }): Promise<void> {
  await state.saveIndexed(step);
}

function rowOf({ catalog, home: { agreement, bundle } }: Newest): CatalogRow {
  return { sequence: catalog.sequence, agreement, bundle, bytes: encodeCatalog(catalog) };
}

/** Up to this many chunks the whole index is held in memory: most lookups of an upload are for chunks that are not there. */
const INDEX_IN_MEMORY = 250_000;
const ROWS_PER_PAGE = 500;

/** The index as it is: chunks that lie in this agreement. Those of others would be lost when the other agreement ends first. */
export async function indexedChunks({ state }: Client, agreement: number, pages?: Pages): Promise<KnownChunks> {
  if ((await state.countChunks(agreement)) > INDEX_IN_MEMORY) return { find: (chunkId) => state.findChunk(agreement, chunkId) };
  const index = new ChunkIndex(pages);
  for (let after: Uint8Array | undefined; ; ) {
    const rows = await state.chunksAfter(agreement, after, ROWS_PER_PAGE);
    index.add(rows);
    if (rows.length < ROWS_PER_PAGE) return index;
    after = rows.at(-1)?.chunkId;
  }
}
