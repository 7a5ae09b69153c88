import { HoldfastError } from '../../wire/errors.ts';
import { S3Error } from './errors.ts';
import type { S3Code, S3ErrorOptions } from './errors.ts';

/** The store's codes in S3's words. */
const CODES: Readonly<Record<string, S3Code>> = {
  NO_SUCH_BUCKET: 'NoSuchBucket',
  BUCKET_EXISTS: 'BucketAlreadyOwnedByYou',
  BUCKET_NOT_EMPTY: 'BucketNotEmpty',
  TOO_MANY_BUCKETS: 'TooManyBuckets',
  NO_SUCH_KEY: 'NoSuchKey',
  NO_SUCH_VERSION: 'NoSuchVersion',
  METHOD_ON_MARKER: 'MethodNotAllowed',
  NO_SUCH_UPLOAD: 'NoSuchUpload',
  INVALID_PART: 'InvalidPart',
  INVALID_PART_ORDER: 'InvalidPartOrder',
  ENTITY_TOO_SMALL: 'EntityTooSmall',
  ENTITY_TOO_LARGE: 'EntityTooLarge',
  BAD_KEY: 'InvalidURI',
  BAD_RECORD: 'InvalidArgument',
  BAD_DIGEST: 'BadDigest',
  INCOMPLETE_BODY: 'IncompleteBody',
  PRECONDITION_FAILED: 'PreconditionFailed',
  NO_SPACE: 'InsufficientStorage',
  OVER_QUOTA: 'InsufficientStorage',
  NO_AGREEMENT: 'InsufficientStorage',
  TOO_LARGE: 'InsufficientStorage',
  SPOOL_FULL: 'SlowDown',
  REPAIR_ONLY: 'ServiceUnavailable',
};

const RETRY_AFTER_SECONDS = '10';

/** Whatever was thrown as what the client is told. What nobody expected is an InternalError that says nothing of the inside. */
export function toS3Error(error: unknown): S3Error {
  if (error instanceof S3Error) return error;
  if (!(error instanceof HoldfastError)) return new S3Error('InternalError', undefined, { cause: error });
  const code = CODES[error.code];
  const sentence = error.nextStep === undefined ? error.shortMessage : `${error.shortMessage} ${error.nextStep}`;
  if (code !== undefined) return new S3Error(code, sentence, { cause: error, ...optionsOf(error, code) });
  return error.retryable ? new S3Error('ServiceUnavailable', sentence, { cause: error, headers: { 'retry-after': RETRY_AFTER_SECONDS } }) : new S3Error('InternalError', `${sentence} (${error.code})`, { cause: error });
}

function optionsOf(error: HoldfastError, code: S3Code): S3ErrorOptions {
  if (code === 'SlowDown' || code === 'ServiceUnavailable') return { headers: { 'retry-after': RETRY_AFTER_SECONDS } };
  const marker = error.details['versionId'];
  return typeof marker === 'string' ? { headers: { 'x-amz-delete-marker': 'true', 'x-amz-version-id': marker, ...(code === 'MethodNotAllowed' ? { allow: 'DELETE' } : {}) } } : {};
}
