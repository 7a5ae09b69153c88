import { S3Error } from '../errors.ts';
import type { AuthSettings, Claim, RawRequest } from './authenticate.ts';
import { parseCredential, parseSignedHeaders } from './credential.ts';
import { ALGORITHM } from '../../../wire/sigv4/signing.ts';
import { formatAmzDate, parseAmzDate } from '../../../wire/sigv4/time.ts';

export const MAX_SKEW_MS = 15 * 60_000;

const PAYLOADS = new Set(['UNSIGNED-PAYLOAD', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER']);

/** Reads `Authorization: AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...` and what belongs to it. */
export function readHeaderSignature({ method, target, headers }: RawRequest, { nowMs }: AuthSettings): Claim {
  const [text = ''] = headers.get('authorization') ?? [];
  if (/^AWS /.test(text)) throw new S3Error('InvalidRequest', 'The authorization mechanism is not supported. Use AWS4-HMAC-SHA256.');
  if (!text.startsWith(`${ALGORITHM} `) || target.query.has('X-Amz-Signature')) throw malformed();
  const parts = new Map(text.slice(ALGORITHM.length + 1).split(',').map((part) => {
    const at = part.indexOf('=');
    return [part.slice(0, at).trim(), part.slice(at + 1).trim()] as const;
  }));
  const { accessKey, ...scope } = parseCredential(parts.get('Credential') ?? '') ?? fail();
  const given = parts.get('Signature') ?? '';
  if (!/^[0-9a-f]{64}$/.test(given)) throw malformed();
  const time = timeOf(headers);
  const signedMs = parseAmzDate(time);
  if (signedMs === undefined) throw new S3Error('AccessDenied', 'A signed request needs a valid x-amz-date or Date header.');
  const now = nowMs();
  if (Math.abs(now - signedMs) > MAX_SKEW_MS) {
    throw new S3Error('RequestTimeTooSkewed', undefined, { fields: { RequestTime: time, ServerTime: new Date(now).toISOString(), MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS) } });
  }
  const payloadHash = headers.get('x-amz-content-sha256')?.[0];
  if (payloadHash === undefined) throw new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
  checkPayloadHash(payloadHash);
  const signedHeaders = parseSignedHeaders(parts.get('SignedHeaders') ?? '') ?? fail();
  return { credential: accessKey, ...scope, given, request: { method, target, headers, signedHeaders, payloadHash, time, scope } };
}

export function checkPayloadHash(value: string): void {
  if (PAYLOADS.has(value) || /^[0-9a-f]{64}$/.test(value)) return;
  if (value.startsWith('STREAMING-')) throw new S3Error('NotImplemented', `Bodies of the kind ${value} are not supported.`);
  throw new S3Error('InvalidArgument', 'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a STREAMING- kind, or a SHA-256 in hexadecimal.', { fields: { ArgumentName: 'x-amz-content-sha256', ArgumentValue: value } });
}

function timeOf(headers: RawRequest['headers']): string {
  const amz = headers.get('x-amz-date')?.[0];
  if (amz !== undefined) return amz;
  const ms = Date.parse(headers.get('date')?.[0] ?? '');
  return Number.isNaN(ms) ? '' : formatAmzDate(ms);
}

function malformed(): S3Error {
  return new S3Error('AuthorizationHeaderMalformed');
}

function fail(): never {
  throw malformed();
}
