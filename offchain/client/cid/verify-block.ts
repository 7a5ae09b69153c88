/** Whether bytes are those of a CID. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { CID } from 'multiformats/cid';

const IDENTITY = 0x00;
const HASHES: Readonly<Record<number, { readonly name: string; readonly sizeBytes: number }>> = {
  0x12: { name: 'sha256', sizeBytes: 32 },
  0x13: { name: 'sha512', sizeBytes: 64 },
};

/** The CID says by itself what the block is. */
export function isIdentity({ multihash }: CID): boolean {
  return multihash.code === IDENTITY;
}

/** A key for maps: blocks are the same whatever codec reads them. */
export function hashKey({ multihash }: CID): string {
  return Buffer.from(multihash.bytes).toString('latin1');
}

/** Undefined when nothing here can compute the CID's hash. */
export function isBlockOf({ multihash: { code, digest } }: CID, bytes: Uint8Array): boolean | undefined {
  if (code === IDENTITY) return Buffer.compare(digest, bytes) === 0;
  const hash = HASHES[code];
  if (hash === undefined) return undefined;
  return digest.length === hash.sizeBytes && timingSafeEqual(createHash(hash.name).update(bytes).digest(), digest);
}
