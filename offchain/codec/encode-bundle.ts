/** One upload: a stream of objects in, a stream of sealed batches out, with constant memory. */
import { assertName } from './archive.ts';
import type { EncodedBatch } from './batch-line.ts';
import type { BatchMemory } from './batch-memory.ts';
import { BundleWriter } from './bundle-writer.ts';
import { equal } from './bytes.ts';
import { type Catalog, generationOf, isUnresolved, latestVersion, withReplaced, withVersion } from './catalog.ts';
import type { Compression } from './compress.ts';
import type { KnownChunks } from './chunk-ref.ts';
import { collectGarbage } from './collect-garbage.ts';
import { CodecInputError } from './format-errors.ts';
import { keysOfGeneration } from './generations.ts';
import type { CodecKeys } from './keys.ts';
import type { ManifestRef } from './manifest-ref.ts';
import { contentRoot } from './manifest.ts';
import type { Pages } from './pages.ts';
import { type WorkerPool, inlinePool } from './pool/pool.ts';
import { publicCid } from './public-cid.ts';
import { type CatalogBundleResult, storeCatalog, storeManifest } from './store-documents.ts';
import { type BundleStats, type ObjectsOptions, storeObjects } from './store-objects.ts';
import type { Geometry, Platform } from './types.ts';

interface BundleOptions {
  readonly geometry: Geometry;
  readonly agreement: number;
  readonly keys: CodecKeys;
  readonly sealKey: Uint8Array;
  readonly platform: Platform;
  /** The creator's newest catalog, resolved (every version names its bundle). */
  readonly catalog: Catalog;
  readonly known: KnownChunks;
  readonly dedupe?: boolean | undefined;
  /** Of chunks that are new; zstd at its usual level when left out. */
  readonly compression?: Compression | undefined;
  /** Threads to work on; all runs on the caller's thread when left out. */
  readonly pool?: WorkerPool | undefined;
  /** For what has to be remembered of every file and chunk; all in memory when left out. The caller closes them, once `chunks` of the result were read. */
  readonly pages?: Pages | undefined;
  /**
   * Bounds and reuses the memory of batches; then each yielded batch must be released, or the generator waits for ever.
   * When left out, the arrays of a yielded batch are the caller's.
   */
  readonly memory?: BatchMemory | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface EncodeBundleOptions extends BundleOptions, Omit<ObjectsOptions, 'keys' | 'pool' | 'pages'> {
  readonly name: string;
  /** Milliseconds since 1970. A resumed upload passes the value of its first attempt, and gets the same batches. */
  readonly created: number;
  /** Stores under these content keys what lies under older ones, in the place of one version (counted from 1) of the name. */
  readonly rekey?: { readonly generation: number; readonly version: number } | undefined;
}

export interface BundleResult extends Omit<CatalogBundleResult, 'bundleRoot'> {
  /** True when the newest version under this name is exactly this content and every chunk is stored: nothing was yielded. */
  readonly unchanged: boolean;
  /** Null when unchanged. */
  readonly bundleRoot: Uint8Array | null;
  readonly manifest: ManifestRef;
  readonly stats: BundleStats;
  /** Paths that were left out because they could not be read. */
  readonly unreadable: readonly string[];
}

/** Yields each batch when it is full and encoded. The same input gives the same batches, whatever the threads and the memory. */
export async function* encodeBundle(options: EncodeBundleOptions): AsyncGenerator<EncodedBatch, BundleResult> {
  const { catalog, name, platform, visibility, created, rekey } = options;
  assertName(name);
  assertResolved(catalog);
  const writer = writerFor(options);
  const generation = visibility === 'public' ? 0 : (rekey?.generation ?? generationOf(catalog, name));
  const keys = { ...options.keys, content: await keysOfGeneration(options.keys.content, generation) };
  const { builder, stats, unreadable } = yield* storeObjects(writer, { ...options, keys });
  // The slabs' memory, before the manifest takes its own.
  collectGarbage();
  const root = contentRoot({ visibility, ...builder });
  const latest = latestVersion(catalog, name);
  const result = { stats, unreadable };
  if (rekey === undefined && latest !== undefined && equal(latest.root, root) && writer.newCount === 0) {
    return { ...result, unchanged: true, batches: 0, bundleRoot: null, manifest: latest, catalog, chunks: [] };
  }
  const contentId = visibility === 'public' ? await publicCid(platform, builder) : null;
  const { entries, chunks } = builder;
  const manifest = yield* storeManifest(writer, options, { v: 1, name, created, visibility, parent: rekey === undefined ? (latest ?? null) : parentOf(catalog, name, rekey.version), contentId, root, entries, chunks });
  const next = rekey === undefined ? withVersion(catalog, name, manifest, generation) : withReplaced(catalog, name, rekey.version - 1, manifest, generation);
  const written = yield* storeCatalog(writer, { ...options, keys, catalog: next });
  return { ...result, ...written, unchanged: false, manifest, stats: { ...stats, storedBytes: writer.storedBytes } };
}

function parentOf({ names }: Catalog, name: string, version: number): ManifestRef | null {
  const before = names.get(name)?.slice(0, version - 1).findLast(({ kind }) => kind === 'stored');
  return before?.kind === 'stored' ? before.manifest : null;
}

/** A bundle with nothing but a catalog: how a deletion (`withDeletion`) is stored. The catalog may not hold unresolved versions. */
export async function* encodeCatalogBundle(options: BundleOptions): AsyncGenerator<EncodedBatch, CatalogBundleResult> {
  assertResolved(options.catalog);
  return yield* storeCatalog(writerFor(options), options);
}

function writerFor(options: BundleOptions): BundleWriter {
  return new BundleWriter({ ...options, dedupe: options.dedupe ?? true, pool: options.pool ?? inlinePool(options.platform) });
}

function assertResolved(catalog: Catalog): void {
  if (isUnresolved(catalog)) throw new CodecInputError('the catalog still says "this bundle"; resolve it with the number of the bundle that carried it');
}
