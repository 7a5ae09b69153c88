/** What opens the content that one was given. */
import { idKey } from '../../codec/bytes.ts';
import type { Grant, GrantedObject } from '../../codec/grant.ts';
import type { ChunkKey } from '../../codec/open-record.ts';
import type { ChunkRef } from '../../codec/types.ts';
import { batchKeysOf } from '../adopt/foreign-keys.ts';
import { PayloadReader } from '../fetch/payload-reader.ts';
import { keyringOf } from '../named/batch-keys.ts';
import type { PublicReader } from '../named/public-reader.ts';

/** Of the batches that the grant opens, and of no others. */
export function readerOf(reader: PublicReader, { batches, label }: Grant): PayloadReader {
  return new PayloadReader({ ...reader, batchKey: keyringOf(batchKeysOf(batches), label) });
}

export function chunkKeysOf({ manifest, keys }: GrantedObject): (ref: ChunkRef) => ChunkKey | undefined {
  const byId = new Map(manifest.chunks.map(({ chunkId }, i) => [idKey(chunkId), { chunk: keys.slice(32 * i, 32 * i + 32) }]));
  return ({ chunkId }) => byId.get(idKey(chunkId));
}
