import { HoldfastError } from '../../wire/errors.ts';
import { DiskFullError, UnavailableError } from '../../wire/http-errors.ts';

interface Facts {
  /** The server's code, or the connection's. */
  readonly reason: string;
  readonly status?: number | undefined;
  readonly cause?: unknown;
}

/** A request to the bucket failed, with all its tries. What it was about is neither done nor lost for that. */
export class BucketError extends UnavailableError {
  readonly reason: string;

  constructor(sentence: string, { reason, status, cause }: Facts) {
    super(`The bucket fails (${reason}): ${sentence}`, { code: 'BUCKET_FAILED', cause, details: { reason, ...(status === undefined ? {} : { status }) }, nextStep: 'The operator finds the cause with "holdfast provider doctor": address, region, keys, rights, or the service itself.' });
    this.reason = reason;
  }
}

/** The bucket has no room for this account. */
export class BucketFullError extends DiskFullError {
  constructor(reason: string) {
    super(`The bucket takes nothing more (${reason}).`, { code: 'BUCKET_FULL', details: { reason }, nextStep: 'Raise its quota, or lower what is offered.' });
  }
}

/** There is no such object; the code is that of a missing file. */
export class ObjectMissingError extends HoldfastError {
  constructor(key: string) {
    super('ENOENT', `The bucket has no object "${key}".`, { details: { key } });
  }
}

/** Something is there already, and was to be made only where nothing is. */
export class ObjectExistsError extends HoldfastError {
  constructor(key: string) {
    super('EEXIST', `The bucket has an object "${key}" already.`, { details: { key } });
  }
}

export class NoCredentialsError extends HoldfastError {
  constructor(sentence: string, cause?: unknown) {
    super('BUCKET_KEYS_MISSING', sentence, { cause, nextStep: 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a credentialsFile with aws_access_key_id and aws_secret_access_key.' });
  }
}
