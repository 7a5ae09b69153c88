/** One upload: a stream of objects in, a stream of sealed batches out, with constant memory. */
import { assertName } from './archive.ts';
import type { SourceObject } from './archive.ts';
import { BundleWriter, type EncodedBatch } from './bundle-writer.ts';
import { type Catalog, encodeCatalog, isUnresolved, latestVersion, withVersion } from './catalog.ts';
import { refsToCbor } from './chunk-ref-codec.ts';
import type { KnownChunks } from './chunk-ref.ts';
import { CdcCutter, FixedCutter } from './chunk.ts';
import type { BatchMemory } from './batch-memory.ts';
import { equal } from './bytes.ts';
import { LOCATOR_MAX_REFS, makeFooter } from './footer.ts';
import { CodecInputError } from './format-errors.ts';
import type { CodecKeys } from './keys.ts';
import { ManifestBuilder } from './manifest-builder.ts';
import { manifestContentId } from './manifest-content-id.ts';
import type { ManifestRef, Visibility } from './manifest-ref.ts';
import { type Manifest, contentRoot, encodeManifest } from './manifest.ts';
import { mapAhead } from './map-ahead.ts';
import { type WorkerPool, inlinePool } from './pool/pool.ts';
import { SlabMemory, readSlabs } from './slab.ts';
import { encodeCbor } from './strict-cbor.ts';
import type { ChunkRef, Geometry, Platform } from './types.ts';
import { fileDag } from './unixfs.ts';

/** Slabs that may be on their way between being read and being packed, besides one for each thread. */
const SLABS_AHEAD = 1;

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
  /** Threads to work on; all runs on the caller's thread when left out. */
  readonly pool?: WorkerPool | undefined;
  /**
   * Bounds and reuses the memory of batches; then each yielded batch must be released, or the generator waits for ever.
   * When left out, the arrays of a yielded batch are the caller's.
   */
  readonly memory?: BatchMemory | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface EncodeBundleOptions extends BundleOptions {
  readonly visibility: Visibility;
  readonly name: string;
  /** Milliseconds since 1970. A resumed upload passes the value of its first attempt, and gets the same batches. */
  readonly created: number;
  readonly objects: AsyncIterable<SourceObject>;
  /** For private objects; 'cdc' when left out. Public objects are always cut at 1 MiB, so that their CIDs are those of IPFS. */
  readonly chunking?: 'cdc' | 'fixed' | undefined;
  readonly onProgress?: ((progress: EncodeProgress) => void) | undefined;
}

export interface EncodeProgress {
  readonly path: string;
  readonly files: number;
  readonly plainBytes: number;
  readonly newBytes: number;
  readonly storedBytes: number;
  readonly batches: number;
}

export interface BundleStats {
  readonly files: number;
  /** Bytes of all files. */
  readonly plainBytes: number;
  /** Of these, bytes in chunks that were not stored before... */
  readonly newBytes: number;
  /** ...and bytes in chunks that were. */
  readonly dedupedBytes: number;
  /** Bytes of all new records, manifest, catalog and footer included. */
  readonly storedBytes: number;
}

