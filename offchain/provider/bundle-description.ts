import { bytesToHex, hexToBytes } from 'viem';
import type { Hex } from 'viem';
import { treeRoot } from '../proof/tree.ts';
import { isOnServer, jsonRows } from '../store/dialect.ts';
import { Prisma } from '../store/generated/sqlite/client.ts';
import type { Store } from '../store/open.ts';
import type { BatchDescription } from '../wire/messages.ts';

const NODE_SIZE = 32;
/** Rows of one INSERT: their roots go as one value, and a bundle may have any number of them. */
const ROWS_PER_INSERT = 1_000;

/** One batch of a description, as the store keeps it: the n fragment roots back to back. */
export interface DescribedBatch {
  readonly batchId: Hex;
  readonly position: number;
  readonly fragmentRoots: Uint8Array;
  readonly batchRoot: Uint8Array;
}

/** The bundle root that these batches lead to. */
export function bundleRootOf(batches: readonly DescribedBatch[]): Hex {
  return bytesToHex(treeRoot(batches.map((batch) => batch.batchRoot)));
}

export function nodesOf(packed: Uint8Array): Uint8Array[] {
  return Array.from({ length: packed.length / NODE_SIZE }, (_, i) => packed.subarray(i * NODE_SIZE, (i + 1) * NODE_SIZE));
}

export function packRoots(batches: readonly BatchDescription[]): DescribedBatch[] {
  return batches.map(({ batchId, fragmentRoots }, position) => {
    const packed = hexToBytes(`0x${fragmentRoots.map((root) => root.slice(2)).join('')}`);
    return { batchId: batchId.toLowerCase() as Hex, position, fragmentRoots: packed, batchRoot: treeRoot(nodesOf(packed)) };
  });
}

export function unpackRoots(batches: readonly DescribedBatch[]): BatchDescription[] {
  return batches.map((batch) => ({ batchId: batch.batchId, fragmentRoots: nodesOf(batch.fragmentRoots).map((node) => bytesToHex(node)) }));
}

/** As `bundleRootOf`, for descriptions from the disk: every batch root is computed anew. */
export function recomputedRoot(batches: readonly DescribedBatch[]): Hex {
  return bytesToHex(treeRoot(batches.map((batch) => treeRoot(nodesOf(batch.fragmentRoots)))));
}

/** Durable when it returns. A root that is known already only moves on to the newer bundle number. */
export async function saveDescription(
  store: Store,
  description: { readonly agreement: number; readonly root: Hex; readonly bundle: number; readonly batches: readonly DescribedBatch[] },
): Promise<void> {
  const { agreement, root, bundle } = description;
  const where = { agreement_root: { agreement, root } };
  const known = await store.bundleDescription.findUnique({ where });
  if (known !== null) {
    if (bundle > known.bundle) await store.bundleDescription.update({ where, data: { bundle } });
    return;
  }
  // In SQL: a third of the time, where there are hundreds of batches.
  const inserts = [store.$executeRaw`
    INSERT INTO "BundleDescription" ("agreement", "root", "bundle", "createdAt", "batchRoots")
    VALUES (${agreement}, ${root}, ${bundle}, ${new Date()}, ${packNodes(description.batches)})`];
  for (let at = 0; at < description.batches.length; at += ROWS_PER_INSERT) {
    inserts.push(insertBatches(store, { agreement, root }, description.batches.slice(at, at + ROWS_PER_INSERT)));
  }
  await store.$transaction(inserts);
}

/** All roots go as two values, back to back, and each row cuts its own out of them: no text has to be made of bytes. */
function insertBatches(
  store: Store,
  { agreement, root }: { readonly agreement: number; readonly root: Hex },
  batches: readonly DescribedBatch[],
): Prisma.PrismaPromise<number> {
  // SQL counts bytes from 1.
  let from = 1;
  const rows = batches.map(({ batchId, position, fragmentRoots: { length } }, i) => {
    const row = [batchId, position, from, length, 1 + i * NODE_SIZE];
    from += length;
    return row;
  });
  const cell = (n: number) => Prisma.raw(`CAST(j."value"->>${n} AS INTEGER)`);
  const fragmentRoots = bytesOf(store, Buffer.concat(batches.map((batch) => batch.fragmentRoots)));
  const batchRoots = bytesOf(store, packNodes(batches));
  return store.$executeRaw`
    INSERT INTO "BundleBatch" ("agreement", "root", "batchId", "position", "fragmentRoots", "batchRoot")
    SELECT ${agreement}, ${root}, j."value"->>0, ${cell(1)}, substr(${fragmentRoots}, ${cell(2)}, ${cell(3)}), substr(${batchRoots}, ${cell(4)}, ${NODE_SIZE})
    FROM ${jsonRows(store, rows)}`;
}

/** PostgreSQL would take a bare value for text here; SQLite knows its kind. */
function bytesOf(store: Store, bytes: Uint8Array): Prisma.Sql {
  return isOnServer(store) ? Prisma.sql`CAST(${bytes} AS BYTEA)` : Prisma.sql`${bytes}`;
}

/** One batch of a bundle. */
export async function loadBatch(store: Store, at: { readonly agreement: number; readonly root: string; readonly position: number }): Promise<DescribedBatch | undefined> {
  const row = await store.bundleBatch.findUnique({ where: { agreement_root_position: at } });
  return row === null ? undefined : { ...row, batchId: row.batchId as Hex };
}

/** The roots of all batches of a bundle: one row, however many there are. */
export async function loadBatchRoots(store: Store, agreement: number, root: string): Promise<Uint8Array[] | undefined> {
  const where = { agreement_root: { agreement, root } };
  const row = await store.bundleDescription.findUnique({ where, select: { batchRoots: true } });
  if (row === null) return undefined;
  if (row.batchRoots !== null) return nodesOf(row.batchRoots);
  // Written by an older version.
  const batches = await store.bundleBatch.findMany({ where: { agreement, root }, orderBy: { position: 'asc' }, select: { batchRoot: true } });
  await store.bundleDescription.update({ where, data: { batchRoots: packNodes(batches) } });
  return batches.map((batch) => batch.batchRoot);
}

function packNodes(batches: readonly { readonly batchRoot: Uint8Array }[]): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(batches.length * NODE_SIZE);
  batches.forEach(({ batchRoot }, i) => packed.set(batchRoot, i * NODE_SIZE));
  return packed;
}

export async function loadDescription(store: Store, agreement: number, root: string): Promise<DescribedBatch[] | undefined> {
  const rows = await store.bundleBatch.findMany({ where: { agreement, root }, orderBy: { position: 'asc' } });
  if (rows.length === 0) return undefined;
  return rows.map(({ batchId, position, fragmentRoots, batchRoot }) => ({ batchId: batchId as Hex, position, fragmentRoots, batchRoot }));
}
