import { ALGORITHM, scopeText, sha256Latin1 } from './signing.ts';
import type { Scope } from './signing.ts';

/** The parts of a request that a signature covers. */
export interface SignedParts {
  readonly method: string;
  /** Percent-encoded. */
  readonly path: string;
  /** Names and values percent-encoded, in the order of their bytes: `a=1&b=`. */
  readonly query: string;
  /** Names in lower case; each with all its values, as characters of one byte. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly signedHeaders: readonly string[];
  /** The value of x-amz-content-sha256, or UNSIGNED-PAYLOAD. */
  readonly payloadHash: string;
}

export function canonicalRequest({ method, path, query, headers, signedHeaders, payloadHash }: SignedParts): string {
  const lines = signedHeaders.map((name) => `${name}:${(headers.get(name) ?? []).map(trimmed).join(',')}\n`);
  return [method, path, query, lines.join(''), signedHeaders.join(';'), payloadHash].join('\n');
}

/** @param options.time 20130524T000000Z */
export function stringToSign(parts: SignedParts, { time, scope }: { readonly time: string; readonly scope: Scope }): string {
  return [ALGORITHM, time, scopeText(scope), sha256Latin1(canonicalRequest(parts))].join('\n');
}

function trimmed(value: string): string {
  return value.trim().replace(/ {2,}/g, ' ');
}
