import { HoldfastError } from './errors.ts';
import type { ErrorMessage } from './messages.ts';

/** The other side answered with an error; `code`, message and next step are the other side's. */
export class RemoteError extends HoldfastError {
  readonly remoteStatus: number;
  readonly url: string;
  /** From the Retry-After header. */
  readonly retryAfterSeconds: number | undefined;

  constructor(options: { url: string; status: number; body: ErrorMessage; retryAfterSeconds?: number | undefined }) {
    const { body } = options;
    super(body.code, body.message, {
      retryable: body.retryable,
      details: body.details,
      ...(body.nextStep === undefined ? {} : { nextStep: body.nextStep }),
    });
    this.remoteStatus = options.status;
    this.url = options.url;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** The other side could not be reached, went silent, or broke off: the same request may succeed later. */
export class TransportError extends HoldfastError {
  readonly url: string;

  constructor(url: string, why: string, options: { cause?: unknown; code?: string } = {}) {
    super(options.code ?? 'TRANSPORT', `${nameOf(url)} ${why}.`, {
      cause: options.cause,
      retryable: true,
      details: { url },
      nextStep: 'Check that the node runs and its address is reachable, then try again.',
    });
    this.url = url;
  }
}

/** Its origin; quoted as it is where it is no address. */
function nameOf(url: string): string {
  const { origin } = URL.canParse(url) ? new URL(url) : { origin: 'null' };
  return origin === 'null' ? JSON.stringify(url.slice(0, 200)) : origin;
}

/** The caller's AbortSignal fired. */
export class AbortedError extends HoldfastError {
  constructor(what: string, cause?: unknown) {
    super('ABORTED', `${what} was cancelled.`, { cause });
  }
}
