import { RemoteError } from '../../wire/transport-errors.ts';
import { JobEndedError } from '../errors.ts';

/** How a job ends that met `error`; without one, the bytes did not prove themselves. */
export function endOf(error: unknown, at: number): JobEndedError {
  if (error === undefined) return new JobEndedError('fault', 'The bytes do not fit their root.', { at });
  const message = error instanceof Error ? error.message : String(error);
  const isMissing = error instanceof RemoteError && error.remoteStatus === 404;
  return new JobEndedError(isMissing ? 'fault' : 'too-few', message, { at, cause: error });
}
