/** A provider's bucket: may this process write, read ranges, list and remove there, and how fast. */
import { randomBytes } from 'node:crypto';
import { bodyOf } from '../store/bucket/bucket.ts';
import type { Bucket } from '../store/bucket/bucket.ts';
import { BucketError, ObjectExistsError } from '../store/bucket/errors.ts';
import { fail, ok, warn } from './finding.ts';
import type { Check, Finding } from './finding.ts';

const MIB = 1024 * 1024;
const PROBE_BYTES = 4 * MIB;
const RANGE_BYTES = 16_384;
/** A proof is two requests for each of five samples, and is due within a part of an epoch. */
const SLOW_READ_MS = 1_000;

/** @param open a bucket of the look's own: it is closed at the end */
export function bucketCheck(open: () => Bucket | undefined): Check {
  return {
    name: 'bucket',
    async run(signal) {
      const bucket = open();
      if (bucket === undefined) return [];
      const close = (): void => bucket.close();
      signal.addEventListener('abort', close, { once: true });
      try {
        return await look(bucket);
      } catch (error) {
        return refused(bucket, error);
      } finally {
        signal.removeEventListener('abort', close);
        close();
      }
    },
  };
}

async function look(bucket: Bucket): Promise<Finding> {
  const key = `holdfast-doctor-${randomBytes(8).toString('hex')}`;
  const bytes = randomBytes(PROBE_BYTES);
  try {
    const begun = performance.now();
    await bucket.put(key, bodyOf(bytes));
    const written = performance.now();
    const at = PROBE_BYTES / 2;
    const range = await bucket.read(key, { start: at, end: at + RANGE_BYTES });
    const read = performance.now();
    if (range.sizeBytes !== PROBE_BYTES || !bytes.subarray(at, at + RANGE_BYTES).equals(range.bytes)) return fail('bucket', `${bucket.address} gives back other bytes than were written.`, 'Use another service: what it returns cannot be proven.');
    const isListed = (await firstOf(bucket.list(key))) === key;
    if (!isListed) return fail('bucket', `${bucket.address} does not list what was just written.`, 'Use a service whose lists are up to date; what a crash leaves could never be removed.');
    const knowsConditions = await bucket.put(key, bodyOf(bytes), { ifAbsent: true }).then(() => false, (error: unknown) => {
      if (error instanceof ObjectExistsError) return true;
      throw error;
    });
    const facts = { writeMibPerSecond: Math.round(PROBE_BYTES / MIB / ((written - begun) / 1000)), rangeReadMs: Math.round(read - written), knowsConditions };
    const said = `${bucket.address} takes ${facts.writeMibPerSecond} MiB/s, and a range of 16 KiB takes ${facts.rangeReadMs} ms`;
    return facts.rangeReadMs > SLOW_READ_MS ? warn('bucket', `The bucket is slow: ${said}.`, 'Use one that is nearer: each epoch\'s proof needs up to ten reads.', { facts }) : ok('bucket', `${said}.`, { facts });
  } finally {
    await bucket.remove(key).catch(() => undefined);
  }
}

async function firstOf(names: AsyncIterable<string>): Promise<string | undefined> {
  for await (const name of names) return name;
  return undefined;
}

const FIXES: Readonly<Record<string, string>> = {
  AccessDenied: 'Let the key write, read, list and remove below the prefix: s3:PutObject, s3:GetObject, s3:DeleteObject, s3:ListBucket.',
  NoSuchBucket: 'Create the bucket, or correct provider.store.bucket.',
  SignatureDoesNotMatch: 'The secret key is wrong, or a proxy changes the request. Check the keys, and provider.store.pathStyle.',
  InvalidAccessKeyId: 'The service does not know this key. Check the keys, and that the endpoint is the right one.',
  ExpiredToken: 'Renew the keys; a credentialsFile is read again when it changes.',
  ENOTFOUND: 'Check provider.store.endpoint.',
  ECONNREFUSED: 'Check provider.store.endpoint, and that the service runs.',
};

function refused({ address }: Bucket, error: unknown): Finding {
  if (error instanceof BucketError) return fail('bucket', `${address} cannot be used. ${error.shortMessage}`, FIXES[error.reason] ?? 'Check address, region and keys in provider.store.', { facts: { reason: error.reason } });
  throw error;
}
