import { ConflictError, ForbiddenError, NotFoundError, UnauthorizedError } from '../../wire/http-errors.ts';

/** A promise that does not count: of another node or month, over, or older than one that is known. */
export class PromiseRefusedError extends ConflictError {
  constructor(code: 'STALE_PROMISE' | 'WRONG_MONTH' | 'WRONG_HEAVY' | 'PROMISE_EXPIRED', shortMessage: string, details: Readonly<Record<string, unknown>>) {
    super(shortMessage, { code, retryable: code === 'STALE_PROMISE' || code === 'WRONG_MONTH', details, nextStep: 'Sign a new promise for this node and its running month.' });
  }
}

export class NotAdmittedError extends ForbiddenError {
  constructor(worker: string) {
    super(`${worker} may not work here: it operates no registered node in good standing, and is not on this heavy node's list.`, {
      code: 'NOT_ADMITTED',
      details: { worker },
      nextStep: "Use the operator key of a registered node, or ask this heavy node's owner.",
    });
  }
}

/** No token, or one of a worker that has attached again since, or of before a restart. */
export class NotAttachedError extends UnauthorizedError {
  constructor() {
    super('This is no token of a worker that is attached here.', { code: 'NOT_ATTACHED', retryable: true, nextStep: 'Attach again with POST /workers.' });
  }
}

export class NoSuchLeaseError extends NotFoundError {
  constructor(job: string) {
    super(`The worker holds no job ${job}: its time is over, or it was never its own.`, { code: 'NO_SUCH_LEASE', details: { job }, nextStep: 'Ask for another job.' });
  }
}
