// A provider's store of any size on a small disk, for the benchmark and the tests of the proof path.
import { createHash } from 'node:crypto';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bytesToHex } from 'viem';
import type { Hex } from 'viem';
import { FragmentHasher } from '../../offchain/proof/fragment-hasher.ts';
import { treeRoot } from '../../offchain/proof/tree.ts';
import type { WantedLeaf } from '../../offchain/provider/answer-draw.ts';
import { FragmentFiles } from '../../offchain/provider/fragment-files.ts';
import type { FragmentKey } from '../../offchain/provider/errors.ts';
import type { FileLayer } from '../../offchain/store/files.ts';
import { openStore } from '../../offchain/store/open.ts';
import type { Store } from '../../offchain/store/open.ts';

export interface SparseShelfOptions {
  readonly home: string;
  readonly agreements: number;
  readonly bundlesPerAgreement: number;
  readonly batchesPerBundle: number;
  /** Of every fragment. */
  readonly sizeBytes: number;
  readonly layer?: FileLayer;
}

/**
 * A provider's store of any size on a small disk: all fragments are zeros, so they share one true tree, and their files are holes. All rows
 * are there; the files of a fragment are made when `touch` asks for them.
 */
export interface SparseShelf {
  readonly store: Store;
  readonly files: FragmentFiles;
  readonly fragments: number;
  readonly bytes: number;
  /** Uniform over everything stored; `random` gives [0, 1). Its files exist when this returns. */
  draw(random: () => number): Promise<SparseDraw>;
}

export interface SparseDraw {
  readonly wanted: WantedLeaf;
  readonly key: FragmentKey;
  /** What the chain says of its bundle. */
  readonly committed: { readonly root: Hex; readonly batches: number };
}

const SLOTS = 16;
const SLOT = 3;

export async function makeSparseShelf(options: SparseShelfOptions): Promise<SparseShelf> {
  const { home, agreements, bundlesPerAgreement, batchesPerBundle, sizeBytes, layer } = options;
  const hasher = new FragmentHasher();
  const zeros = new Uint8Array(1024 * 1024);
  for (let at = 0; at < sizeBytes; at += zeros.length) hasher.update(zeros.subarray(0, Math.min(zeros.length, sizeBytes - at)));
  const tree = hasher.finish();
  const bundles = Array.from({ length: bundlesPerAgreement }, (_, bundle) => makeBundle(tree.root, bundle, batchesPerBundle));
  const store = await openStore({ url: `file:${join(home, 'state.db')}` });
  const files = await FragmentFiles.open({ home, ...(layer === undefined ? {} : { layer }) });
  await fill(store, options, { fragmentRoot: bytesToHex(tree.root), bundles });

  const touch = async (key: FragmentKey) => {
    await mkdir(dirname(files.pathOf(key)), { recursive: true });
    await writeFile(files.treePathOf(key), tree.upperTree);
    const file = await open(files.pathOf(key), 'w');
    await file.truncate(sizeBytes);
    await file.close();
  };
  const below = (random: () => number, limit: number) => Math.floor(random() * limit);
  return {
    store,
    files,
    fragments: agreements * bundlesPerAgreement * batchesPerBundle,
    bytes: agreements * bundlesPerAgreement * batchesPerBundle * sizeBytes,
    async draw(random) {
      const agreement = 1 + below(random, agreements);
      const bundle = below(random, bundlesPerAgreement);
      const batch = below(random, batchesPerBundle);
      const key = { agreement, batchId: batchIdOf(bundle * batchesPerBundle + batch), slot: SLOT };
      await touch(key);
      const wanted = { agreement, slot: SLOT, bundle, batch, leaf: below(random, tree.leaves), leaves: tree.leaves, n: SLOTS };
      return { wanted, key, committed: { root: bundles[bundle]!.root, batches: batchesPerBundle } };
    },
  };
}

/** As the SQL below spells it. Agreements have the same batch ids; they may. */
function batchIdOf(position: number): Hex {
  return `0x${position.toString(16).padStart(64, '0')}`;
}

interface Bundle {
  readonly root: Hex;
  readonly fragmentRoots: Buffer;
  readonly batchRoot: Uint8Array;
}

/** Our slot holds zeros; what another slot holds differs from bundle to bundle, and so do their roots. */
function makeBundle(zeroRoot: Uint8Array, bundle: number, batches: number): Bundle {
  const slots = Array.from({ length: SLOTS }, (_, slot) => (slot === SLOT ? zeroRoot : createHash('sha256').update(`${bundle} ${slot}`).digest()));
  const batchRoot = treeRoot(slots);
  const root = bytesToHex(treeRoot(Array.from({ length: batches }, () => batchRoot)));
  return { root, fragmentRoots: Buffer.concat(slots), batchRoot };
}

/** Rows of all fragments and batches, written by the database itself. */
async function fill(store: Store, options: SparseShelfOptions, content: { readonly fragmentRoot: Hex; readonly bundles: readonly Bundle[] }): Promise<void> {
  const { agreements, batchesPerBundle, sizeBytes } = options;
  const now = new Date().toISOString();
  const perAgreement = content.bundles.length * batchesPerBundle;
  for (let agreement = 1; agreement <= agreements; agreement++) {
    await store.$executeRaw`
      WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${perAgreement})
      INSERT INTO "Fragment" ("agreement", "batchId", "slot", "root", "sizeBytes", "bad", "createdAt")
      SELECT ${agreement}, printf('0x%064x', i), ${SLOT}, ${content.fragmentRoot}, ${sizeBytes}, 0, ${now} FROM n`;
    for (const [bundle, { root, fragmentRoots, batchRoot }] of content.bundles.entries()) {
      const batchRoots = Buffer.concat(Array.from({ length: batchesPerBundle }, () => batchRoot));
      await store.bundleDescription.create({ data: { agreement, root, bundle, batchRoots } });
      await store.$executeRaw`
        WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${batchesPerBundle})
        INSERT INTO "BundleBatch" ("agreement", "root", "position", "batchId", "fragmentRoots", "batchRoot")
        SELECT ${agreement}, ${root}, i, printf('0x%064x', ${bundle * batchesPerBundle} + i), ${fragmentRoots}, ${Buffer.from(batchRoot)} FROM n`;
    }
  }
}
