/** The bytes of a file, or of a range of it, as they are. */
import type { CID } from 'multiformats/cid';
import { isRaw, unixNode } from '../../../client/cid/unixfs-node.ts';
import { mapAhead } from '../../../codec/map-ahead.ts';
import type { Blocks } from '../blocks.ts';
import { GatewayError } from '../errors.ts';
import { type ByteRange, filePartsIn } from './walk.ts';

const AHEAD = 3;

/** @throws GatewayError when a part is no file */
export async function* fileBytes(blocks: Blocks, cid: CID, range: ByteRange, signal?: AbortSignal): AsyncGenerator<Uint8Array, void> {
  const bytes = await blocks.get(cid, signal);
  if (isRaw(cid)) return yield bytes.subarray(range.from, range.to);
  const node = unixNode(cid, bytes);
  if (node.kind !== 'file') throw new GatewayError(502, 'BAD_FILE', `${cid} should be part of a file, and is none.`);
  if (range.from < node.inline.length) yield node.inline.subarray(range.from, range.to);
  const parts = mapAhead(filePartsIn(node, range), AHEAD, async (part) => ({ ...part, bytes: isRaw(part.cid) ? await blocks.get(part.cid, signal) : undefined }));
  for await (const part of parts) {
    if (part.bytes === undefined) yield* fileBytes(blocks, part.cid, part.range, signal);
    else yield part.bytes.subarray(part.range.from, part.range.to);
  }
}
