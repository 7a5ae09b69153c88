import type { Hex } from 'viem';
import { exclusively } from '../chain/mutex.ts';
import type { Store } from '../store/open.ts';
import { UnavailableError } from '../wire/http-errors.ts';
import { describe, FragmentsGoneError, RowsGoneError } from './errors.ts';
import type { FragmentKey } from './errors.ts';
import type { FragmentFiles, IncomingFragment } from './fragment-files.ts';
import { saveRow } from './row-writer.ts';
import { tallyOf } from './tally.ts';

/** Rows and bytes: where fragments are kept. */
export interface Shelves {
  readonly store: Store;
  readonly files: FragmentFiles;
}

export interface StoredFragment extends FragmentKey {
  readonly root: Hex;
  readonly sizeBytes: number;
  readonly bad: boolean;
}

interface FragmentRow {
  readonly root: Hex;
  readonly sizeBytes: bigint | number;
  readonly bad: boolean | number;
}

/** What this provider holds: a row exists only for bytes that were synced to disk under their final name. In SQL: a third of the time, asked with every read. */
export async function findFragment(store: Store, key: FragmentKey): Promise<StoredFragment | undefined> {
  const { agreement, batchId, slot } = key;
  const [row] = await store.$queryRaw<FragmentRow[]>`
    SELECT "root", "sizeBytes", "bad" FROM "Fragment" WHERE "agreement" = ${agreement} AND "batchId" = ${batchId} AND "slot" = ${slot}`;
  return row === undefined ? undefined : { agreement, batchId, slot, root: row.root, sizeBytes: Number(row.sizeBytes), bad: Boolean(row.bad) };
}

/**
 * Receives a fragment and makes it durable: bytes, their place, then the row. A replaced fragment is marked bad first, so that a
 * crash in between never leaves a good row over other bytes.
 * @throws the errors of `FragmentFiles.receive`
 */
export async function storeFragment({ store, files }: Shelves, key: FragmentKey, incoming: IncomingFragment): Promise<Hex> {
  const { sizeBytes, isNew = false } = incoming;
  return files.receive(key, incoming, ({ root, keep }) =>
    exclusively(`keep ${files.pathOf(key)}`, async () => {
      if (!isNew) await markBad(store, key);
      await keep();
      await saveRow(store, { agreement: key.agreement, batchId: key.batchId, slot: key.slot, root, sizeBytes, isNew });
      return root;
    }),
  );
}

/** Takes a fragment out of service; a new upload of it heals the row. */
export async function markBad(store: Store, key: FragmentKey): Promise<void> {
  await store.fragment.updateMany({ where: whereOf(key), data: { bad: true } });
}

/** Takes a fragment into service again. Only for who has read it whole, and keeps others from replacing it. */
export async function markWhole(store: Store, key: FragmentKey): Promise<void> {
  await store.fragment.updateMany({ where: whereOf(key), data: { bad: false } });
}

/** How many fragments are out of service. In SQL, because only the bare column meets its index. */
export async function countBad(store: Store): Promise<number> {
  const [row] = await store.$queryRaw<{ bad: bigint | number }[]>`SELECT COUNT(*) AS "bad" FROM "Fragment" WHERE "bad"`;
  return Number(row?.bad ?? 0);
}

/** The row goes first: bytes without a row are litter, a row without bytes would be a lie. @throws where nothing can be removed now: the row stays then */
export async function dropFragment({ store, files }: Shelves, key: FragmentKey): Promise<void> {
  const trouble = files.shelf.trouble();
  if (trouble !== undefined) throw new UnavailableError(`The ${describe(key)} cannot be removed now: ${trouble}`);
  // An upload of the same fragment that ends between the two would lose its bytes and keep its row.
  await exclusively(`keep ${files.pathOf(key)}`, async () => {
    await dropRow(store, key);
    await files.remove(key);
  });
}

async function dropRow(store: Store, key: FragmentKey): Promise<void> {
  const { agreement, batchId, slot } = key;
  await tallyOf(store).write([key], async () => {
    const rows = await store.$queryRaw<{ readonly sizeBytes: bigint | number }[]>`
      DELETE FROM "Fragment" WHERE "agreement" = ${agreement} AND "batchId" = ${batchId} AND "slot" = ${slot} RETURNING "sizeBytes"`;
    return rows.map(({ sizeBytes }) => ({ agreement, slot, fragments: -1, bytes: -BigInt(sizeBytes) }));
  });
}

/** Rows that are looked at for a sign of life. */
const SIGNS = 100;

/**
 * A folder without any of its fragments is rather a disk that is not mounted than a loss: nothing may be marked, and in time surrendered, for that.
 * @throws FragmentsGoneError
 */
export async function requireSomeFiles({ store, files }: Shelves): Promise<void> {
  const rows = await store.fragment.findMany({ where: { bad: false }, take: SIGNS });
  for (const { agreement, batchId, slot } of rows) {
    if (await files.shelf.has({ agreement, batchId: batchId as Hex, slot })) return;
  }
  if (rows.length > 0) throw new FragmentsGoneError(files.home, files.shelf.place);
}

export interface Swept {
  /** Files without a row: what a crash left between rename and row, or between row and removal. They were removed. */
  readonly litter: number;
  /** Rows without a file. They are marked bad. */
  readonly lost: number;
  /** Partial uploads of fragments that are here whole. They were removed. */
  readonly done: number;
}

/** A crash leaves no more without a row than uploads that were under way: whoever finds more has a database that is older than the fragments, or another one. */
const LITTER_MAX = 128;

/**
 * Makes rows and files agree. Run before serving.
 * @throws RowsGoneError before anything is removed, when more lies there without a row than `litterMax`
 */
export async function sweep(shelves: Shelves, { litterMax = LITTER_MAX }: { readonly litterMax?: number } = {}): Promise<Swept> {
  const { store, files } = shelves;
  const swept = { litter: 0, lost: 0, done: 0 };
  const litter: FragmentKey[] = [];
  const named = await store.fragment.findMany({ select: { agreement: true }, distinct: ['agreement'] });
  for (const agreement of new Set([...(await files.shelf.agreements()), ...named.map((row) => row.agreement)])) {
    const rows = await store.fragment.findMany({ where: { agreement }, select: { batchId: true, slot: true, bad: true } });
    const known = new Map(rows.map((row) => [`${row.batchId}.${row.slot}`, row]));
    for (const key of await files.shelf.list(agreement)) {
      if (known.delete(`${key.batchId}.${key.slot}`)) continue;
      litter.push(key);
      if (litter.length > litterMax) throw new RowsGoneError(files.home, files.shelf.place, litterMax);
    }
    for (const { batchId, slot, bad } of known.values()) {
      const key = { agreement, batchId: batchId as Hex, slot };
      // A list may be behind; what is marked is surrendered in time.
      if (bad || (await files.shelf.has(key))) continue;
      await markBad(store, key);
      swept.lost += 1;
    }
  }
  for (const key of litter) await files.remove(key);
  swept.litter = litter.length;
  for (const partial of await files.partials.list()) {
    const stored = await findFragment(store, partial);
    if (stored === undefined || stored.bad) continue;
    await files.partials.remove(partial);
    swept.done += 1;
  }
  return swept;
}

function whereOf(key: FragmentKey): { agreement: number; batchId: string; slot: number } {
  return { agreement: key.agreement, batchId: key.batchId, slot: key.slot };
}
