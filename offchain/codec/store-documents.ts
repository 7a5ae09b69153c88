/** The manifest of an upload and the catalog that names it, behind the objects in the same bundle. */
import { sha256 } from '@noble/hashes/sha2.js';
import type { EncodedBatch } from './batch-line.ts';
import type { BundleWriter } from './bundle-writer.ts';
import { type Catalog, encodeCatalog } from './catalog.ts';
import { type Rows, encodeCborPieces } from './cbor-writer.ts';
import { refsToCbor } from './chunk-ref-codec.ts';
import { LOCATOR_MAX_REFS, makeFooter } from './footer.ts';
import { CodecInputError } from './format-errors.ts';
import type { CodecKeys } from './keys.ts';
import { manifestContentId } from './manifest-content-id.ts';
import type { ManifestRef } from './manifest-ref.ts';
import { type ManifestSource, encodeManifestPieces } from './manifest.ts';
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
  const hash = sha256.create();
  let size = 0;
  function* pieces(): Generator<Uint8Array, void> {
    for (const piece of encodeManifestPieces(manifest)) {
      size += piece.length;
      if (visibility === 'public') hash.update(piece);
      yield piece;
    }
  }
  const chunks = yield* writer.storeDocument(visibility === 'public' ? null : options.keys.manifest, pieces());
  const contentId = manifest.contentId ?? (await manifestContentId(options.platform, visibility === 'public' ? { visibility, digest: hash.digest() } : { visibility, chunks }));
  return { visibility, contentId, root, created, size, agreement: options.agreement, bundle: null, chunks };
}

export async function* storeCatalog(writer: BundleWriter, options: DocumentOptions & { readonly catalog: Catalog }): AsyncGenerator<EncodedBatch, CatalogBundleResult> {
  const { platform, keys, catalog } = options;
  let kind: 'catalog' | 'list' = 'catalog';
  let refs = yield* writer.storeDocument(keys.manifest, [encodeCatalog(catalog)]);
  if (refs.length > LOCATOR_MAX_REFS) {
    kind = 'list';
    refs = yield* writer.storeDocument(keys.manifest, encodeCborPieces(refsToCbor(refs)));
    if (refs.length > LOCATOR_MAX_REFS) throw new CodecInputError('the catalog is too large: even the list of its chunks does not fit');
  }
  const bundleRoot = yield* writer.finish(await makeFooter(platform, keys, { kind, refs }));
  return { batches: writer.batches, bundleRoot, catalog, chunks: writer.newChunks };
}
