/** The ContentID of a stored object. Apart from `content-id.ts`, so that an upload does not load ipfs-car. */
import { join } from './bytes.ts';
import type { ChunkRef, Platform } from './types.ts';
import { rawCid } from './unixfs.ts';

/**
 * The ContentID of a stored object that has no CID of its own in IPFS: a raw CIDv1. Public: `digest`, SHA-256 of the manifest.
 * Private: SHA-256 of the joined ids of the manifest's chunks; these are keyed, so the ContentID says nothing about the content.
 */
export async function manifestContentId(
  platform: Platform,
  manifest: { readonly visibility: 'public'; readonly digest: Uint8Array } | { readonly visibility: 'private'; readonly chunks: readonly ChunkRef[] },
): Promise<string> {
  const digest = manifest.visibility === 'public' ? manifest.digest : await platform.sha256(join(manifest.chunks.map((chunk) => chunk.chunkId)));
  return rawCid(digest).toString();
}
