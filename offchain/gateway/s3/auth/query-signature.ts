import { S3Error } from '../errors.ts';
import type { AuthSettings, Claim, RawRequest } from './authenticate.ts';
import { parseCredential, parseSignedHeaders } from './credential.ts';
import { checkPayloadHash, MAX_SKEW_MS } from './header-signature.ts';
import { ALGORITHM } from '../../../wire/sigv4/signing.ts';
import { parseAmzDate } from '../../../wire/sigv4/time.ts';

const MAX_EXPIRES_SECONDS = 7 * 24 * 3600;

/** Reads a presigned URL: the same signature, in the query, with a time until which it holds. */
export function readQuerySignature({ method, target, headers }: RawRequest, { nowMs }: AuthSettings): Claim {
  const { query } = target;
  if (query.has('AWSAccessKeyId') || query.has('Signature')) throw new S3Error('InvalidRequest', 'The authorization mechanism is not supported. Use AWS4-HMAC-SHA256.');
  if (!query.has('X-Amz-Signature') && !query.has('X-Amz-Algorithm')) throw new S3Error('AccessDenied', 'The request is not signed.');
  if (query.get('X-Amz-Algorithm') !== ALGORITHM) throw wrong(`X-Amz-Algorithm must be ${ALGORITHM}.`);
  if (query.has('X-Amz-Security-Token')) throw wrong('This gateway gives out no session tokens.');
  const { accessKey, ...scope } = parseCredential(query.get('X-Amz-Credential') ?? '') ?? fail('X-Amz-Credential is malformed.');
  const signedHeaders = parseSignedHeaders(query.get('X-Amz-SignedHeaders') ?? '') ?? fail('X-Amz-SignedHeaders is malformed.');
  const given = query.get('X-Amz-Signature') ?? '';
  if (!/^[0-9a-f]{64}$/.test(given)) throw wrong('X-Amz-Signature is missing or malformed.');
  const time = query.get('X-Amz-Date') ?? '';
  checkTime(time, query.get('X-Amz-Expires') ?? '', nowMs());
  const payloadHash = headers.get('x-amz-content-sha256')?.[0] ?? query.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD';
  checkPayloadHash(payloadHash);
  return { credential: accessKey, ...scope, given, queryWithout: 'X-Amz-Signature', request: { method, target, headers, signedHeaders, payloadHash, time, scope } };
}

function checkTime(time: string, expires: string, now: number): void {
  const signedMs = parseAmzDate(time) ?? fail('X-Amz-Date must look like 20130524T000000Z.');
  const seconds = /^\d{1,7}$/.test(expires) ? Number(expires) : 0;
  if (seconds < 1 || seconds > MAX_EXPIRES_SECONDS) throw wrong(`X-Amz-Expires must be from 1 to ${MAX_EXPIRES_SECONDS} seconds.`);
  if (signedMs - now > MAX_SKEW_MS) throw new S3Error('AccessDenied', 'The request is not valid yet.', { fields: { ServerTime: new Date(now).toISOString() } });
  const endMs = signedMs + seconds * 1000;
  if (now > endMs) throw new S3Error('AccessDenied', 'The request has expired.', { fields: { 'X-Amz-Expires': expires, Expires: new Date(endMs).toISOString(), ServerTime: new Date(now).toISOString() } });
}

function wrong(sentence: string): S3Error {
  return new S3Error('AuthorizationQueryParametersError', sentence);
}

function fail(sentence: string): never {
  throw wrong(sentence);
}
