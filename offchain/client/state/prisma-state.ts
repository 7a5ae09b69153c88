/** A creator's state in the database of the home folder. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { access, readFile, rename, writeFile } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import { toHex } from 'viem';
import type { ChunkRef, Method } from '../../codec/types.ts';
import { Prisma } from '../../store/generated/sqlite/client.ts';
import { jsonRows } from '../../store/dialect.ts';
import type { Store } from '../../store/open.ts';
import type { AgreementRow, CatalogRow, CreatorState, JournalKey, OpenedUpload } from './creator-state.ts';

/** For the chunks of the largest upload on a slow disk. */
const SAVE_TIMEOUT_MS = 900_000;
const ROWS_PER_STATEMENT = 500;
/** Of a row of `chunkRows`, behind its id. */
const NUMBER_CELLS = Array.from({ length: 7 }, (_, i) => Prisma.raw(`CAST(j."value"->>${i + 1} AS INTEGER)`));

type Open = Prisma.TransactionClient;

/** `lettersPath`: a file of its own, which may be lost by itself. */
export function prismaState(store: Store, { lettersPath }: { readonly lettersPath: string }): CreatorState {
  return {
    async claim(creator) {
      const owner = await store.homeIdentity.findFirst();
      return owner ?? store.homeIdentity.create({ data: { creator } });
    },
    async noteKeyCheck(creator, keyCheck) {
      await store.homeIdentity.update({ where: { creator }, data: { keyCheck } });
    },

    catalog: async (creator) => (await store.knownCatalog.findUnique({ where: { creator } })) ?? undefined,
    catalogPlace: async (creator) => (await store.knownCatalog.findUnique({ where: { creator }, select: { sequence: true, agreement: true, bundle: true } })) ?? undefined,
    async notePublished(creator) {
      await store.knownCatalog.update({ where: { creator }, data: { published: true } });
    },

    agreements: () => store.knownAgreement.findMany(),
    agreement: async (agreement) => (await store.knownAgreement.findUnique({ where: { agreement } })) ?? undefined,
    async noteAgreement(agreement) {
      await store.knownAgreement.upsert({ where: { agreement }, create: { agreement }, update: {} });
    },
    async noteSealed(agreement) {
      await store.knownAgreement.upsert({ where: { agreement }, create: { agreement, sealed: true }, update: { sealed: true } });
    },

    async saveFollowed(creator, { catalog, bundles }) {
      await store.$transaction(async (open) => {
        for (const [agreement, followed] of bundles) await noteAgreement(open, agreement, { bundles: followed });
        if (catalog !== undefined) await upsertCatalog(open, creator, catalog);
      });
    },
    async saveStored(creator, { catalog, chunks }) {
      const { agreement, bundle } = catalog;
      const bundles = bundle + 1;
      await store.$transaction(async (open) => {
        await saveChunks(store, open, chunks);
        const row = await open.knownAgreement.findUnique({ where: { agreement } });
        await noteAgreement(open, agreement, { bundles, ...((row?.indexed ?? 0) >= bundle ? { indexed: bundles } : {}) });
        await upsertCatalog(open, creator, catalog);
      }, { timeout: SAVE_TIMEOUT_MS });
    },
    async saveIndexed({ agreement, bundles: indexed, chunks }) {
      await store.$transaction(async (open) => {
        await saveChunks(store, open, chunks);
        await noteAgreement(open, agreement, { indexed });
      }, { timeout: SAVE_TIMEOUT_MS });
    },

    countChunks: (agreement) => store.chunk.count(agreement === undefined ? undefined : { where: { agreement } }),
    chunksAfter: async (agreement, after, take) => {
      const rows = await store.chunk.findMany({ where: { agreement, chunkId: { gt: after === undefined ? '' : toHex(after) } }, orderBy: { chunkId: 'asc' }, take });
      // SQLite answers in the same turn: without a pause nothing of all this would be collected before the end.
      await setImmediate();
      return rows.map(toRef);
    },
    async findChunk(agreement, chunkId) {
      const row = await store.chunk.findUnique({ where: { agreement_chunkId: { agreement, chunkId: toHex(chunkId) } } });
      return row === null ? undefined : toRef(row);
    },
    async forgetChunks(agreement, bundles) {
      await store.chunk.deleteMany({ where: { agreement, bundle: { in: [...bundles] } } });
    },

    openUpload: (key, nowMs) => openUpload(store, key, nowMs),
    async noteConfirmed(uploadId, batch, fragments) {
      await store.$transaction([
        store.uploadedFragment.deleteMany({ where: { uploadId, batch, slot: { in: fragments.map(({ slot }) => slot) } } }),
        store.uploadedFragment.createMany({ data: fragments.map(({ slot, batchId, root, provider }) => ({ uploadId, batch, slot, batchId, root, provider })) }),
      ]);
    },
    async forgetConfirmed(uploadId, slots) {
      await store.uploadedFragment.deleteMany({ where: { uploadId, slot: { in: [...slots] } } });
    },
    async noteRoot(id, bundle, root) {
      await store.upload.update({ where: { id }, data: { state: 'receipts', bundle, root } });
    },
    async noteCommitted(id, txHash) {
      await store.$transaction([store.uploadedFragment.deleteMany({ where: { uploadId: id } }), store.upload.update({ where: { id }, data: { state: 'committed', txHash } })]);
    },
    async dropUpload(id) {
      await store.upload.delete({ where: { id } });
    },

    readLetters: async () => (await access(lettersPath).then(() => true, () => false)) ? readFile(lettersPath, 'utf8').catch(() => '[]') : undefined,
    async writeLetters(json) {
      const temporary = `${lettersPath}.${randomBytes(6).toString('hex')}`;
      await writeFile(temporary, json, { mode: 0o600, flush: true });
      await rename(temporary, lettersPath);
    },

    // One program uses a home folder at a time; two that upload at once are told apart by the chain.
    exclusively: (_, act) => act(),
    close: () => store.$disconnect(),
  };
}

