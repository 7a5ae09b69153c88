/** Writes every block of a public object into the index, from its manifest alone: no byte of a file is read. */
import { bytesToHex } from 'viem';
import type { Manifest } from '../../../codec/manifest.ts';
import type { Platform } from '../../../codec/types.ts';
import { chunksOf, ipfsTree } from '../../../client/cid/ipfs-tree.ts';
import type { Store } from '../../../store/open.ts';
import { type BlockRow, type IndexedContent, writeContent } from './rows.ts';

/** False when it holds no file, so that IPFS has nothing to call by a name. Locations in the manifest name their bundles. */
export async function indexContent(
  { store, platform }: { readonly store: Store; readonly platform: Platform },
  content: Omit<IndexedContent, 'root' | 'sizeBytes'>,
  manifest: Manifest,
): Promise<boolean> {
  if (!manifest.entries.some(({ kind }) => kind === 'file')) return false;
  const sizeBytes = manifest.entries.reduce((sum, { size }) => sum + size, 0);
  await writeContent(store, { ...content, sizeBytes }, async (add, flush) => {
    for (const entry of manifest.entries) {
      if (entry.kind !== 'file') continue;
      if (entry.size === 0) add(await emptyLeaf(platform));
      for (const { chunkId, size, ...place } of chunksOf(manifest, entry)) {
        add({ digest: bytesToHex(chunkId), sizeBytes: size, at: { place } });
        await flush();
      }
    }
    // Inner nodes wait in memory: some 60 bytes for each MiB of content, and what folders need.
    const tree = await ipfsTree(platform, manifest, ({ cid, bytes }) => add({ digest: bytesToHex(cid.multihash.digest), sizeBytes: bytes.length, at: { node: bytes } }));
    return tree?.root.toString() ?? '';
  });
  return true;
}

async function emptyLeaf(platform: Platform): Promise<BlockRow> {
  const bytes = new Uint8Array(0);
  return { digest: bytesToHex(await platform.sha256(bytes)), sizeBytes: 0, at: { node: bytes } };
}
