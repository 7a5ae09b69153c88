/** What a CID is, as far as a request needs to know. */
import type { CID } from 'multiformats/cid';
import { type FileNode, type UnixNode, isRaw, unixNode } from '../../../client/cid/unixfs-node.ts';
import type { Blocks } from '../blocks.ts';

/** A leaf's bytes are not needed to know that it is a file, and how long. */
export type Entity = UnixNode | (Pick<FileNode, 'kind' | 'sizeBytes'> & { readonly isLeaf: true });

/** @throws BadDagError for what is neither file nor folder, NotHereError, BlockLostError */
export async function entityOf(blocks: Blocks, cid: CID, signal?: AbortSignal): Promise<Entity> {
  if (isRaw(cid)) return { kind: 'file', sizeBytes: await blocks.sizeOf(cid), isLeaf: true };
  return unixNode(cid, await blocks.get(cid, signal));
}
