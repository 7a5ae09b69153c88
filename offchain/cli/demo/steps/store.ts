import { buyTokens } from '../../../client/buy-tokens.ts';
import { put } from '../../../client/put.ts';
import { rent } from '../../../client/rent.ts';
import { geometry } from '../../../codec/geometry.ts';
import { makeSourceTree } from '../source-tree.ts';
import { STORED_NAME, must } from '../story.ts';
import type { Figures, Story } from '../story.ts';

const COIN = 10n ** 18n;
const PERIODS = 12;
const PRICE_LIMIT = COIN / 100n;
/** Room for the data as it is, manifests and catalog, and some more. */
const SPARE_BATCHES = 8;

/** Buys tokens, rents the slots, stores the tree, and stores it again: the second time there is nothing to do. */
export async function storeStep(story: Story): Promise<Figures> {
  const { creator, options, sourceFolder } = story;
  const { scheme, batchLog2, sourceBytes, seed } = options;
  const sourceMs = Date.now();
  const source = await makeSourceTree({ folder: sourceFolder, sizeBytes: sourceBytes, seed });
  const sourceSeconds = secondsSince(sourceMs);
  const { tokens } = await buyTokens(creator.client, { coin: COIN });
  const quota = Math.ceil(sourceBytes / geometry({ ...scheme, batchLog2 }).payloadSize) + SPARE_BATCHES;
  const rented = await rent(creator.client, { scheme, batchLog2, quota, periods: PERIODS, priceLimit: PRICE_LIMIT });
  creator.agreement = rented.agreement;
  must(rented.sealKeySent, () => 'the heavy node did not take the seal key');

  const putMs = Date.now();
  const stored = await put(creator.client, { paths: [sourceFolder], name: STORED_NAME, agreement: rented.agreement, onProgress: ({ stage, doneBytes, totalBytes }) => options.progress({ label: stage, done: doneBytes, total: totalBytes }) });
  const putSeconds = secondsSince(putMs);
  must(stored.problems.length === 0, () => `${stored.problems.length} files could not be stored`);
  must(stored.receipts.length === scheme.k + scheme.m, () => `only ${stored.receipts.length} providers confirmed (${stored.lost.map(({ provider, reason }) => `${provider}: ${reason}`).join('; ')})`);
  const againMs = Date.now();
  const again = await put(creator.client, { paths: [sourceFolder], name: STORED_NAME, agreement: rented.agreement });
  const againSeconds = secondsSince(againMs);
  must(again.unchanged, () => 'the second upload of the same tree was not recognised');

  const { plainBytes, newBytes, dedupedBytes, storedBytes } = stored.stats;
  must(dedupedBytes > 0 && storedBytes < newBytes, () => 'nothing was deduplicated or compressed');
  return {
    bought: String(tokens),
    cost: String(rented.cost),
    slots: rented.providers.length,
    regions: new Set(rented.providers.map(({ region }) => region)).size,
    files: source.files,
    packages: source.packages,
    plainBytes,
    dedupedBytes,
    newBytes,
    storedBytes,
    batches: stored.batches,
    receipts: stored.receipts.length,
    sourceSeconds,
    putSeconds,
    mibPerSecond: Number((plainBytes / 2 ** 20 / putSeconds).toFixed(1)),
    secondPut: 'unchanged',
    secondPutSeconds: againSeconds,
  };
}

function secondsSince(startMs: number): number {
  return Number(((Date.now() - startMs) / 1000).toFixed(1));
}
