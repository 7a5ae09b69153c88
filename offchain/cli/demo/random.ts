import { createHash } from 'node:crypto';

/** The same bytes for the same seed; no two seeds share any. AES would be faster; this is fast enough and plain. */
export function seededBytes(seed: string, sizeBytes: number): Uint8Array {
  return createHash('shake256', { outputLength: sizeBytes }).update(`holdfast ${seed}`).digest();
}
