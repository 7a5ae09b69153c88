import { percentEncode } from '../request/percent.ts';
import type { Target } from '../request/target.ts';
import { ALGORITHM, scopeText, sha256Latin1 } from './signing.ts';
import type { Scope } from './signing.ts';

/** The parts of a request that a signature covers. */
export interface SignedRequest {
  readonly method: string;
  readonly target: Target;
  /** Names in lower case; each with all its values, as characters of one byte. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly signedHeaders: readonly string[];
  /** The value of x-amz-content-sha256, or UNSIGNED-PAYLOAD. */
  readonly payloadHash: string;
  /** 20130524T000000Z */
  readonly time: string;
  readonly scope: Scope;
}

/**
 * What may have been signed. The path is encoded anew from what it decodes to, which is what S3 documents; a client that signs the path exactly as it
 * sends it (a slash as %2F, say) means the same key, so that text is as good.
 */
export function stringsToSign(request: SignedRequest, queryWithout?: string): string[] {
  const paths = new Set([percentEncode(request.target.path, '/'), request.target.rawPath]);
  return [...paths].map((path) => [ALGORITHM, request.time, scopeText(request.scope), sha256Latin1(canonicalRequest(request, path, queryWithout))].join('\n'));
}

export function canonicalRequest({ method, target, headers, signedHeaders, payloadHash }: SignedRequest, path: string, queryWithout?: string): string {
  const lines = signedHeaders.map((name) => `${name}:${(headers.get(name) ?? []).map(trimmed).join(',')}\n`);
  return [method, path, target.query.canonical(queryWithout), lines.join(''), signedHeaders.join(';'), payloadHash].join('\n');
}

function trimmed(value: string): string {
  return value.trim().replace(/ {2,}/g, ' ');
}
