import { S3Error } from '../../../offchain/gateway/s3/errors.ts';

/** S3's code for what `act` throws; `accepted` when it throws nothing. */
export function codeOf(act: () => unknown): string {
  try {
    act();
    return 'accepted';
  } catch (error) {
    if (error instanceof S3Error) return error.s3Code;
    throw error;
  }
}
