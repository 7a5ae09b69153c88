/** The blocks of a CAR, depth first, a few leaves ahead of who takes them. */
import type { CID } from 'multiformats/cid';
import { isRaw, unixNode, type UnixNode } from '../../../client/cid/unixfs-node.ts';
import { hashKey, isIdentity } from '../../../client/cid/verify-block.ts';
import { mapAhead } from '../../../codec/map-ahead.ts';
import type { Blocks } from '../blocks.ts';
import { GatewayError } from '../errors.ts';

export interface Block {
  readonly cid: CID;
  readonly bytes: Uint8Array;
}

/** Bytes [from, to) of the file below. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** block: this one alone. entity: all of a file, or what lists a folder. all: everything below. */
export type Scope = 'block' | 'entity' | 'all' | ByteRange;

export interface WalkOptions {
  /** Blocks that are there twice are sent twice. */
  readonly dups: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Leaves on their way besides the one that is being sent. */
const AHEAD = 3;
/** What is remembered of blocks that were sent: some 100 bytes each. */
const SEEN_MAX = 1_000_000;

interface Walk {
  readonly blocks: Blocks;
  readonly signal: AbortSignal | undefined;
  readonly seen: Set<string> | undefined;
}

/** The blocks of `way` first, then those at and below `cid`. Blocks that are in their CIDs are left out. */
export async function* walkBlocks(blocks: Blocks, { way, cid, scope }: { readonly way: readonly CID[]; readonly cid: CID; readonly scope: Scope }, { dups, signal }: WalkOptions): AsyncGenerator<Block, void> {
  const walk: Walk = { blocks, signal, seen: dups ? undefined : new Set() };
  for (const one of way) if (isNew(walk, one)) yield { cid: one, bytes: await blocks.get(one, signal) };
  yield* below(walk, cid, scope);
}

async function* below(walk: Walk, cid: CID, scope: Scope): AsyncGenerator<Block, void> {
  const fresh = isNew(walk, cid);
  // The same node may have been sent for another range of its bytes: then its parts are looked at again.
  if (!fresh && typeof scope === 'string' && !isIdentity(cid)) return;
  if (isRaw(cid) && !fresh) return;
  const bytes = await walk.blocks.get(cid, walk.signal);
  if (fresh) yield { cid, bytes };
  if (scope === 'block' || isRaw(cid)) return;
  const parts = mapAhead(partsOf(unixNode(cid, bytes), scope), AHEAD, async (part) => ({ part, bytes: await ahead(walk, part.cid) }));
  for await (const { part, bytes: leaf } of parts) {
    if (leaf === undefined) yield* below(walk, part.cid, part.scope);
    else if (isNew(walk, part.cid)) yield { cid: part.cid, bytes: leaf };
  }
}

/** A leaf's bytes; undefined for whatever is no leaf, or was sent already. */
async function ahead({ blocks, seen, signal }: Walk, cid: CID): Promise<Uint8Array | undefined> {
  return !isRaw(cid) || seen?.has(hashKey(cid)) === true ? undefined : blocks.get(cid, signal);
}

function partsOf(node: UnixNode, scope: Exclude<Scope, 'block'>): { readonly cid: CID; readonly scope: Scope }[] {
  if (node.kind === 'folder') return scope === 'all' ? node.links.map(({ cid }) => ({ cid, scope })) : [];
  if (node.kind === 'shard') {
    const links = scope === 'all' ? node.links : node.links.filter(({ name }) => name.length === node.prefixChars);
    return links.map(({ cid }) => ({ cid, scope: scope === 'all' ? scope : 'entity' }));
  }
  if (node.kind === 'symlink') return [];
  if (typeof scope === 'string') return node.parts.map(({ cid }) => ({ cid, scope }));
  return filePartsIn(node, scope).map(({ cid, range }) => ({ cid, scope: range }));
}

/** The parts of a file that a range touches, each with its share of it. */
export function filePartsIn({ inline, parts }: Extract<UnixNode, { kind: 'file' }>, { from, to }: ByteRange): { readonly cid: CID; readonly range: ByteRange }[] {
  const touched = [];
  let at = inline.length;
  for (const { cid, sizeBytes } of parts) {
    if (at < to && at + sizeBytes > from) touched.push({ cid, range: { from: Math.max(0, from - at), to: Math.min(sizeBytes, to - at) } });
    at += sizeBytes;
  }
  return touched;
}

/** Remembers it. Always false for blocks that are in their CIDs. */
function isNew({ seen }: Walk, cid: CID): boolean {
  if (isIdentity(cid)) return false;
  if (seen === undefined) return true;
  const key = hashKey(cid);
  if (seen.has(key)) return false;
  if (seen.size >= SEEN_MAX) throw new GatewayError(400, 'TOO_MANY_BLOCKS', `More than ${SEEN_MAX} blocks can only be sent with dups=y.`);
  seen.add(key);
  return true;
}
