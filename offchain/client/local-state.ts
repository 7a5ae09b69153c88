/** What the home folder remembers of catalog, chunks and agreements. All of it can be rebuilt from the network. */
import { setImmediate } from 'node:timers/promises';
import { toHex } from 'viem';
import { type Catalog, EMPTY_CATALOG, decodeCatalog, encodeCatalog } from '../codec/catalog.ts';
import { ChunkIndex, type KnownChunks, type Home } from '../codec/chunk-ref.ts';
import { idKey } from '../codec/bytes.ts';
import type { ChunkRef, Method } from '../codec/types.ts';
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

/** Bundles of each agreement that are in the catalog of this folder. */
export async function followedBundles({ store }: Client): Promise<Map<number, number>> {
  return new Map((await store.knownAgreement.findMany()).map(({ agreement, bundles }) => [agreement, bundles]));
}

/** Everything that one step along the chain changes, in one transaction: catalog, and how far each agreement was followed. */
export async function saveFollowed(
  { store, creator }: Client,
  step: {
    /** Resolved. Left out: the catalog stays. */
    readonly newest?: { readonly catalog: Catalog; readonly home: Home & { readonly bundle: number } } | undefined;
    readonly bundles: Iterable<readonly [agreement: number, bundles: number]>;
  },
): Promise<void> {
  const { newest } = step;
  await store.$transaction(async (open) => {
    for (const [agreement, bundles] of step.bundles) await open.knownAgreement.upsert({ where: { agreement }, create: { agreement, bundles }, update: { bundles } });
    if (newest !== undefined) await upsertCatalog(open, creator, newest);
  });
}

/** One's own new bundle: its chunks, its catalog, and that the agreement is followed to here. In one transaction. */
export async function saveStored(
  { store, creator }: Client,
  stored: { readonly newest: { readonly catalog: Catalog; readonly home: Home & { readonly bundle: number } }; readonly chunks: Iterable<ChunkRef> },
): Promise<void> {
  const { agreement, bundle } = stored.newest.home;
  const bundles = bundle + 1;
  await store.$transaction(async (open) => {
    await saveChunks(open, stored.chunks);
    const row = await open.knownAgreement.findUnique({ where: { agreement } });
    // Where earlier bundles have not been looked into, this one is looked into again with them.
    const indexed = (row?.indexed ?? 0) >= bundle ? { indexed: bundles } : {};
    await open.knownAgreement.upsert({ where: { agreement }, create: { agreement, bundles, ...indexed }, update: { bundles, ...indexed } });
    await upsertCatalog(open, creator, stored.newest);
  }, { timeout: SAVE_TIMEOUT_MS });
}

/** Bundles of the agreement whose chunks are in the index. */
export async function indexedBundles({ store }: Client, agreement: number): Promise<number> {
  return (await store.knownAgreement.findUnique({ where: { agreement } }))?.indexed ?? 0;
}

/** Chunks of an agreement's bundles up to `bundles`, and that they are in the index now. In one transaction. */
export async function saveIndexed({ store }: Client, step: { readonly agreement: number; readonly bundles: number; readonly chunks: Iterable<ChunkRef> }): Promise<void> {
  const { agreement, bundles: indexed } = step;
  await store.$transaction(async (open) => {
    await saveChunks(open, step.chunks);
    await open.knownAgreement.upsert({ where: { agreement }, create: { agreement, indexed }, update: { indexed } });
  }, { timeout: SAVE_TIMEOUT_MS });
}

/** Statement by statement: a hundred thousand chunks at once would be the largest thing that an upload ever holds. */
async function saveChunks(open: Pick<Store, '$executeRaw'>, chunks: Iterable<ChunkRef>): Promise<void> {
  for (const statement of chunkStatements(chunks)) {
    await open.$executeRaw(statement);
    // SQLite answers in the same turn: without a pause nothing of all this would be collected before the end.
    await setImmediate();
  }
}

function upsertCatalog(store: Pick<Store, 'knownCatalog'>, creator: string, { catalog, home }: { catalog: Catalog; home: Home & { bundle: number } }) {
  const data = { sequence: catalog.sequence, agreement: home.agreement, bundle: home.bundle, bytes: Uint8Array.from(encodeCatalog(catalog)), published: false };
  return store.knownCatalog.upsert({ where: { creator }, create: { creator, ...data }, update: data });
}

/** SQLite binds at most 32,766 values; more than a hundred rows at once are no faster. */
const ROWS_PER_STATEMENT = 100;
/** For the chunks of the largest upload on a slow disk. */
const SAVE_TIMEOUT_MS = 900_000;

function* chunkStatements(chunks: Iterable<ChunkRef>): Generator<Prisma.Sql, void> {
  // By their keys: without deduplication a chunk may come twice, and PostgreSQL takes no row twice in one statement.
  const rows = new Map<string, Prisma.Sql>();
  for (const ref of chunks) {
    const chunkId = toHex(ref.chunkId);
    rows.set(`${ref.agreement} ${chunkId}`, Prisma.sql`(${chunkId}, ${ref.agreement}, ${ref.size}, ${ref.method}, ${ref.bundle}, ${ref.batch}, ${ref.offset}, ${ref.storedSize})`);
    if (rows.size < ROWS_PER_STATEMENT) continue;
    yield upsertChunks([...rows.values()]);
    rows.clear();
  }
  if (rows.size > 0) yield upsertChunks([...rows.values()]);
}

function upsertChunks(values: Prisma.Sql[]): Prisma.Sql {
  return Prisma.sql`
    INSERT INTO "Chunk" ("chunkId", "agreement", "size", "method", "bundle", "batch", "offset", "storedSize") VALUES ${Prisma.join(values)}
    ON CONFLICT ("agreement", "chunkId") DO UPDATE SET "size" = excluded."size", "method" = excluded."method",
      "bundle" = excluded."bundle", "batch" = excluded."batch", "offset" = excluded."offset", "storedSize" = excluded."storedSize"`;
}

/** Up to this many chunks the whole index is held in memory: most lookups of an upload are for chunks that are not there. */
const INDEX_IN_MEMORY = 250_000;
const ROWS_PER_PAGE = 500;

/** The index as it is: chunks that lie in this agreement. Those of others would be lost when the other agreement ends first. */
export async function indexedChunks({ store }: Client, agreement: number): Promise<KnownChunks> {
  if ((await store.chunk.count({ where: { agreement } })) <= INDEX_IN_MEMORY) {
    const index = new ChunkIndex();
    for (let after = ''; ; ) {
      const rows = await store.chunk.findMany({ where: { agreement, chunkId: { gt: after } }, orderBy: { chunkId: 'asc' }, take: ROWS_PER_PAGE });
      index.add(rows.map(toRef));
      await setImmediate();
      const last = rows.at(-1);
      if (last === undefined || rows.length < ROWS_PER_PAGE) return index;
      after = last.chunkId;
    }
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
  return { chunkId: Uint8Array.from(Buffer.from(row.chunkId.slice(2), 'hex')), method: row.method as Method, agreement, size, bundle, batch, offset, storedSize };
}

/** Distinct chunks by id, for counting and saving. */
export function distinctChunks(refs: Iterable<ChunkRef>): ChunkRef[] {
  const byId = new Map<string, ChunkRef>();
  for (const ref of refs) byId.set(`${ref.agreement} ${idKey(ref.chunkId)}`, ref);
  return [...byId.values()];
}
