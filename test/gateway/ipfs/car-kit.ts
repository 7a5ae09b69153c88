/** Blocks and archives by hand, right ones and wrong ones. */
import { createHash } from 'node:crypto';
import { encode as encodeCbor } from '@ipld/dag-cbor';
import * as dagPb from '@ipld/dag-pb';
import { UnixFS } from 'ipfs-unixfs';
import { CID } from 'multiformats/cid';
import { create as createDigest } from 'multiformats/hashes/digest';
import { varint } from '../../../offchain/codec/unixfs.ts';

export interface MadeBlock {
  readonly cid: CID;
  readonly bytes: Uint8Array;
  /** Bytes of the file below it. */
  readonly size: number;
}

export function sha256Cid(codec: number, bytes: Uint8Array): CID {
  return CID.createV1(codec, createDigest(0x12, createHash('sha256').update(bytes).digest()));
}

export function rawBlock(content: string | Uint8Array): MadeBlock {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return { cid: sha256Cid(0x55, bytes), bytes, size: bytes.length };
}

/** The block is its own CID. */
export function identityBlock(content: string): MadeBlock {
  const bytes = new TextEncoder().encode(content);
  return { cid: CID.createV1(0x55, createDigest(0x00, bytes)), bytes, size: bytes.length };
}

function node(data: UnixFS, links: readonly { readonly name: string; readonly block: MadeBlock }[], size = 0): MadeBlock {
  const bytes = dagPb.encode(dagPb.prepare({ Data: data.marshal(), Links: links.map(({ name, block }) => ({ Name: name, Tsize: block.bytes.length, Hash: block.cid as never })) }));
  return { cid: sha256Cid(0x70, bytes), bytes, size };
}

export function fileNode(parts: readonly MadeBlock[], options: { readonly inline?: string; readonly sizes?: readonly number[]; readonly mode?: number; readonly mtime?: number } = {}): MadeBlock {
  const { inline = '', sizes = parts.map(({ size }) => size), mode, mtime } = options;
  const data = new UnixFS({
    type: 'file', data: new TextEncoder().encode(inline), blockSizes: sizes.map(BigInt),
    ...(mode === undefined ? {} : { mode }), ...(mtime === undefined ? {} : { mtime: { secs: BigInt(mtime) } }),
  });
  return node(data, parts.map((block) => ({ name: '', block })), inline.length + sizes.reduce((sum, size) => sum + size, 0));
}

export function folderNode(links: Readonly<Record<string, MadeBlock>> | readonly (readonly [string, MadeBlock])[]): MadeBlock {
  const entries = Array.isArray(links) ? (links as (readonly [string, MadeBlock])[]) : Object.entries(links);
  return node(new UnixFS({ type: 'directory' }), entries.map(([name, block]) => ({ name, block })));
}

export function symlinkNode(target: string): MadeBlock {
  return node(new UnixFS({ type: 'symlink', data: new TextEncoder().encode(target) }), []);
}

export function shardNode(links: Readonly<Record<string, MadeBlock>>, fanout = 256): MadeBlock {
  return node(new UnixFS({ type: 'hamt-sharded-directory', data: Uint8Array.of(1), fanout: BigInt(fanout), hashType: 0x22n }), Object.entries(links).map(([name, block]) => ({ name, block })));
}

export function carHeader(roots: readonly CID[], version = 1): Uint8Array {
  const header = encodeCbor({ version, roots });
  return Buffer.concat([varint(header.length), header]);
}

export function carSection({ cid, bytes }: Pick<MadeBlock, 'cid' | 'bytes'>): Uint8Array {
  return Buffer.concat([varint(cid.bytes.length + bytes.length), cid.bytes, bytes]);
}

/** The first block is the root. */
export function carOf(...blocks: readonly MadeBlock[]): Buffer {
  return Buffer.concat([carHeader(blocks.slice(0, 1).map(({ cid }) => cid)), ...blocks.map(carSection)]);
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}
