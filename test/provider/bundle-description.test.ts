import type { Hex } from 'viem';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundleRootOf, loadBatch, loadBatchRoots, loadDescription, packRoots, recomputedRoot, saveDescription } from '../../offchain/provider/bundle-description.ts';
import type { DescribedBatch } from '../../offchain/provider/bundle-description.ts';
import { isOnServer, noteServer } from '../../offchain/store/dialect.ts';
import { FaultPlan, faultyStore } from '../support/faults.ts';
import { range, seededRandom, toHex } from '../codec/random.ts';
import { batchId, openShelf, removeShelf } from './support.ts';
import type { Shelf } from './support.ts';

let shelf: Shelf;
const random = seededRandom(21);

beforeAll(async () => {
  shelf = await openShelf();
});
beforeEach(() => shelf.store.bundleDescription.deleteMany());
afterAll(() => removeShelf(shelf));

const anyRoot = () => toHex(random.bytes(32)) as Hex;
const bundleOf = (batches: number, slots = 3) => packRoots(range(batches).map((i) => ({ batchId: batchId(i), fragmentRoots: range(slots).map(anyRoot) })));
const describedAs = (batches: readonly DescribedBatch[], bundle = 0) => ({ agreement: 4_000_000_000, root: bundleRootOf(batches), bundle, batches });
const plain = (batches: readonly DescribedBatch[] | undefined) => batches?.map((batch) => ({ ...batch, fragmentRoots: toHex(batch.fragmentRoots), batchRoot: toHex(batch.batchRoot) }));

describe('saveDescription', () => {
  it.each([[1, 1], [2, 254], [999, 3], [1_000, 3], [1_001, 3], [2_500, 2]])('keeps %i batches of %i slots as they are', async (batches, slots) => {
    const description = describedAs(bundleOf(batches, slots));
    await saveDescription(shelf.store, bundleLike(description));
    const { agreement, root } = description;
    const loaded = await loadDescription(shelf.store, agreement, root);
    expect(plain(loaded)).toEqual(plain(description.batches));
    expect(recomputedRoot(loaded!)).toBe(root);
    expect((await loadBatchRoots(shelf.store, agreement, root))!.map(toHex)).toEqual(description.batches.map(({ batchRoot }) => toHex(batchRoot)));
    expect(await loadBatch(shelf.store, { agreement, root, position: batches - 1 })).toMatchObject({ batchId: description.batches.at(-1)!.batchId });
    const { createdAt } = await shelf.store.bundleDescription.findFirstOrThrow();
    expect(Math.abs(Date.now() - createdAt.getTime())).toBeLessThan(60_000);
  });

  it('keeps all of it or nothing, whichever statement fails', async () => {
    const description = describedAs(bundleOf(2_500));
    const plan = new FaultPlan();
    const store = faultyStore(shelf.store, plan);
    if (isOnServer(shelf.store)) noteServer(store);
    let failures = 0;
    for (; ; failures++) {
      plan.arm(failures + 1, 'EIO');
      const error = await saveDescription(store, description).catch((cause: unknown) => cause);
      if (error === undefined) break;
      expect([await shelf.store.bundleDescription.count(), await shelf.store.bundleBatch.count()]).toEqual([0, 0]);
    }
    // The question whether it is known, the description, and three times a thousand batches.
    expect(failures).toBe(5);
    expect(await shelf.store.bundleBatch.count()).toBe(2_500);
  });

  it('lets a known root move on to a newer number, and never back', async () => {
    const batches = bundleOf(2);
    for (const bundle of [3, 5, 4]) await saveDescription(shelf.store, describedAs(batches, bundle));
    expect(await shelf.store.bundleDescription.findMany()).toMatchObject([{ bundle: 5 }]);
    expect(await shelf.store.bundleBatch.count()).toBe(2);
  });
});

/** As they come from a request: parts of larger memory. */
function bundleLike<T extends { readonly batches: readonly DescribedBatch[] }>(description: T): T {
  return { ...description, batches: description.batches.map((batch) => ({ ...batch, fragmentRoots: Buffer.concat([Buffer.alloc(7), batch.fragmentRoots]).subarray(7) })) };
}
