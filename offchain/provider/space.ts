import { exclusively } from '../chain/mutex.ts';
import type { Store } from '../store/open.ts';
import { NoSpaceError } from './errors.ts';
import type { FragmentFiles } from './fragment-files.ts';
import { tallyOf } from './tally.ts';

export interface Space {
  /** What may still be promised: within the capacity and on the shelf. */
  readonly freeBytes: bigint;
  readonly storedBytes: bigint;
  /** Promised, offered or stored. */
  readonly reservedBytes: bigint;
}

/** Rent is paid for reserved space, so promised bytes count as taken whether or not they came. */
export async function measureSpace(options: {
  readonly store: Store;
  readonly files: FragmentFiles;
  readonly capacityBytes: bigint;
  readonly nowSeconds: number;
}): Promise<Space> {
  const { store, files, capacityBytes, nowSeconds } = options;
  const slots = (await store.heldSlot.aggregate({ _sum: { sizeBytes: true } }))._sum.sizeBytes ?? 0n;
  const offers = (await store.offer.aggregate({ where: { expiry: { gte: nowSeconds } }, _sum: { sizeBytes: true } }))._sum.sizeBytes ?? 0n;
  const { bytes: storedBytes } = await tallyOf(store).ofAll();
  // More may lie here than was promised: receipts that wait for their commit, bytes in their grace period.
  const reserved = max(slots + offers, storedBytes);
  const free = min(capacityBytes - reserved, (await files.shelf.freeBytes()) - (reserved - storedBytes));
  return { freeBytes: max(free, 0n), storedBytes, reservedBytes: reserved };
}

/**
 * Runs `reserve` when `needBytes` are free. One reservation at a time: two of them never share the same bytes.
 * @throws NoSpaceError
 */
export function withSpace<T>(options: Parameters<typeof measureSpace>[0] & { readonly needBytes: bigint }, reserve: () => Promise<T>): Promise<T> {
  return exclusively(`reserve ${options.files.home}`, async () => {
    const { freeBytes } = await measureSpace(options);
    if (options.needBytes > freeBytes) throw new NoSpaceError(options.needBytes, freeBytes);
    return reserve();
  });
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
