/** A public object as IPFS sees it: the root of its tree and every block that is no leaf, from its manifest alone. */
import type { CID } from 'multiformats/cid';
import { folderDag } from '../../codec/folder-dag.ts';
import type { Manifest, ManifestEntry } from '../../codec/manifest.ts';
import type { ChunkRef, Platform } from '../../codec/types.ts';
import { type DagBlock, fileLink } from '../../codec/unixfs.ts';

export interface IpfsTree {
  /** Of one file what `ipfs-car pack --no-wrap` prints, of several what `ipfs-car pack --hidden` prints of their folder. */
  readonly root: CID;
  /** Of one file: the folder that holds just it, which `ipfs-car pack` prints without an option. */
  readonly wrapped: CID | undefined;
}

/** Links and empty folders are left out, as ipfs-car does it. Undefined when there is no file. */
export async function ipfsTree(platform: Pick<Platform, 'sha256'>, manifest: Pick<Manifest, 'entries' | 'chunks'>, onBlock: (block: DagBlock) => void = () => undefined): Promise<IpfsTree | undefined> {
  const files = manifest.entries.filter(({ kind }) => kind === 'file').map((entry) => ({ path: entry.path, chunks: chunksOf(manifest, entry) }));
  const [first] = files;
  if (first === undefined) return undefined;
  if (manifest.entries.length > 1) return { root: await folderDag(platform, files, onBlock), wrapped: undefined };
  const { cid } = await fileLink(platform, first.chunks, onBlock);
  return { root: cid, wrapped: await folderDag(platform, files, onBlock) };
}

export function chunksOf(manifest: Pick<Manifest, 'chunks'>, entry: ManifestEntry): ChunkRef[] {
  return entry.chunks.map((index) => manifest.chunks[index] as ChunkRef);
}
