import type { IncomingMessage } from 'node:http';
import { S3Error } from '../errors.ts';
import type { S3Settings } from './settings.ts';

/**
 * A request's body, piece by piece, never more of it in memory than the socket's buffer. Time that the store takes does not count; a client that sends less than
 * `leastBytesPerSecond` for `slowMs` is told off, and one that sends nothing for `idleMs` is cut off.
 * Leaving the loop early leaves the connection open, so that an answer can be given.
 */
export async function* bodyStream(request: IncomingMessage, { idleMs, slowMs, leastBytesPerSecond }: S3Settings['limits'], onBytes: (sizeBytes: number) => void): AsyncGenerator<Uint8Array> {
  const { socket } = request;
  socket.setTimeout(idleMs);
  let [waitedMs, count] = [0, 0];
  try {
    const pieces = request.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]();
    for (;;) {
      const sinceMs = performance.now();
      const { done, value } = (await pieces.next()) as IteratorResult<Buffer>;
      if (done === true) return;
      waitedMs += performance.now() - sinceMs;
      count += value.length;
      onBytes(value.length);
      if (waitedMs > slowMs && count < (leastBytesPerSecond * waitedMs) / 1000) throw new S3Error('RequestTimeout');
      yield value;
    }
  } catch (cause) {
    throw cause instanceof S3Error ? cause : new S3Error('RequestTimeout', 'The connection broke off before the body was there.', { cause });
  } finally {
    socket.setTimeout(0);
  }
}
