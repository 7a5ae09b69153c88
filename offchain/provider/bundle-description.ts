import { bytesToHex, hexToBytes } from 'viem';
import type { Hex } from 'viem';
import { treeRoot } from '../proof/tree.ts';
import type { Store } from '../store/open.ts';
import type { BatchDescription } from '../wire/messages.ts';

const NODE_SIZE = 32;
/** Rows of one INSERT; SQLite bounds the values of a statement. */
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
  const rows = description.batches.map((batch) => ({
    ...batch,
    agreement,
    root,
    fragmentRoots: new Uint8Array(batch.fragmentRoots),
    batchRoot: new Uint8Array(batch.batchRoot),
  }));
  const inserts = [];
  for (let at = 0; at < rows.length; at += ROWS_PER_INSERT) inserts.push(store.bundleBatch.createMany({ data: rows.slice(at, at + ROWS_PER_INSERT) }));
  const batchRoots = packNodes(description.batches);
  await store.$transaction([store.bundleDescription.create({ data: { agreement, root, bundle, batchRoots } }), ...inserts]);
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