export interface CatalogBundleResult {
  /** Batches yielded. */
  readonly batches: number;
  readonly bundleRoot: Uint8Array;
  /** Locations in this bundle have `bundle: null`: pass it through `resolveCatalog` once the bundle has a number. */
  readonly catalog: Catalog;
  /** All chunks stored in this bundle (manifest and catalog too), in payload order, `bundle: null`. */
  readonly chunks: readonly ChunkRef[];
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
  const { catalog, keys, name, platform, visibility, created } = options;
  assertName(name);
  assertResolved(catalog);
  const writer = writerFor(options);
  const { builder, stats, unreadable } = yield* storeObjects(writer, options);
  const root = await contentRoot(platform, { visibility, ...builder });
  const latest = latestVersion(catalog, name);
  const result = { stats, unreadable };
  if (latest !== undefined && equal(latest.root, root) && writer.newChunks.length === 0) {
    return { ...result, unchanged: true, batches: 0, bundleRoot: null, manifest: latest, catalog, chunks: [] };
  }
  const contentId = visibility === 'public' ? await fileCid(platform, builder) : null;
  const { entries, chunks } = builder;
  const manifest = yield* storeManifest(writer, options, { v: 1, name, created, visibility, parent: latest ?? null, contentId, root, entries, chunks });
  const written = yield* storeCatalog(writer, { ...options, keys, catalog: withVersion(catalog, name, manifest) });
  return { ...result, ...written, unchanged: false, manifest, stats: { ...stats, storedBytes: writer.storedBytes } };
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

async function* storeObjects(
  writer: BundleWriter,
  options: EncodeBundleOptions,
): AsyncGenerator<EncodedBatch, { builder: ManifestBuilder; stats: BundleStats; unreadable: string[] }> {
  const { objects, visibility, onProgress } = options;
  const keys = visibility === 'public' ? null : options.keys.content;
  const cutter = visibility === 'public' || options.chunking === 'fixed' ? new FixedCutter() : new CdcCutter();
  const { threads = 0, sharesMemory = false } = options.pool ?? {};
  const slabs = new SlabMemory({ isShared: sharesMemory });
  const builder = new ManifestBuilder();
  const unreadable: string[] = [];
  const count = { files: 0, plainBytes: 0, newBytes: 0, dedupedBytes: 0 };
  const stats = (): BundleStats => ({ ...count, storedBytes: writer.storedBytes });
  const prepared = mapAhead(readSlabs(objects, cutter, slabs), threads + SLABS_AHEAD, async (slab) => ({ slab, chunks: await writer.prepare(keys, slab) }));
  for await (const { slab, chunks } of prepared) {
    let next = 0;
    for (const event of slab.events) {
      if (event.kind === 'unreadable') {
        builder.dropEntry();
        unreadable.push(event.path);
      } else if (event.kind === 'end') {
        builder.endEntry(event.info);
        if (event.info.kind === 'file') count.files++;
      } else {
        const { ref, isNew } = yield* writer.store(chunks[next++]!);
        builder.addChunk(ref);
        count.plainBytes += ref.size;
        count[isNew ? 'newBytes' : 'dedupedBytes'] += ref.size;
      }
      const path = event.kind === 'end' ? event.info.path : event.path;
      onProgress?.({ path, ...stats(), batches: writer.batches });
    }
    slabs.give(slab);
  }
  return { builder, stats: stats(), unreadable };
}

/** The CID of a public object that is one file; folders have none that would stand for modes, times and links too. */
async function fileCid(platform: Platform, { entries, chunks }: ManifestBuilder): Promise<string | null> {
  const [only] = entries;
  if (only?.kind !== 'file' || entries.length !== 1) return null;
  return (await fileDag(platform, only.chunks.map((index) => chunks[index]!))).root.toString();
}

async function* storeManifest(writer: BundleWriter, options: EncodeBundleOptions, manifest: Manifest): AsyncGenerator<EncodedBatch, ManifestRef> {
  const { visibility, root, created } = manifest;
  const bytes = encodeManifest(manifest);
  const chunks = yield* writer.storeDocument(visibility === 'public' ? null : options.keys.manifest, bytes);
  const contentId = manifest.contentId ?? (await manifestContentId(options.platform, { visibility, bytes, chunks }));
  return { visibility, contentId, root, created, size: bytes.length, agreement: options.agreement, bundle: null, chunks };
}

async function* storeCatalog(writer: BundleWriter, options: BundleOptions): AsyncGenerator<EncodedBatch, CatalogBundleResult> {
  const { platform, keys, catalog } = options;
  let kind: 'catalog' | 'list' = 'catalog';
  let refs = yield* writer.storeDocument(keys.manifest, encodeCatalog(catalog));
  if (refs.length > LOCATOR_MAX_REFS) {
    kind = 'list';
    refs = yield* writer.storeDocument(keys.manifest, encodeCbor(refsToCbor(refs)));
    if (refs.length > LOCATOR_MAX_REFS) throw new CodecInputError('the catalog is too large: even the list of its chunks does not fit');
  }
  const bundleRoot = yield* writer.finish(await makeFooter(platform, keys, { kind, refs }));
  return { batches: writer.batches, bundleRoot, catalog, chunks: writer.newChunks };
}
