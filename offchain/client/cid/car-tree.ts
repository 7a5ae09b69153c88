/** What a CAR holds below a root: folders, files and links with safe names, nothing missing, nothing without a bound. */
import type { CID } from 'multiformats/cid';
import { type ObjectInfo, PATH_MAX_CHARS, assertSafePath } from '../../codec/archive.ts';
import type { CarFile } from './car-file.ts';
import { checkFile } from './check-file.ts';
import { BadCarError, BadDagError, CarTooLargeError } from './errors.ts';
import { type FolderNode, type ShardNode, type UnixNode, unixNode } from './unixfs-node.ts';

export interface TreeLimits {
  /** Of all files together; a block that is named twice counts twice. */
  readonly maxBytes: number;
  readonly maxEntries: number;
  readonly signal?: AbortSignal | undefined;
}

export interface TreeEntry extends ObjectInfo {
  readonly cid: CID;
}

const DEPTH_MAX = 256;
const SHARD_DEPTH_MAX = 64;
/** What file systems take. */
const NAME_BYTES_MAX = 255;
const FILE_MODE = 0o644;
const FOLDER_MODE = 0o755;

export type BlockReader = Pick<CarFile, 'get' | 'sizeOf'>;

/**
 * A folder before what it holds, names in ascending order; a root that is a file under `fileName`. Every block below has been looked for.
 * @throws BadCarError, BadDagError, CarTooLargeError
 */
export async function* carTree(car: BlockReader, root: CID, { fileName, ...limits }: TreeLimits & { readonly fileName: string }): AsyncGenerator<TreeEntry, void> {
  const walk: Walk = { car, limits, entries: 0, bytes: 0, checked: new Set() };
  const node = unixNode(root, await car.get(root));
  if (node.kind === 'folder' || node.kind === 'shard') yield* inFolder(walk, { cid: root, node }, '', 0);
  else yield* entry(walk, { cid: root, node }, fileName, 0);
}

interface Walk {
  readonly car: BlockReader;
  readonly limits: TreeLimits;
  entries: number;
  bytes: number;
  /** Files that were looked through already. */
  readonly checked: Set<string>;
}

interface Found<T extends UnixNode = UnixNode> {
  readonly cid: CID;
  readonly node: T;
}

async function* entry(walk: Walk, { cid, node }: Found, path: string, depth: number): AsyncGenerator<TreeEntry, void> {
  const { limits } = walk;
  if (++walk.entries > limits.maxEntries) throw new CarTooLargeError('entries', limits.maxEntries);
  limits.signal?.throwIfAborted();
  const info = { path, cid, mtimeMs: node.mtimeMs ?? 0, size: 0 };
  if (node.kind === 'file') {
    walk.bytes += node.sizeBytes;
    if (walk.bytes > limits.maxBytes) throw new CarTooLargeError('bytes of files', limits.maxBytes);
    await checkFile(walk.car, { cid, node }, walk.checked);
    yield { ...info, kind: 'file', mode: node.mode ?? FILE_MODE, size: node.sizeBytes };
  } else if (node.kind === 'symlink') {
    if (node.target === '' || node.target.length > PATH_MAX_CHARS || node.target.includes('\0')) throw new BadDagError(cid.toString(), `is a link (${JSON.stringify(path)}) to no possible place`);
    yield { ...info, kind: 'symlink', mode: 0o777, target: node.target };
  } else {
    yield { ...info, kind: 'folder', mode: node.mode ?? FOLDER_MODE };
    yield* inFolder(walk, { cid, node }, `${path}/`, depth + 1);
  }
}

async function* inFolder(walk: Walk, folder: Found<FolderNode | ShardNode>, prefix: string, depth: number): AsyncGenerator<TreeEntry, void> {
  if (depth > DEPTH_MAX) throw new CarTooLargeError('folders inside each other', DEPTH_MAX);
  const links = await linksOf(walk, folder);
  const names = [...links.keys()].sort((a, b) => (a < b ? -1 : 1));
  for (const name of names) {
    const cid = links.get(name)!;
    yield* entry(walk, { cid, node: unixNode(cid, await walk.car.get(cid)) }, prefix + name, depth);
  }
}

/** All names of a folder, through all of its shards. */
async function linksOf(walk: Walk, { cid, node }: Found<FolderNode | ShardNode>): Promise<Map<string, CID>> {
  const links = new Map<string, CID>();
  const add = (name: string, target: CID): void => {
    if (links.has(name)) throw new BadDagError(cid.toString(), `names ${JSON.stringify(name)} twice`);
    if (walk.entries + links.size >= walk.limits.maxEntries) throw new CarTooLargeError('entries', walk.limits.maxEntries);
    links.set(checkedName(cid, name), target);
  };
  const spread = async (shard: ShardNode, depth: number): Promise<void> => {
    if (depth > SHARD_DEPTH_MAX) throw new BadDagError(cid.toString(), 'is sharded without an end');
    for (const link of shard.links) {
      if (link.name.length > shard.prefixChars) add(link.name.slice(shard.prefixChars), link.cid);
      else await spread(shardAt(link.cid, await walk.car.get(link.cid)), depth + 1);
    }
  };
  if (node.kind === 'folder') for (const link of node.links) add(link.name, link.cid);
  else await spread(node, 0);
  return links;
}

function shardAt(cid: CID, bytes: Uint8Array): ShardNode {
  const node = unixNode(cid, bytes);
  if (node.kind !== 'shard') throw new BadDagError(cid.toString(), 'should be a shard');
  // An empty one leads nowhere; many of them would cost time for nothing.
  if (node.links.length === 0) throw new BadDagError(cid.toString(), 'is a shard that holds nothing');
  return node;
}

/** One part of a path and nothing more: what leads out of the folder that it is restored into would be somebody else's file. */
function checkedName(cid: CID, name: string): string {
  try {
    assertSafePath(name);
  } catch (cause) {
    throw new BadCarError(`folder ${cid} holds the name ${JSON.stringify(name.slice(0, 64))}, which is refused (${cause instanceof Error ? cause.message : String(cause)})`);
  }
  if (name.includes('/')) throw new BadCarError(`folder ${cid} holds the name ${JSON.stringify(name.slice(0, 64))}, which has a slash in it`);
  if (Buffer.byteLength(name) > NAME_BYTES_MAX) throw new BadCarError(`folder ${cid} holds a name of ${Buffer.byteLength(name)} bytes; file systems take ${NAME_BYTES_MAX}`);
  return name;
}
