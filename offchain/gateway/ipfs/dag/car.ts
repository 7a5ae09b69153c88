/** A CAR, version 1, as it goes over the wire. */
import { encode as encodeCbor } from '@ipld/dag-cbor';
import type { CID } from 'multiformats/cid';
import { concat } from '../../../codec/bytes.ts';
import { varint } from '../../../codec/unixfs.ts';
import type { Block } from './walk.ts';

export async function* carBytes(root: CID, blocks: AsyncIterable<Block>): AsyncGenerator<Uint8Array, void> {
  const header = encodeCbor({ version: 1, roots: [root] });
  yield concat(varint(header.length), header);
  for await (const { cid, bytes } of blocks) {
    yield concat(varint(cid.bytes.length + bytes.length), cid.bytes);
    yield bytes;
  }
}
