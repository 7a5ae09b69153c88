/** The names in a folder, through all of its shards. */
import type { CID } from 'multiformats/cid';
import { type FolderNode, type ShardNode, unixNode } from '../../../client/cid/unixfs-node.ts';
import type { Blocks } from '../blocks.ts';

/** At most `max` names; the rest is left out. */
export async function listFolder(blocks: Blocks, node: FolderNode | ShardNode, max: number, signal?: AbortSignal): Promise<Map<string, CID>> {
  const names = new Map<string, CID>();
  const add = async (one: FolderNode | ShardNode): Promise<void> => {
    for (const { name, cid } of one.links) {
      if (names.size >= max) return;
      if (one.kind === 'folder') names.set(name, cid);
      else if (name.length > one.prefixChars) names.set(name.slice(one.prefixChars), cid);
      else {
        const shard = unixNode(cid, await blocks.get(cid, signal));
        if (shard.kind === 'shard') await add(shard);
      }
    }
  };
  await add(node);
  return names;
}
