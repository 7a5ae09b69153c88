/** What the home folder remembers of catalog, chunks and agreements. All of it can be rebuilt from the network. */
import { toHex } from 'viem';
import { type Catalog, EMPTY_CATALOG, decodeCatalog, encodeCatalog } from '../codec/catalog.ts';
import { type KnownChunks, type Home } from '../codec/chunk-ref.ts';
import { idKey } from '../codec/bytes.ts';
import type { ChunkRef } from '../codec/types.ts';
import { Prisma } from '../store/generated/sqlite/client.ts';
import type { Store } from '../store/open.ts';
import type { Client } from './client.ts';

export interface LocalCatalog {
  readonly catalog: Catalog;
  /** The bundle that carried it; null as long as nothing is stored. */
  readonly home: { readonly agreement: number; readonly bundle: number } | null;
  readonly published: boolean;
}

export async function loadCatalog({ store, creator }: Client): Promise<LocalCatalog> {
  const row = await store.knownCatalog.findUnique({ where: { creator } });
  if (row === null) return { catalog: EMPTY_CATALOG, home: null, published: false };
  return { catalog: decodeCatalog(row.bytes), home: { agreement: row.agreement, bundle: row.bundle }, published: row.published };
}

/** Bundles of each agreement that this folder has followed. */
export async function followedBundles({ store }: Client): Promise<Map<number, number>> {
  return new Map((await store.knownAgreement.findMany()).map(({ agreement, bundles }) => [agreement, bundles]));
}

/** Everything that one step along the chain changes, in one transaction: chunks, catalog, and how far each agreement was followed. */
export async function saveFollowed(
  { store, creator }: Client,
  step: {
    /** Resolved. Left out: the catalog stays. */
    readonly newest?: { readonly catalog: Catalog; readonly home: Home & { readonly bundle: number } } | undefined;
    readonly chunks: Iterable<ChunkRef>;
    readonly bundles: Iterable<readonly [agreement: number, bundles: number]>;
  },
): Promise<void> {
  const { newest } = step;
  await store.$transaction([
    ...chunkStatements(store, step.chunks),
    ...[...step.bundles].map(([agreement, bundles]) =>
      store.knownAgreement.upsert({ where: { agreement }, create: { agreement, bundles }, update: { bundles } })),
    ...(newest === undefined ? [] : [upsertCatalog(store, creator, newest)]),
  ]);
}

function upsertCatalog(store: Store, creator: string, { catalog, home }: { catalog: Catalog; home: Home & { bundle: number } }) {
  const data = { sequence: catalog.sequence, agreement: home.agreement, bundle: home.bundle, bytes: Uint8Array.from(encodeCatalog(catalog)), published: false };
  return store.knownCatalog.upsert({ where: { creator }, create: { creator, ...data }, update: data });
}

/** SQLite binds at most 32,766 values: 2,000 rows of 8 are well below. */
const ROWS_PER_STATEMENT = 2000;

function chunkStatements(store: Store, chunks: Iterable<ChunkRef>) {
  const rows = [...chunks];
  const statements = [];
  for (let at = 0; at < rows.length; at += ROWS_PER_STATEMENT) {
    const part = rows.slice(at, at + ROWS_PER_STATEMENT);
    const values = part.map((ref) => Prisma.sql`(${toHex(ref.chunkId)}, ${ref.agreement}, ${ref.size}, ${ref.method}, ${ref.bundle}, ${ref.batch}, ${ref.offset}, ${ref.storedSize})`);
    statements.push(store.$executeRaw`
      INSERT INTO "Chunk" ("chunkId", "agreement", "size", "method", "bundle", "batch", "offset", "storedSize") VALUES ${Prisma.join(values)}
      ON CONFLICT ("agreement", "chunkId") DO UPDATE SET "size" = excluded."size", "method" = excluded."method",
        "bundle" = excluded."bundle", "batch" = excluded."batch", "offset" = excluded."offset", "storedSize" = excluded."storedSize"`);
  }
  return statements;
}

/** Up to this many chunks the whole index is held in memory: most lookups of an upload are for chunks that are not there. */
const INDEX_IN_MEMORY = 250_000;

/** Chunks that lie in this agreement. Those of others would be lost when the other agreement ends first. */
export async function knownChunks({ store }: Client, agreement: number): Promise<KnownChunks> {
  if ((await store.chunk.count({ where: { agreement } })) <= INDEX_IN_MEMORY) {
    const rows = await store.chunk.findMany({ where: { agreement } });
    const index = new Map(rows.map((row) => [row.chunkId, toRef(row)]));
    return { find: async (chunkId) => index.get(toHex(chunkId)) };
  }
  return {
    async find(chunkId) {
      const row = await store.chunk.findUnique({ where: { agreement_chunkId: { agreement, chunkId: toHex(chunkId) } } });
      return row === null ? undefined : toRef(row);
    },
  };
}

function toRef(row: { chunkId: string; agreement: number; size: number; method: number; bundle: number; batch: number; offset: number; storedSize: number }): ChunkRef {
  const { agreement, size, bundle, batch, offset, storedSize } = row;
  return { chunkId: Uint8Array.from(Buffer.from(row.chunkId.slice(2), 'hex')), method: row.method === 0 ? 0 : 1, agreement, size, bundle, batch, offset, storedSize };
}

/** Distinct chunks by id, for counting and saving. */
export function distinctChunks(refs: Iterable<ChunkRef>): ChunkRef[] {
  const byId = new Map<string, ChunkRef>();
  for (const ref of refs) byId.set(`${ref.agreement} ${idKey(ref.chunkId)}`, ref);
  return [...byId.values()];
}
