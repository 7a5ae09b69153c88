import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hexToBytes } from 'viem';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { verifySample } from '../../offchain/proof/sample.ts';
import { showLeaf } from '../../offchain/provider/answer-draw.ts';
import type { FileLayer, OpenFile } from '../../offchain/store/files.ts';
import { nodeFiles } from '../../offchain/store/node-files.ts';
import { makeSparseShelf } from '../../scripts/bench/sparse-shelf.ts';
import type { SparseShelf } from '../../scripts/bench/sparse-shelf.ts';

/** 256 MiB batches with k = 10. */
const FRAGMENT_BYTES = 104_857 * 256;
const TREE_BYTES = 32 + 32 * (1639 + 820 + 410 + 205 + 103 + 52 + 26 + 13 + 7 + 4 + 2 + 1);
const SAMPLES = 5;

let home: string;
let shelf: SparseShelf;
let calls: string[];
let bytes: number;

/** The real file system, counted. */
const counted: FileLayer = {
  ...nodeFiles,
  open: async (path, mode) => {
    calls.push(`open ${mode}`);
    const file = await nodeFiles.open(path, mode);
    const read: OpenFile['read'] = async (into, position) => {
      calls.push('read');
      bytes += into.length;
      return file.read(into, position);
    };
    return { read, sizeBytes: () => file.sizeBytes(), write: (...all) => file.write(...all), truncate: (size) => file.truncate(size), sync: () => file.sync(), close: () => file.close() };
  },
  readdir: (path) => {
    calls.push('readdir');
    return nodeFiles.readdir(path);
  },
};

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'holdfast-sparse-'));
  calls = [];
  shelf = await makeSparseShelf({ home, agreements: 5, bundlesPerAgreement: 4, batchesPerBundle: 100, sizeBytes: FRAGMENT_BYTES, layer: counted });
});
afterAll(async () => {
  await shelf.store.$disconnect();
  await rm(home, { recursive: true });
});

it('proves 5 samples with 118 KiB of reading each, whatever is stored', async () => {
  const draws = [];
  for (let i = 0; i < SAMPLES; i++) draws.push(await shelf.draw(() => ((i + 1) * 0.618) % 1));
  calls = [];
  bytes = 0;
  for (const { wanted, committed } of draws) {
    const sample = await showLeaf(shelf, wanted, committed);
    const { leaf: leafIndex, leaves, slot, n: slots, batch } = wanted;
    expect(verifySample({ bundleRoot: hexToBytes(committed.root), position: { leafIndex, leaves, slot, slots, batch, batches: committed.batches }, sample })).toBe(true);
  }
  // The fragment and its tree: one open and one read of each, and no look into any folder.
  expect(calls).toEqual(Array.from({ length: SAMPLES }, () => ['open r', 'open r', 'read', 'read']).flat());
  expect(bytes).toBe(SAMPLES * (TREE_BYTES + 16_384));
});

it('finds every row through an index', async () => {
  const plans = await Promise.all(
    [
      `SELECT * FROM "Fragment" WHERE "agreement" = 1 AND "batchId" = 'x' AND "slot" = 3`,
      `SELECT * FROM "BundleBatch" WHERE "agreement" = 1 AND "root" = 'x' AND "position" = 7`,
      `SELECT "batchRoots" FROM "BundleDescription" WHERE "agreement" = 1 AND "root" = 'x'`,
      `SELECT * FROM "Fragment" WHERE ("agreement", "batchId", "slot") > (1, 'x', 3) ORDER BY "agreement", "batchId", "slot" LIMIT 1`,
      `SELECT COUNT(*) FROM "Fragment" WHERE "bad"`,
      `SELECT COUNT(*), SUM("sizeBytes") FROM "Fragment" WHERE "agreement" = 1 AND "slot" = 3`,
    ].map((sql) => shelf.store.$queryRawUnsafe<{ detail: string }[]>(`EXPLAIN QUERY PLAN ${sql}`)),
  );
  for (const plan of plans) expect(plan.map(({ detail }) => detail).join()).toMatch(/^(SEARCH .* USING (COVERING )?INDEX|SCAN Fragment USING (COVERING )?INDEX Fragment_bad_idx)/);
});

it('takes the batch roots from the batches of an older description', async () => {
  const { wanted, committed } = await shelf.draw(() => 0.3);
  await shelf.store.bundleDescription.updateMany({ data: { batchRoots: null } });
  await showLeaf(shelf, wanted, committed);
  const row = await shelf.store.bundleDescription.findFirst({ where: { agreement: wanted.agreement, root: committed.root } });
  expect(row!.batchRoots).toHaveLength(32 * committed.batches);
});

it('blames the description, not the fragment, when that does not lead to the root', async () => {
  const { wanted, committed } = await shelf.draw(() => 0.6);
  await shelf.store.bundleDescription.updateMany({ data: { batchRoots: new Uint8Array(32 * committed.batches) } });
  await expect(showLeaf(shelf, wanted, committed)).rejects.toMatchObject({ code: 'CANNOT_PROVE' });
  expect(await shelf.store.fragment.count({ where: { bad: true } })).toBe(0);
});
