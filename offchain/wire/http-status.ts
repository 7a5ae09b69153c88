import { HoldfastError } from './errors.ts';
import { HttpError } from './http-errors.ts';

/** Codes of errors that are thrown below the HTTP layer and know nothing of statuses. */
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  BAD_REPLY: 502,
  BAD_SIGNATURE_FORMAT: 400,
  CONTRACT_REVERT: 409,
  INSUFFICIENT_FUNDS: 409,
  NO_SPACE: 507,
  NOT_FOUND: 404,
  NO_SUCH_NAME: 404,
  NO_SUCH_AGREEMENT: 404,
  NO_SUCH_BUNDLE: 404,
  NO_SUCH_FRAGMENT: 404,
  RPC_UNAVAILABLE: 503,
  STAKE_SHORT: 409,
  TERMS_REFUSED: 409,
  TRUNCATED_UPLOAD: 400,
  ABORTED: 499,
};

/** The HTTP status of any error: its own, its code's, 503 when trying again helps, 400 for our other errors, else 500. */
export function statusOf(error: unknown): number {
  if (error instanceof HttpError) return error.status;
  if (error instanceof HoldfastError) return STATUS_OF_CODE[error.code] ?? (error.retryable ? 503 : 400);
  return parserStatus(error) ?? 500;
}

/** Express's body parser throws plain errors with a 4xx `status`. */
export function parserStatus(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error)) return undefined;
  const { status } = error;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}
