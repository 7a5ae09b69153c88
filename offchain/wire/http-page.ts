/** HTTP as pages and workers have it: `fetch`. It also runs in Node, where tests compare it with Node's sockets. */
import { copyInto } from '../codec/bytes.ts';
import { lentBytes } from '../codec/lent-bytes.ts';
import type { Exchange, RequestBody } from './exchange.ts';
import { IDLE_TIMEOUT_MS } from './limits.ts';
import { AbortedError, TransportError } from './transport-errors.ts';

/**
 * A body of unknown progress: `fetch` tells nothing of what was sent. So silence is reckoned with a least rate, and whoever sends much sets
 * `timeoutMs` as well.
 */
const LEAST_BYTES_PER_SECOND = 64 * 1024;

export const pageExchange: Exchange = async (url, options) => {
  const { signal, timeoutMs, idleMs = IDLE_TIMEOUT_MS } = options;
  if (signal?.aborted === true) throw new AbortedError(`The request to ${url}`, signal.reason);
  const body = options.body === undefined ? undefined : await wholeOf(options.body);
  const silence = new Silence(idleMs);
  const signals = [silence.signal, signal, timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs)].filter((one) => one !== undefined);
  const fail = (cause: unknown): Error => {
    if (cause instanceof TransportError) return cause;
    if (signal?.aborted === true) return new AbortedError(`The request to ${url}`, cause);
    if (silence.signal.aborted) return new TransportError(url, `was silent for ${idleMs} ms`, { code: 'TIMEOUT', cause });
    if (cause instanceof DOMException && cause.name === 'TimeoutError') return new TransportError(url, 'did not answer in time', { code: 'TIMEOUT', cause });
    // A browser tells pages no more than this, whatever went wrong.
    return new TransportError(url, `could not be reached, broke off, or lets no page of ${originHere()} in`, { cause });
  };
  let response: Response;
  silence.wait(1_000 * ((body?.length ?? 0) / LEAST_BYTES_PER_SECOND));
  try {
    response = await fetch(url, {
      method: options.method ?? 'GET',
      headers: { ...options.headers },
      // `fetch` takes no shared memory, and copies what it gets before it returns.
      ...(body === undefined ? {} : { body: lentBytes(body) }),
      signal: AbortSignal.any(signals),
      // Signed tickets travel in headers; cookies of the node's host are nobody's business, and a fragment is too large for the cache.
      credentials: 'omit',
      cache: 'no-store',
      redirect: 'follow',
      referrerPolicy: 'no-referrer',
    });
  } catch (cause) {
    silence.end();
    throw fail(cause);
  }
  silence.wait();
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    drop() {
      silence.end();
      void response.body?.cancel().catch(() => undefined);
    },
    async read(onPart) {
      const reader = response.body?.getReader();
      try {
        for (;;) {
          const step = await reader?.read();
          if (step === undefined || step.done) return;
          silence.wait();
          onPart(step.value);
        }
      } catch (cause) {
        void reader?.cancel().catch(() => undefined);
        throw fail(cause);
      } finally {
        silence.end();
      }
    },
  };
};

/** Fires when nothing was heard for a while. */
class Silence {
  readonly #idleMs: number;
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(idleMs: number) {
    this.#idleMs = idleMs;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  wait(moreMs = 0): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(), this.#idleMs + moreMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}

async function wholeOf(body: RequestBody): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  const bytes = new Uint8Array(body.sizeBytes);
  let at = 0;
  for await (const part of body.source) {
    copyInto(bytes, part, at);
    at += part.length;
  }
  return bytes.subarray(0, at);
}

function originHere(): string {
  return 'location' in globalThis ? globalThis.location.origin : 'this program';
}
