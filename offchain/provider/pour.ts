import { Readable } from 'node:stream';
import { freeMemory } from '../codec/free-memory.ts';

/** Bytes that are read once: an HTTP request, or anything that can be iterated. */
export type ByteSource = Readable | AsyncIterable<Uint8Array>;

/** Told of every piece; what it returns is awaited before the next one. The piece is gone afterwards. */
export type Taker = (piece: Uint8Array) => Promise<void> | undefined;

/** A sender that breaks off is a truncated upload, however its stream words it. */
export class BrokenOff extends Error {
  constructor(cause: unknown) {
    super('the sender broke off', { cause });
  }
}

/**
 * Reads `source` to its end. Stops reading when `take` fails; the rest stays in the source, which is not destroyed.
 * @throws BrokenOff when the source fails, or `signal` fires; what `take` throws
 */
export function pour(source: ByteSource, signal: AbortSignal | undefined, take: Taker): Promise<void> {
  return source instanceof Readable ? pourStream(source, signal, take) : pourPieces(source, signal, take);
}

/** By its events: iterating a request costs a few promises and a copy for each piece. */
function pourStream(stream: Readable, signal: AbortSignal | undefined, take: Taker): Promise<void> {
  return new Promise((resolve, reject) => {
    let taking: Promise<void> | undefined;
    const leave = (): void => {
      stream.off('data', onData).off('end', onEnd).off('error', onBreak).off('close', onBreak).pause();
      signal?.removeEventListener('abort', onAbort);
    };
    // What a call to `take` still does with its piece, it does before the caller hears of the end.
    const settle = (act: () => void): void => {
      leave();
      if (taking === undefined) act();
      else taking.then(act, reject);
    };
    const onData = (piece: Uint8Array): void => {
      try {
        taking = take(piece);
      } catch (error) {
        leave();
        return reject(error as Error);
      }
      if (taking === undefined) return freeMemory(piece);
      stream.pause();
      taking.then(() => {
        taking = undefined;
        freeMemory(piece);
        if (stream.listenerCount('data') > 0) stream.resume();
      }, (error: unknown) => {
        leave();
        reject(error as Error);
      });
    };
    const onEnd = (): void => settle(resolve);
    const onBreak = (cause?: unknown): void => settle(() => reject(new BrokenOff(cause)));
    const onAbort = (): void => onBreak(signal?.reason);
    if (signal?.aborted === true) return reject(new BrokenOff(signal.reason));
    if (stream.readableEnded) return resolve();
    if (stream.destroyed) return reject(new BrokenOff(stream.errored));
    signal?.addEventListener('abort', onAbort, { once: true });
    stream.on('end', onEnd).on('error', onBreak).on('close', onBreak).on('data', onData);
    // It may have been paused by somebody who read before.
    stream.resume();
  });
}

async function pourPieces(source: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined, take: Taker): Promise<void> {
  const pieces = source[Symbol.asyncIterator]();
  const aborted = new Promise<never>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));
  aborted.catch(() => undefined);
  try {
    for (;;) {
      const next = await Promise.race([pieces.next(), aborted]).catch((cause: unknown) => {
        throw new BrokenOff(cause);
      });
      if (next.done === true) return;
      await take(next.value);
    }
  } finally {
    // Not awaited: a generator that hangs would hold this one.
    void pieces.return?.()?.catch(() => undefined);
  }
}
