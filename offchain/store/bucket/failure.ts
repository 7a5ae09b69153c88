import { parseError } from './documents.ts';
import { BucketError, BucketFullError, ObjectExistsError, ObjectMissingError } from './errors.ts';
import type { Reply } from './exchange.ts';

/** What to do about a reply that is no success. */
export interface Failure {
  readonly error: Error;
  readonly isPassing: boolean;
  /** The server's clock, where it calls ours wrong. */
  readonly serverMs?: number;
  /** The keys were refused: they may have been replaced meanwhile. */
  readonly isAboutKeys?: boolean;
  readonly waitMs?: number;
}

const PASSING = new Set(['InternalError', 'SlowDown', 'ServiceUnavailable', 'RequestTimeout', 'OperationAborted', 'ConditionalRequestConflict', 'Throttling', 'ThrottlingException', 'RequestLimitExceeded', 'BadDigest', 'XAmzContentSHA256Mismatch', 'IncompleteBody']);
const FULL = new Set(['QuotaExceeded', 'InsufficientStorage', 'XMinioStorageFull', 'XMinioStorageQuotaExceeded', 'InsufficientCapacity', 'ServiceQuotaExceededException', 'StorageFull']);
const KEYS = new Set(['ExpiredToken', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'InvalidToken', 'TokenRefreshRequired']);
const RETRY_AFTER_MAX_MS = 5_000;

export function failureOf(reply: Reply, about: { readonly method: string; readonly key: string }): Failure {
  const { status, headers } = reply;
  const document = parseError(reply.bytes);
  const code = document?.code ?? `HTTP ${status}`;
  // HEAD has no document. Elsewhere a page that says 404 without S3's own words is a proxy's, and no word about the object.
  if (status === 404 && (document?.code === 'NoSuchKey' || about.method === 'HEAD')) return { error: new ObjectMissingError(about.key), isPassing: false };
  if (status === 412) return { error: new ObjectExistsError(about.key), isPassing: false };
  if (status === 507 || FULL.has(code)) return { error: new BucketFullError(code), isPassing: false };
  const region = headers['x-amz-bucket-region'];
  const hint = typeof region === 'string' && (status === 301 || status === 307 || status === 400) ? ` The bucket is in region ${region.slice(0, 64)}.` : '';
  const error = new BucketError(`${about.method} was answered with ${status}${document === undefined ? '' : `, ${document.message}`}.${hint}`, { reason: code, status });
  const retryAfter = Number(headers['retry-after']);
  const waitMs = retryAfter > 0 ? { waitMs: Math.min(retryAfter * 1000, RETRY_AFTER_MAX_MS) } : {};
  if (code === 'RequestTimeTooSkewed') return { error, isPassing: true, ...skewOf(headers['date']) };
  if (KEYS.has(code)) return { error, isPassing: false, isAboutKeys: true };
  return { error, isPassing: PASSING.has(code) || status === 429 || (status >= 500 && status !== 501), ...waitMs };
}

/** A connection that broke, or an answer that is too long. */
export function failureOfConnection(cause: unknown, method: string): Failure {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : cause instanceof Error ? cause.name : 'unknown';
  const sentence = cause instanceof Error ? cause.message : String(cause);
  return { error: new BucketError(`${method} broke off: ${sentence}.`, { reason: code, cause }), isPassing: code !== 'EMSGSIZE' };
}

function skewOf(date: string | undefined): Pick<Failure, 'serverMs'> {
  const serverMs = Date.parse(date ?? '');
  return Number.isNaN(serverMs) ? {} : { serverMs };
}
