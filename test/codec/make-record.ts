import { concat } from '../../offchain/codec/bytes.ts';
import type { RecordKeys } from '../../offchain/codec/keys.ts';
import { type StoredRecord, sealChunk } from '../../offchain/codec/record.ts';
import type { Platform } from '../../offchain/codec/types.ts';

/** A record of its own, `stored` being all its bytes; the chunk stays as it is. */
export async function makeRecord(
  platform: Platform,
  options: { keys: RecordKeys | null; chunkId: Uint8Array; plain: Uint8Array },
): Promise<StoredRecord & { readonly stored: Uint8Array }> {
  const { keys, chunkId, plain } = options;
  const data = plain.slice();
  const { method, bodySize, head, tag, fingerprint } = await sealChunk(platform, { keys, chunkId, data });
  const stored = concat(head, data.subarray(0, bodySize), tag);
  return { chunkId, size: plain.length, method, parts: [stored], stored, fingerprint };
}