/** The file of letters of one creator on one market. */
export function lettersFile(market: { readonly chainId: number; readonly market: string }, creator: string): string {
  const digest = createHash('sha256').update(`${market.chainId}/${market.market.toLowerCase()}/${creator.toLowerCase()}`).digest('hex').slice(0, 12);
  return `letters-${digest}.json`;
}

async function openUpload(store: Store, key: JournalKey, nowMs: number): Promise<OpenedUpload> {
  const { agreement, name, sourceDigest } = key;
  const row = await store.upload.findFirst({ where: { agreement, name, sourceDigest, state: { in: ['sending', 'receipts'] } }, orderBy: { createdAt: 'desc' } });
  if (row === null) {
    await store.upload.deleteMany({ where: { agreement, name } });
    const id = randomUUID();
    await store.upload.create({ data: { id, agreement, name, sourceDigest, state: 'sending', details: JSON.stringify({ created: nowMs }) } });
    return { id, created: nowMs, confirmed: undefined };
  }
  const { created } = JSON.parse(row.details) as { created: number };
  return { id: row.id, created, confirmed: await store.uploadedFragment.findMany({ where: { uploadId: row.id } }) };
}

async function noteAgreement(open: Open, agreement: number, change: Partial<Pick<AgreementRow, 'bundles' | 'indexed'>>): Promise<void> {
  await open.knownAgreement.upsert({ where: { agreement }, create: { agreement, ...change }, update: change });
}

async function upsertCatalog(open: Open, creator: string, { sequence, agreement, bundle, bytes }: CatalogRow): Promise<void> {
  const data = { sequence, agreement, bundle, bytes: Uint8Array.from(bytes), published: false };
  await open.knownCatalog.upsert({ where: { creator }, create: { creator, ...data }, update: data });
}

/** Statement by statement: a hundred thousand chunks at once would be the largest thing that an upload ever holds. */
async function saveChunks(store: Store, open: Open, chunks: Iterable<ChunkRef>): Promise<void> {
  for (const rows of chunkRows(chunks)) {
    await open.$executeRaw`
      INSERT INTO "Chunk" ("chunkId", "agreement", "size", "method", "bundle", "batch", "offset", "storedSize")
      SELECT j."value"->>0, ${Prisma.join(NUMBER_CELLS)} FROM ${jsonRows(store, rows)} WHERE true
      ON CONFLICT ("agreement", "chunkId") DO UPDATE SET "size" = excluded."size", "method" = excluded."method",
        "bundle" = excluded."bundle", "batch" = excluded."batch", "offset" = excluded."offset", "storedSize" = excluded."storedSize"`;
    // SQLite answers in the same turn: without a pause nothing of all this would be collected before the end.
    await setImmediate();
  }
}

function* chunkRows(chunks: Iterable<ChunkRef>): Generator<(readonly (string | number | null)[])[], void> {
  // By their keys: without deduplication a chunk may come twice, and PostgreSQL takes no row twice in one statement.
  const rows = new Map<string, readonly (string | number | null)[]>();
  for (const { chunkId, agreement, size, method, bundle, batch, offset, storedSize } of chunks) {
    const id = `0x${Buffer.from(chunkId.buffer, chunkId.byteOffset, chunkId.byteLength).toString('hex')}`;
    rows.set(`${agreement} ${id}`, [id, agreement, size, method, bundle, batch, offset, storedSize]);
    if (rows.size < ROWS_PER_STATEMENT) continue;
    yield [...rows.values()];
    rows.clear();
  }
  if (rows.size > 0) yield [...rows.values()];
}

function toRef(row: { chunkId: string; agreement: number; size: number; method: number; bundle: number; batch: number; offset: number; storedSize: number }): ChunkRef {
  const { agreement, size, bundle, batch, offset, storedSize } = row;
  return { chunkId: Uint8Array.from(Buffer.from(row.chunkId.slice(2), 'hex')), method: row.method as Method, agreement, size, bundle, batch, offset, storedSize };
}
