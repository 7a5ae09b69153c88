/** Who serves a content: what a heavy node reads from the DHT for those who do not speak libp2p. */
import { CID } from 'multiformats/cid';
import * as raw from 'multiformats/codecs/raw';
import { create } from 'multiformats/hashes/digest';
import { sha256 } from 'multiformats/hashes/sha2';
import { hexToBytes } from 'viem';
import type { Hex } from 'viem';
import { z } from 'zod';
import { id } from './fields.ts';
import { ENDPOINT_CHARACTERS } from './limits.ts';

/** More are not told. */
export const CONTENT_PROVIDERS_MAX = 32;

/** GET /contents/:contentId/providers. A hint: addresses are those of the registry, bytes are checked by whoever reads them. */
export const ContentProviders = z.object({ providers: z.array(z.object({ node: id, endpoint: z.string().max(ENDPOINT_CHARACTERS) })).max(CONTENT_PROVIDERS_MAX) });
export type ContentProviders = z.infer<typeof ContentProviders>;

/** A batch's id is a SHA-256: as a CID it is a key that a DHT takes. All fragments of a batch share it. */
export function batchContentId(batchId: Hex): string {
  return CID.createV1(raw.code, create(sha256.code, hexToBytes(batchId))).toString();
}
