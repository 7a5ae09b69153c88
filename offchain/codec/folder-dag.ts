/** The IPFS view of a public folder: UnixFS directories, sharded where they are large, as `ipfs-car` lays them out. */
import type { CID } from 'multiformats/cid';
import { concat, utf8 } from './bytes.ts';
import { CodecInputError } from './format-errors.ts';
import { murmur3 } from './murmur3.ts';
import type { Platform } from './types.ts';
import { type DagBlock, type DagLink, bytesField, dagNode, fileLink, varintField } from './unixfs.ts';

export interface DagFile {
  /** Relative to the folder, with `/` between its parts. */
  readonly path: string;
  /** In file order: each 1 MiB (the last may be shorter) with its SHA-256. */
  readonly chunks: readonly { readonly chunkId: Uint8Array; readonly size: number }[];
}

/** A folder of more entries is sharded. */
const SHARD_THRESHOLD = 1_000;
const DIRECTORY = 1;
const SHARD = 5;
const MURMUR3_X64_64 = 0x22;
const FANOUT = 256;

type Folder = Map<string, Folder | DagLink>;
interface Named extends DagLink {
  readonly name: Uint8Array;
}

/**
 * The CID of the folder that holds `files`. IPFS has neither modes nor times nor empty folders here. Every block that is no leaf of a file goes to
 * `onBlock`, the ones below before those above.
 * @throws CodecInputError when a path is both a file and a folder, or there twice
 */
export async function folderDag(platform: Pick<Platform, 'sha256'>, files: Iterable<DagFile>, onBlock: (block: DagBlock) => void = () => undefined): Promise<CID> {
  const root: Folder = new Map();
  for (const { path, chunks } of files) {
    const parts = path.split('/');
    const name = parts.pop()!;
    const folder = parts.reduce((above, part) => below(above, part, path), root);
    if (folder.has(name)) throw new CodecInputError(`${JSON.stringify(path)} is there twice`);
    folder.set(name, await fileLink(platform, chunks, onBlock));
  }
  return (await folderLink(platform, root, onBlock)).cid;
}

function below(above: Folder, name: string, path: string): Folder {
  const found = above.get(name) ?? new Map();
  if (!(found instanceof Map)) throw new CodecInputError(`${JSON.stringify(path)} lies in something that is a file as well`);
  above.set(name, found);
  return found;
}

async function folderLink(platform: Pick<Platform, 'sha256'>, folder: Folder, onBlock: (block: DagBlock) => void): Promise<DagLink> {
  const entries: Named[] = [];
  for (const [name, entry] of folder) entries.push({ name: utf8(name), ...(entry instanceof Map ? await folderLink(platform, entry, onBlock) : entry) });
  const node = { platform, onBlock };
  return entries.length > SHARD_THRESHOLD ? shard(node, entries, 0) : link(node, entries, varintField(1, DIRECTORY));
}

interface Target {
  readonly platform: Pick<Platform, 'sha256'>;
  readonly onBlock: (block: DagBlock) => void;
}

/** Links go by the bytes of their names. */
async function link({ platform, onBlock }: Target, entries: readonly Named[], data: Uint8Array): Promise<DagLink> {
  const links = [...entries].sort((a, b) => compare(a.name, b.name));
  const block = await dagNode(platform, { links, data });
  onBlock(block);
  return { cid: block.cid, dagBytes: block.bytes.length + links.reduce((sum, { dagBytes }) => sum + dagBytes, 0) };
}

/** A hash-array-mapped trie: the byte of a name's hash at `depth` says in which of 256 places it goes. */
async function shard(target: Target, entries: readonly Named[], depth: number): Promise<DagLink> {
  const places = new Map<number, Named[]>();
  for (const entry of entries) {
    const place = hamtPlace(entry.name, depth);
    const here = places.get(place) ?? [];
    places.set(place, here);
    here.push(entry);
  }
  const links: Named[] = [];
  const bits = new Uint8Array(FANOUT / 8);
  for (const [place, here] of places) {
    const prefix = hamtPrefix(place);
    const [only] = here;
    if (here.length === 1 && only !== undefined) links.push({ ...only, name: concat(utf8(prefix), only.name) });
    else links.push({ ...(await shard(target, here, depth + 1)), name: utf8(prefix) });
    const byte = bits.length - 1 - (place >> 3);
    bits[byte] = bits[byte]! | (1 << (place & 7));
  }
  const field = bits.subarray(bits.findIndex((byte) => byte !== 0));
  return link(target, links, concat(varintField(1, SHARD), bytesField(2, field), varintField(5, MURMUR3_X64_64), varintField(6, FANOUT)));
}

/** The place of a name in a shard of the given depth. Eight levels use up a hash; the next is of the name and a byte behind it. */
export function hamtPlace(name: Uint8Array, depth: number): number {
  const frame = depth >> 3;
  return murmur3(frame === 0 ? name : concat(name, Uint8Array.of(frame)))[depth & 7]!;
}

/** What stands before the names of a place's links. */
export function hamtPrefix(place: number): string {
  return place.toString(16).toUpperCase().padStart(2, '0');
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
