import { HoldfastError } from '../wire/errors.ts';
import type { ErrorBody } from '../wire/errors.ts';

/** What a peer sent was refused. `reason` is counted and logged. */
export class RefusedError extends HoldfastError {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, shortMessage: string, cause?: unknown) {
    super('REFUSED_BY_PEER', shortMessage, { cause, details: { reason }, nextStep: 'Check the versions and keys of both nodes.' });
    this.reason = reason;
  }
}

/**
 * `unbound`: no binding yet. `slow`: not complete in time. `broken`: the stream ended in the middle. `not-allowed`: bound, but not for this.
 * `unregistered`: of a node that the registry does not have, or not yet: refused, and free to ask again.
 */
export type RefusalReason = 'garbage' | 'oversize' | 'slow' | 'broken' | 'unbound' | 'bad-binding' | 'stale' | 'unregistered' | 'not-allowed' | 'rate' | 'busy' | 'blocked' | 'bad-signature' | 'bytes';

/** A peer answered with an error of its own. */
export class PeerError extends HoldfastError {
  constructor(peer: string, body: ErrorBody) {
    super(body.code, `Peer ${peer} refused: ${body.message}`, { retryable: body.retryable, details: body.details });
  }
}

export class PeerUnreachableError extends HoldfastError {
  constructor(what: string, cause?: unknown) {
    super('PEER_UNREACHABLE', `${what} could not be reached.`, { retryable: true, cause, nextStep: 'Check that it runs and that its address is right.' });
  }
}
