import { finished } from 'node:stream/promises';
import type { Request } from 'express';

/** A refused body is read and dropped for this long before the answer goes out. */
const DRAIN_TIMEOUT_MS = 5_000;

/** Closing the connection on a sender in full flow would lose the answer that says why. */
export async function drain(request: Request): Promise<void> {
  request.resume();
  const signal = AbortSignal.timeout(DRAIN_TIMEOUT_MS);
  await finished(request, { signal, writable: false, cleanup: true }).catch(() => undefined);
}
