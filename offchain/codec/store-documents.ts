/** The manifest of an upload and the catalog that names it, behind the objects in the same bundle. */
import type { EncodedBatch } from './batch-line.ts';
import type { BundleWriter } from './bundle-writer.ts';
import { type Catalog, encodeCatalog } from './catalog.ts';
import { type Rows, encodeCbor } from './cbor-writer.ts';
import { refsToCbor } from './chunk-ref-codec.ts';
import { LOCATOR_MAX_REFS, makeFooter } from './footer.ts';
import { CodecInputError } from './format-errors.ts';
import type { CodecKeys } from './keys.ts';
import { manifestContentId } from './manifest-content-id.ts';
import type { ManifestRef } from './manifest-ref.ts';
import { type ManifestSource, encodeManifest } from './manifest.ts';
import type { ChunkRef, Platform } from './types.ts';

interface DocumentOptions {
  readonly platform: Platform;
  readonly agreement: number;
  readonly keys: CodecKeys;
}

export interface CatalogBundleResult {
  /** Batches yielded. */
  readonly batches: number;
  readonly bundleRoot: Uint8Array;
  /** Locations in this bundle have `bundle: null`: pass it through `resolveCatalog` once the bundle has a number. */
  readonly catalog: Catalog;
  /** All chunks stored in this bundle (manifest and catalog too), in payload order, `bundle: null`. */
  readonly chunks: Rows<ChunkRef>;
}

export async function* storeManifest(writer: BundleWriter, options: DocumentOptions, manifest: ManifestSource): AsyncGenerator<EncodedBatch, ManifestRef> {
  const { visibility, root, created } = manifest;
  const bytes = encodeManifest(manifest);
  const chunks = yield* writer.storeDocument(visibility === 'public' ? null : options.keys.manifest, bytes);
  const contentId = manifest.contentId ?? (await manifestContentId(options.platform, { visibility, bytes, chunks }));
  return { visibility, contentId, root, created, size: bytes.length, agreement: options.agreement, bundle: null, chunks };
}

export async function* storeCatalog(writer: BundleWriter, options: DocumentOptions & { readonly catalog: Catalog }): AsyncGenerator<EncodedBatch, CatalogBundleResult> {
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
