/** The ContentID of a stored object. Apart from `content-id.ts`, so that an upload does not load ipfs-car. */
import { join } from './bytes.ts';
import type { Visibility } from './manifest-ref.ts';
import type { ChunkRef, Platform } from './types.ts';
import { rawCid } from './unixfs.ts';

/**
 * The ContentID of a stored object that has no CID of its own in IPFS: a raw CIDv1. Public: SHA-256 of the manifest.
 * Private: SHA-256 of the joined ids of the manifest's chunks; these are keyed, so the ContentID says nothing about the content.
 */
export async function manifestContentId(
  platform: Platform,
  manifest: { visibility: Visibility; bytes: Uint8Array; chunks: readonly ChunkRef[] },
): Promise<string> {
  const { visibility, bytes, chunks } = manifest;
  return rawCid(await platform.sha256(visibility === 'public' ? bytes : join(chunks.map((chunk) => chunk.chunkId)))).toString();
}
