/** The IPFS view of a public file: the balanced UnixFS tree over its 1 MiB chunks, as `ipfs-car` lays it out. */
import { CID } from 'multiformats/cid';
import * as raw from 'multiformats/codecs/raw';
import { create as createDigest } from 'multiformats/hashes/digest';
import { concat, join } from './bytes.ts';
import type { Platform } from './types.ts';

const SHA2_256 = 0x12;
const DAG_PB = 0x70;
const WIDTH = 1024;
const UNIXFS_FILE = 2;

/** A node of the tree that is no leaf: enough to serve it over IPFS. */
export interface DagBlock {
  readonly cid: CID;
  readonly bytes: Uint8Array;
}

/** What a node above says of a block. */
export interface DagLink {
  readonly cid: CID;
  /** Bytes of all blocks below and including this one; a block that is there twice counts twice. */
  readonly dagBytes: number;
}

interface Link extends DagLink {
  readonly contentBytes: number;
}

export function rawCid(sha256: Uint8Array): CID {
  return CID.createV1(raw.code, createDigest(SHA2_256, sha256));
}

/** `chunks` in file order: each 1 MiB (the last may be shorter) with its SHA-256. Returns the root and the inner blocks, leaves first. */
export async function fileDag(
  platform: Pick<Platform, 'sha256'>,
  chunks: readonly { readonly chunkId: Uint8Array; readonly size: number }[],
): Promise<{ root: CID; blocks: DagBlock[] }> {
  const blocks: DagBlock[] = [];
  const { cid } = await fileLink(platform, chunks, (block) => void blocks.push(block));
  return { root: cid, blocks };
}

/** As `fileDag`, which hands each inner block to `onBlock` instead of keeping it. */
export async function fileLink(
  platform: Pick<Platform, 'sha256'>,
  chunks: readonly { readonly chunkId: Uint8Array; readonly size: number }[],
  onBlock: (block: DagBlock) => void,
): Promise<DagLink> {
  if (chunks.length === 0) return { cid: rawCid(await platform.sha256(new Uint8Array(0))), dagBytes: 0 };
  let level: Link[] = chunks.map(({ chunkId, size }) => ({ cid: rawCid(chunkId), contentBytes: size, dagBytes: size }));
  while (level.length > 1) {
    const above: Link[] = [];
    for (let i = 0; i < level.length; i += WIDTH) {
      const links = level.slice(i, i + WIDTH);
      const data = concat(
        varintField(1, UNIXFS_FILE),
        varintField(3, sum(links, 'contentBytes')),
        ...links.map((link) => varintField(4, link.contentBytes)),
      );
      const block = await dagNode(platform, { links: links.map((link) => ({ ...link, name: NO_NAME })), data });
      onBlock(block);
      above.push({ cid: block.cid, contentBytes: sum(links, 'contentBytes'), dagBytes: block.bytes.length + sum(links, 'dagBytes') });
    }
    level = above;
  }
  return level[0]!;
}

const NO_NAME = new Uint8Array(0);

/** dag-pb: links (Hash, Name, Tsize) before Data, which is UnixFS. Links stand as they are given. */
export async function dagNode(
  platform: Pick<Platform, 'sha256'>,
  { links, data }: { readonly links: readonly (DagLink & { readonly name: Uint8Array })[]; readonly data: Uint8Array },
): Promise<DagBlock> {
  const encoded = links.map(({ cid, name, dagBytes }) =>
    bytesField(2, concat(bytesField(1, cid.bytes), bytesField(2, name), varintField(3, dagBytes))));
  const bytes = join([...encoded, bytesField(1, data)]);
  return { cid: CID.createV1(DAG_PB, createDigest(SHA2_256, await platform.sha256(bytes))), bytes };
}

export function varintField(field: number, value: number): Uint8Array {
  return concat(Uint8Array.of(field << 3), varint(value));
}

export function bytesField(field: number, bytes: Uint8Array): Uint8Array {
  return concat(Uint8Array.of((field << 3) | 2), varint(bytes.length), bytes);
}

/** Unsigned LEB128, as protocol buffers and multiformats have it. */
export function varint(value: number): Uint8Array {
  const bytes = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  bytes.push(value);
  return Uint8Array.from(bytes);
}

function sum(links: readonly Link[], field: 'contentBytes' | 'dagBytes'): number {
  return links.reduce((total, link) => total + link[field], 0);
}
