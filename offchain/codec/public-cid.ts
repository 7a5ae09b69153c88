/** Which CID a public object has in IPFS, from its manifest alone. */
import type { Rows } from './cbor-writer.ts';
import { folderDag } from './folder-dag.ts';
import type { ManifestEntry } from './manifest.ts';
import type { ChunkRef, Platform } from './types.ts';
import { fileDag } from './unixfs.ts';

type Chunk = Pick<ChunkRef, 'chunkId' | 'size'>;

/**
 * One file: what `ipfs-car pack --no-wrap <file>` prints. Several: what `ipfs-car pack --hidden <folder>` prints, where they do not all lie in one folder of it.
 * Null for trees of which IPFS cannot say all: with links, with empty folders, or without any file. Modes and times are in no CID.
 */
export async function publicCid(platform: Pick<Platform, 'sha256'>, tree: { readonly entries: Rows<ManifestEntry>; readonly chunks: { at(index: number): Chunk | undefined } }): Promise<string | null> {
  const chunksOf = ({ chunks }: ManifestEntry): Chunk[] => chunks.map((index) => tree.chunks.at(index)!);
  const holders = new Set<string>();
  for (const { kind, path } of tree.entries) {
    if (kind === 'symlink') return null;
    for (let end = path.lastIndexOf('/'); end > 0 && !holders.has(path.slice(0, end)); end = path.lastIndexOf('/', end - 1)) holders.add(path.slice(0, end));
  }
  let first: ManifestEntry | undefined;
  for (const entry of tree.entries) {
    if (holders.has(entry.path) !== (entry.kind === 'folder')) return null;
    if (entry.kind === 'file') first ??= entry;
  }
  if (first === undefined) return null;
  if (tree.entries.length === 1) return (await fileDag(platform, chunksOf(first))).root.toString();
  return (await folderDag(platform, filesOf(tree.entries, chunksOf))).toString();
}

function* filesOf(entries: Rows<ManifestEntry>, chunksOf: (entry: ManifestEntry) => Chunk[]): Generator<{ path: string; chunks: Chunk[] }> {
  for (const entry of entries) if (entry.kind === 'file') yield { path: entry.path, chunks: chunksOf(entry) };
}
