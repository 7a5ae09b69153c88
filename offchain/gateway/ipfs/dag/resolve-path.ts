/** From a root along the names of a path. */
import { CID } from 'multiformats/cid';
import { hamtPlace, hamtPrefix } from '../../../codec/folder-dag.ts';
import { isRaw, unixNode } from '../../../client/cid/unixfs-node.ts';
import type { Blocks } from '../blocks.ts';
import type { Denials } from '../denied.ts';
import { BadRequestError, NotHereError } from '../errors.ts';

export interface Resolved {
  /** What the path leads to. */
  readonly cid: CID;
  /** The blocks that prove the way there, from the root on, without the one that it leads to. */
  readonly way: readonly CID[];
  /** The root of each part of the path, the whole path last. */
  readonly roots: readonly CID[];
}

const SEGMENTS_MAX = 256;
const SHARD_DEPTH_MAX = 64;

export interface PathRequest {
  readonly root: CID;
  readonly segments: readonly string[];
  readonly deny: Denials;
  readonly signal?: AbortSignal | undefined;
}

/** @throws NotHereError when a name is not there, BadRequestError, BadDagError, GatewayError of `deny` */
export async function resolvePath(blocks: Blocks, { root, segments, deny, signal }: PathRequest): Promise<Resolved> {
  if (segments.length > SEGMENTS_MAX) throw new BadRequestError(`The path has ${segments.length} parts; ${SEGMENTS_MAX} are the most.`);
  const way: CID[] = [];
  const roots = [root];
  let cid = root;
  deny(cid);
  for (const name of segments) {
    const found = await step(blocks, cid, name, way, signal);
    if (found === undefined) throw new NotHereError(`${cid} has nothing called ${JSON.stringify(name)}.`);
    cid = found;
    deny(cid);
    roots.push(cid);
  }
  return { cid, way, roots };
}

/** One name further down: through as many shards as it takes. */
async function step(blocks: Blocks, folder: CID, name: string, way: CID[], signal: AbortSignal | undefined): Promise<CID | undefined> {
  let cid = folder;
  const bytes = new TextEncoder().encode(name);
  for (let depth = 0; depth < SHARD_DEPTH_MAX; depth++) {
    if (isRaw(cid)) return undefined;
    const node = unixNode(cid, await blocks.get(cid, signal));
    way.push(cid);
    if (node.kind === 'folder') return node.links.find((link) => link.name === name)?.cid;
    if (node.kind !== 'shard') return undefined;
    const prefix = hamtPrefix(hamtPlace(bytes, depth));
    const link = node.links.find((one) => one.name === prefix || one.name === prefix + name);
    if (link === undefined || link.name !== prefix) return link?.cid;
    cid = link.cid;
  }
  return undefined;
}
