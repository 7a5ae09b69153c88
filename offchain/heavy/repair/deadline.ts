import { UPLOAD_TIMEOUT_MS } from '../limits.ts';

/** What a request takes before its first byte, on a busy machine behind a relay. */
const BEGIN_MS = 10_000;
const LEAST_BYTES_PER_SECOND = 32 * 1024;

/** How long `sizeBytes` may take. Silence alone does not end a transfer of which a byte comes now and then: some such, and no repair would get its turn any more. */
export function transferMs(sizeBytes: number): number {
  return Math.min(UPLOAD_TIMEOUT_MS, BEGIN_MS + Math.ceil((sizeBytes * 1_000) / LEAST_BYTES_PER_SECOND));
}
