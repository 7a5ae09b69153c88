/** How one finds a manifest: a small list of chunk references, and what to expect there. */
import { CID } from 'multiformats/cid';
import type { Home } from './chunk-ref.ts';
import { resolveRef } from './chunk-ref.ts';
import { homeFromCbor, homeToCbor, refsFromCbor, refsToCbor } from './chunk-ref-codec.ts';
import type { Reader } from './strict-cbor.ts';
import type { ChunkRef } from './types.ts';

export type Visibility = 'private' | 'public';

export interface ManifestRef extends Home {
  readonly visibility: Visibility;
  /** CIDv1, base32. For public files and folders of them the CID that `ipfs-car` gives. */
  readonly contentId: string;
  /** Commits to the tree (paths, attributes, chunk ids) and to nothing else: equal roots mean equal content. */
  readonly root: Uint8Array;
  /** Milliseconds since 1970, as the creator said. */
  readonly created: number;
  /** Bytes of the encoded manifest. */
  readonly size: number;
  readonly chunks: readonly ChunkRef[];
}

/** Fills in the number of the bundle that carried the reference. */
export function resolveManifestRef(ref: ManifestRef, home: Home): ManifestRef {
  return { ...resolveRef(ref, home), chunks: ref.chunks.map((chunk) => resolveRef(chunk, home)) };
}

export function manifestRefToCbor(ref: ManifestRef): unknown {
  return {
    visibility: ref.visibility,
    contentId: ref.contentId,
    root: ref.root,
    created: ref.created,
    size: ref.size,
    home: homeToCbor(ref),
    chunks: refsToCbor(ref.chunks),
  };
}

export function manifestRefFromCbor(reader: Reader): ManifestRef {
  const field = reader.fields('visibility', 'contentId', 'root', 'created', 'size', 'home', 'chunks');
  const size = field.size.integer(1, Number.MAX_SAFE_INTEGER);
  const chunks = refsFromCbor(field.chunks);
  if (chunks.reduce((sum, chunk) => sum + chunk.size, 0) !== size) reader.fail('has chunks that do not add up to its size');
  return {
    visibility: field.visibility.oneOf('private', 'public'),
    contentId: contentIdFromCbor(field.contentId),
    root: field.root.bytes(32),
    created: field.created.integer(0, Number.MAX_SAFE_INTEGER),
    size,
    ...homeFromCbor(field.home),
    chunks,
  };
}

export function contentIdFromCbor(reader: Reader): string {
  const text = reader.text(128);
  try {
    return CID.parse(text).toV1().toString() === text ? text : reader.fail('is not a CIDv1 in base32');
  } catch {
    return reader.fail('is not a CID');
  }
}
