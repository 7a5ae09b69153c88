import { stringToSign } from '../../../wire/sigv4/canonical-request.ts';
import type { SignedParts } from '../../../wire/sigv4/canonical-request.ts';
import { percentEncode } from '../../../wire/sigv4/percent-encode.ts';
import type { Scope } from '../../../wire/sigv4/signing.ts';
import type { Target } from '../request/target.ts';

export interface SignedRequest extends Omit<SignedParts, 'path' | 'query'> {
  readonly target: Target;
  /** 20130524T000000Z */
  readonly time: string;
  readonly scope: Scope;
}

/**
 * What may have been signed. The path is encoded anew from what it decodes to, which is what S3 documents; a client that signs the path exactly as it
 * sends it (a slash as %2F, say) means the same key, so that text is as good.
 */
export function stringsToSign(request: SignedRequest, queryWithout?: string): string[] {
  const { target } = request;
  const paths = new Set([percentEncode(target.path, '/'), target.rawPath]);
  const query = target.query.canonical(queryWithout);
  return [...paths].map((path) => stringToSign({ ...request, path, query }, request));
}
