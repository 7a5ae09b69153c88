import { HoldfastError } from './errors.ts';
import type { ErrorOptions } from './errors.ts';

/** A failure that a server answers with a status of its own. Services extend it, or one of the classes below. */
export class HttpError extends HoldfastError {
  readonly status: number;

  constructor(status: number, code: string, shortMessage: string, options: ErrorOptions = {}) {
    super(code, shortMessage, options);
    this.status = status;
  }
}

export class BadRequestError extends HttpError {
  constructor(shortMessage: string, options: ErrorOptions & { code?: string } = {}) {
    super(400, options.code ?? 'BAD_REQUEST', shortMessage, options);
  }
}

/** Who is asking is not known. */
export class UnauthorizedError extends HttpError {
  constructor(shortMessage: string, options: ErrorOptions & { code?: string } = {}) {
    super(401, options.code ?? 'UNAUTHORIZED', shortMessage, options);
  }
}

/** The read has its price; `details` is a quote (paid-reads.ts) that a program can answer. */
export class PaymentRequiredError extends HttpError {
  constructor(shortMessage: string, options: ErrorOptions & { code?: string } = {}) {
    super(402, options.code ?? 'PAYMENT_REQUIRED', shortMessage, options);
  }
}

/** Who is asking is known and may not. */
export class ForbiddenError extends HttpError {
  constructor(shortMessage: string, options: ErrorOptions & { code?: string } = {}) {
    super(403, options.code ?? 'FORBIDDEN', shortMessage, options);
  }
}

export class NotFoundError extends HttpError {
  constructor(shortMessage: string, options: ErrorOptions & { code?: string } = {}) {
    super(404, options.code ?? 'NOT_FOUND', shortMessage, options);
  }
}

/** The request contradicts the state of the node or of the chain. */
export class ConflictError extends HttpError {
  constructor(shortMessage: string, options: ErrorOptions & { code?: string } = {}) {
    super(409, options.code ?? 'CONFLICT', shortMessage, options);
  }
}

export class TooLargeError extends HttpError {
  constructor(shortMessage: string, options: ErrorOptions & { code?: string } = {}) {
    super(413, options.code ?? 'TOO_LARGE', shortMessage, options);
  }
}

/** The same request may succeed later; `details.retryAfterSeconds` becomes the Retry-After header. */
export class UnavailableError extends HttpError {
  constructor(shortMessage: string, options: ErrorOptions & { code?: string } = {}) {
    super(503, options.code ?? 'UNAVAILABLE', shortMessage, { retryable: true, ...options });
  }
}

export class DiskFullError extends HttpError {
  constructor(shortMessage: string, options: ErrorOptions & { code?: string } = {}) {
    super(507, options.code ?? 'DISK_FULL', shortMessage, options);
  }
}
