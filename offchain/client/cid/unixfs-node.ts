/** One block of IPFS, read as a piece of a file or a folder. */
import * as dagPb from '@ipld/dag-pb';
import { UnixFS } from 'ipfs-unixfs';
import type { CID } from 'multiformats/cid';
import * as raw from 'multiformats/codecs/raw';
import { BadDagError } from './errors.ts';

/** `mode` and `mtimeMs` as the block says them; few blocks do. */
interface Attributes {
  readonly mode?: number;
  readonly mtimeMs?: number;
}

export interface FilePart {
  readonly cid: CID;
  /** Bytes of the file below it. */
  readonly sizeBytes: number;
}

export interface NamedLink {
  /** In a shard with the place's prefix, and nothing else for a shard below. */
  readonly name: string;
  readonly cid: CID;
}

export interface FileNode extends Attributes {
  readonly kind: 'file';
  readonly sizeBytes: number;
  /** Bytes before those of the parts. */
  readonly inline: Uint8Array;
  readonly parts: readonly FilePart[];
}

export interface FolderNode extends Attributes {
  readonly kind: 'folder';
  readonly links: readonly NamedLink[];
}

export interface ShardNode extends Attributes {
  readonly kind: 'shard';
  readonly links: readonly NamedLink[];
  /** Characters of a place's prefix. */
  readonly prefixChars: number;
}

export interface SymlinkNode extends Attributes {
  readonly kind: 'symlink';
  readonly target: string;
}

export type UnixNode = FileNode | FolderNode | ShardNode | SymlinkNode;

const FANOUT_MAX = 1_024;
const NO_BYTES = new Uint8Array(0);

/** True for blocks whose bytes are the file's own. */
export function isRaw(cid: Pick<CID, 'code'>): boolean {
  return cid.code === raw.code;
}

/** The bytes must have been verified against the CID. @throws BadDagError */
export function unixNode(cid: CID, bytes: Uint8Array): UnixNode {
  if (isRaw(cid)) return { kind: 'file', sizeBytes: bytes.length, inline: bytes, parts: [] };
  if (cid.code !== dagPb.code) throw new BadDagError(cid.toString(), `is of codec 0x${cid.code.toString(16)}, which is neither raw nor dag-pb`);
  const { links, data } = decoded(cid, bytes);
  const attributes = attributesOf(data);
  switch (data.type) {
    case 'raw':
    case 'file':
      return { kind: 'file', ...attributes, ...fileOf(cid, links, data) };
    case 'directory':
      return { kind: 'folder', ...attributes, links };
    case 'hamt-sharded-directory':
      return { kind: 'shard', ...attributes, links, prefixChars: prefixChars(cid, data) };
    case 'symlink':
      return { kind: 'symlink', ...attributes, target: textOf(cid, data.data ?? NO_BYTES) };
    default:
      throw new BadDagError(cid.toString(), `is of UnixFS type ${data.type}`);
  }
}

function decoded(cid: CID, bytes: Uint8Array): { links: NamedLink[]; data: UnixFS } {
  try {
    const { Links, Data } = dagPb.decode(bytes);
    if (Data === undefined) throw new Error('it has no data');
    return { links: Links.map(({ Hash, Name }) => ({ cid: Hash as unknown as CID, name: Name ?? '' })), data: UnixFS.unmarshal(Data) };
  } catch (cause) {
    throw new BadDagError(cid.toString(), `is no UnixFS (${cause instanceof Error ? cause.message : String(cause)})`);
  }
}

function fileOf(cid: CID, links: readonly NamedLink[], data: UnixFS): Pick<FileNode, 'sizeBytes' | 'inline' | 'parts'> {
  const inline = data.data ?? NO_BYTES;
  if (data.blockSizes.length !== links.length) throw new BadDagError(cid.toString(), `has ${links.length} parts and ${data.blockSizes.length} sizes of parts`);
  let sizeBytes = inline.length;
  const parts = links.map((link, i): FilePart => {
    const size = Number(data.blockSizes[i]);
    sizeBytes += size;
    if (!Number.isSafeInteger(size) || size < 0 || !Number.isSafeInteger(sizeBytes)) throw new BadDagError(cid.toString(), 'has parts of an impossible size');
    return { cid: link.cid, sizeBytes: size };
  });
  return { sizeBytes, inline, parts };
}

function prefixChars(cid: CID, { fanout }: UnixFS): number {
  const places = Number(fanout ?? 0n);
  if (places < 2 || places > FANOUT_MAX || (places & (places - 1)) !== 0) throw new BadDagError(cid.toString(), `is a shard with ${places} places`);
  return (places - 1).toString(16).length;
}

const MTIME_MAX_MS = 8.64e15;

function attributesOf({ mode, mtime }: UnixFS): Attributes {
  const mtimeMs = mtime === undefined ? undefined : Number(mtime.secs) * 1_000 + Math.floor((mtime.nsecs ?? 0) / 1_000_000);
  return {
    ...(mode === undefined ? {} : { mode: mode & 0o777 }),
    ...(mtimeMs === undefined || !(Math.abs(mtimeMs) <= MTIME_MAX_MS) ? {} : { mtimeMs }),
  };
}

function textOf(cid: CID, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new BadDagError(cid.toString(), 'is a link whose target is not UTF-8');
  }
}
