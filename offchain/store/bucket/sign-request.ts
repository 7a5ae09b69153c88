import { stringToSign } from '../../wire/sigv4/canonical-request.ts';
import { percentEncode } from '../../wire/sigv4/percent-encode.ts';
import { ALGORITHM, scopeText, signature, signingKey } from '../../wire/sigv4/signing.ts';
import { formatAmzDate } from '../../wire/sigv4/time.ts';
import type { Credentials } from './credentials.ts';

export interface UnsignedRequest {
  readonly method: string;
  readonly host: string;
  /** Not encoded. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  /** Of the body, hex. */
  readonly sha256: string;
}

export interface SignedRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What is signed: host and every x-amz header; a proxy may add to the others. */
export function signRequest(request: UnsignedRequest, options: { readonly credentials: Credentials; readonly region: string; readonly nowMs: number }): SignedRequest {
  const { method, host, query, sha256 } = request;
  const { accessKey, secretKey, sessionToken } = options.credentials;
  const time = formatAmzDate(options.nowMs);
  const scope = { date: time.slice(0, 8), region: options.region };
  const headers: Record<string, string> = { host, 'x-amz-date': time, 'x-amz-content-sha256': sha256, ...request.headers, ...(sessionToken === undefined ? {} : { 'x-amz-security-token': sessionToken }) };
  const signedHeaders = Object.keys(headers).filter((name) => name === 'host' || name.startsWith('x-amz-')).sort();
  const path = percentEncode(request.path, '/');
  const encoded = Object.entries(query).map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`).sort().join('&');
  const parts = { method, path, query: encoded, headers: new Map(Object.entries(headers).map(([name, value]) => [name, [value]])), signedHeaders, payloadHash: sha256 };
  const signed = signature(signingKey(secretKey, scope), stringToSign(parts, { time, scope }));
  const authorization = `${ALGORITHM} Credential=${accessKey}/${scopeText(scope)}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signed}`;
  return { path: encoded === '' ? path : `${path}?${encoded}`, headers: { ...headers, authorization } };
}
