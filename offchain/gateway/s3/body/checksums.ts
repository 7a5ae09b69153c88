import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { crc32c, Crc64 } from './crc.ts';

export type Algorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';

export interface Digest {
  update(bytes: Uint8Array): void;
  digest(): Buffer;
}

export const DIGEST_BYTES: Readonly<Record<Algorithm, number>> = { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 };
export const ALGORITHMS = Object.keys(DIGEST_BYTES) as readonly Algorithm[];

export function headerOf(algorithm: Algorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** The algorithm whose header this is. */
export function algorithmOf(header: string): Algorithm | undefined {
  return ALGORITHMS.find((one) => headerOf(one) === header.toLowerCase());
}

export function createDigest(algorithm: Algorithm): Digest {
  if (algorithm === 'CRC64NVME') return new Crc64();
  if (algorithm === 'CRC32') return rolling(crc32);
  if (algorithm === 'CRC32C') return rolling(crc32c);
  const hash = createHash(algorithm === 'SHA1' ? 'sha1' : 'sha256');
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest() };
}

function rolling(step: (bytes: Uint8Array, crc: number) => number): Digest {
  let crc = 0;
  return {
    update: (bytes) => void (crc = step(bytes, crc)),
    digest() {
      const out = Buffer.alloc(4);
      out.writeUInt32BE(crc >>> 0);
      return out;
    },
  };
}

/** Base64 of a digest of this many bytes; undefined when it is not that. */
export function parseDigest(text: string, sizeBytes: number): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.length === sizeBytes && bytes.toString('base64') === text ? bytes : undefined;
}
