/** Waiting that ends early when the caller's signal fires. */
import { AbortedError } from '../wire/transport-errors.ts';

/** Runs a verb; whatever it throws once `signal` fired is told as one AbortedError. */
export async function abortable<T>(what: string, signal: AbortSignal | undefined, act: () => Promise<T>): Promise<T> {
  const isAborted = (): boolean => signal?.aborted === true;
  if (isAborted()) throw new AbortedError(what, signal?.reason);
  try {
    return await act();
  } catch (error) {
    if (isAborted()) throw new AbortedError(what, error);
    throw error;
  }
}

/** Waits for work that cannot be ended: when the signal fires first, it goes on unheard. */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const over = linked(signal);
  try {
    over.signal.throwIfAborted();
    return await Promise.race([work, new Promise<never>((_, reject) => over.signal.addEventListener('abort', () => reject(over.signal.reason as Error), { once: true }))]);
  } finally {
    over.release();
    work.catch(() => undefined);
  }
}

/** Resolves after `timeMs`; rejects with the signal's reason when it fires first. */
export function pause(timeMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason as Error);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, timeMs);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** One for all: each exception of its own costs more than all else about a small read. */
const OVER = new DOMException('Nobody waits for it any more', 'AbortError');

/** A controller that also fires with `signal`. Always call `release`, or listeners pile up on a long-lived signal. */
export function linked(signal: AbortSignal | undefined): { readonly signal: AbortSignal; abort(): void; release(): void } {
  const controller = new AbortController();
  const pass = (): void => controller.abort(signal?.reason);
  if (signal?.aborted === true) pass();
  else signal?.addEventListener('abort', pass, { once: true });
  return { signal: controller.signal, abort: () => controller.abort(OVER), release: () => signal?.removeEventListener('abort', pass) };
}
