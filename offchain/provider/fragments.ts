import { bytesToHex } from 'viem';
import type { Hex } from 'viem';
import { exclusively } from '../chain/mutex.ts';
import type { Store } from '../store/open.ts';
import { asDiskError } from './disk.ts';
import { WrongRootError, describe } from './errors.ts';
import type { FragmentKey } from './errors.ts';
import type { FragmentFiles } from './fragment-files.ts';

export interface StoredFragment extends FragmentKey {
  readonly root: Hex;
  readonly sizeBytes: number;
  readonly bad: boolean;
}

/** What this provider holds: a row exists only for bytes that were synced to disk under their final name. */
export async function findFragment(store: Store, key: FragmentKey): Promise<StoredFragment | undefined> {
  const row = await store.fragment.findUnique({ where: { agreement_batchId_slot: whereOf(key) } });
  return row === null ? undefined : { ...key, root: row.root as Hex, sizeBytes: Number(row.sizeBytes), bad: row.bad };
}

/**
 * Receives a fragment and makes it durable: bytes, tree, folder, then the row. A replaced fragment is marked bad first, so that a
 * crash in between never leaves a good row over other bytes.
 * @throws TruncatedUploadError, UploadTooLongError, DiskFullError; WrongRootError when `expectedRoot` is given and differs.
 */
export async function storeFragment(
  { store, files }: { readonly store: Store; readonly files: FragmentFiles },
  key: FragmentKey,
  options: { readonly sizeBytes: number; readonly body: AsyncIterable<Uint8Array>; readonly expectedRoot?: Hex | undefined },
): Promise<Hex> {
  const received = await files.receive(key, options);
  const root = bytesToHex(received.root);
  const { expectedRoot, sizeBytes } = options;
  try {
    if (expectedRoot !== undefined && expectedRoot !== root) {
      throw new WrongRootError(`What arrived as the ${describe(key)}`, { expected: expectedRoot, actual: root });
    }
    await exclusively(`keep ${files.pathOf(key)}`, async () => {
      await markBad(store, key);
      await received.keep();
      await saveRow(store, key, { root, sizeBytes });
    });
    return root;
  } catch (error) {
    throw asDiskError(error);
  } finally {
    await received.discard();
  }
}

async function saveRow(store: Store, key: FragmentKey, { root, sizeBytes }: { readonly root: Hex; readonly sizeBytes: number }): Promise<void> {
  const content = { root, sizeBytes: BigInt(sizeBytes), bad: false };
  await store.fragment.upsert({ where: { agreement_batchId_slot: whereOf(key) }, create: { ...whereOf(key), ...content }, update: content });
}

/** Takes a fragment out of service; a new upload of it heals the row. */
export async function markBad(store: Store, key: FragmentKey): Promise<void> {
  await store.fragment.updateMany({ where: whereOf(key), data: { bad: true } });
}

/** The row goes first: bytes without a row are litter, a row without bytes would be a lie. */
export async function dropFragment({ store, files }: { readonly store: Store; readonly files: FragmentFiles }, key: FragmentKey): Promise<void> {
  await store.fragment.deleteMany({ where: whereOf(key) });
  await files.remove(key);
}

/** Removes files without a row: what a crash left between rename and row, or between row and removal. Run before serving. */
export async function sweep({ store, files }: { readonly store: Store; readonly files: FragmentFiles }): Promise<number> {
  let removed = 0;
  for (const agreement of await files.agreements()) {
    const rows = await store.fragment.findMany({ where: { agreement }, select: { batchId: true, slot: true } });
    const known = new Set(rows.map((row) => `${row.batchId}.${row.slot}`));
    for (const key of await files.list(agreement)) {
      if (known.has(`${key.batchId}.${key.slot}`)) continue;
      await files.remove(key);
      removed += 1;
    }
  }
  return removed;
}

function whereOf(key: FragmentKey): { agreement: number; batchId: string; slot: number } {
  return { agreement: key.agreement, batchId: key.batchId, slot: key.slot };
}
