/** Who signed a form: SigV4 over its policy, in fields instead of headers. */
import type { AccessKey } from '../auth/access-key.ts';
import type { AuthSettings } from '../auth/authenticate.ts';
import { parseCredential } from '../auth/credential.ts';
import { ALGORITHM, isSame, signature, signingKey } from '../../../wire/sigv4/signing.ts';
import { parseAmzDate } from '../../../wire/sigv4/time.ts';
import { S3Error } from '../errors.ts';

/** Throws AccessDenied for a form without a policy, and S3's own codes for each way in which a signature can be wrong. */
export function authenticateForm(fields: ReadonlyMap<string, string>, { region, findKey }: AuthSettings): AccessKey {
  const policy = fields.get('policy');
  if (policy === undefined) throw new S3Error('AccessDenied', 'The form is not signed: it has no field named policy.');
  if (fields.has('awsaccesskeyid') || fields.has('signature')) throw new S3Error('InvalidRequest', 'The authorization mechanism is not supported. Use AWS4-HMAC-SHA256.');
  if (fields.has('x-amz-security-token')) throw new S3Error('AccessDenied', 'This gateway gives out no session tokens.');
  if (fields.get('x-amz-algorithm') !== ALGORITHM) throw wrong('x-amz-algorithm', `must be ${ALGORITHM}`);
  const { accessKey, date, region: given, service } = parseCredential(fields.get('x-amz-credential') ?? '') ?? fail('x-amz-credential', 'is missing or malformed');
  const time = fields.get('x-amz-date') ?? '';
  if (parseAmzDate(time) === undefined) throw wrong('x-amz-date', 'must look like 20130524T000000Z');
  if (service !== 's3' || !time.startsWith(date)) throw wrong('x-amz-credential', 'must be for the service s3 and the day of x-amz-date');
  if (given !== region) throw wrong('x-amz-credential', `is for the region "${given}"; this gateway's is "${region}"`);
  const key = findKey(accessKey);
  if (key === undefined) throw new S3Error('InvalidAccessKeyId', undefined, { fields: { AWSAccessKeyId: accessKey } });
  const signed = fields.get('x-amz-signature') ?? '';
  if (!isSame(signature(signingKey(key.secretKey, { date, region }), policy), signed)) {
    throw new S3Error('SignatureDoesNotMatch', undefined, { fields: { AWSAccessKeyId: accessKey, StringToSign: policy, SignatureProvided: signed } });
  }
  return key;
}

function wrong(name: string, why: string): S3Error {
  return new S3Error('InvalidArgument', `The field ${name} ${why}.`, { fields: { ArgumentName: name } });
}

function fail(name: string, why: string): never {
  throw wrong(name, why);
}
