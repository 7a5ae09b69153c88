import { S3Error } from '../errors.ts';
import type { Target } from '../request/target.ts';
import type { AccessKey, FindKey } from './access-key.ts';
import { stringsToSign } from './canonical.ts';
import type { SignedRequest } from './canonical.ts';
import { readHeaderSignature } from './header-signature.ts';
import { readQuerySignature } from './query-signature.ts';
import { isSame, scopeText, signature, signingKey } from '../../../wire/sigv4/signing.ts';

export interface AuthSettings {
  readonly region: string;
  readonly findKey: FindKey;
  readonly nowMs: () => number;
}

export interface RawRequest {
  readonly method: string;
  readonly target: Target;
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

/** What is left of a signature after the request's head was checked: how its body is to be checked. */
export interface Claim {
  readonly credential: string;
  readonly region: string;
  /** YYYYMMDD of the credential. */
  readonly date: string;
  readonly service: string;
  readonly request: SignedRequest;
  readonly given: string;
  /** A parameter that the signature itself does not cover. */
  readonly queryWithout?: string;
}

/** Who has signed, and what a signed body goes on from. */
export interface Identity {
  readonly key: AccessKey;
  readonly payloadHash: string;
  readonly chain: SignatureChain;
}

/** From which each chunk's signature follows. */
export interface SignatureChain {
  readonly seed: string;
  readonly signingKey: Uint8Array;
  readonly time: string;
  readonly scope: string;
}

/** Throws S3Error: AccessDenied for an unsigned request, and S3's own code for each way in which a signature can be wrong. */
export function authenticate(raw: RawRequest, settings: AuthSettings): Identity {
  const claim = raw.headers.has('authorization') ? readHeaderSignature(raw, settings) : readQuerySignature(raw, settings);
  checkScope(claim, settings.region);
  const key = settings.findKey(claim.credential);
  if (key === undefined) throw new S3Error('InvalidAccessKeyId', undefined, { fields: { AWSAccessKeyId: claim.credential } });
  checkSignedHeaders(claim.request, claim.queryWithout !== undefined);
  const secret = signingKey(key.secretKey, claim.request.scope);
  const texts = stringsToSign(claim.request, claim.queryWithout);
  if (!texts.some((text) => isSame(signature(secret, text), claim.given))) {
    throw new S3Error('SignatureDoesNotMatch', undefined, { fields: { AWSAccessKeyId: claim.credential, StringToSign: texts[0] ?? '', SignatureProvided: claim.given } });
  }
  return { key, payloadHash: claim.request.payloadHash, chain: { seed: claim.given, signingKey: secret, time: claim.request.time, scope: scopeText(claim.request.scope) } };
}

function checkScope({ region, date, service, request, queryWithout }: Claim, expected: string): void {
  const code = queryWithout === undefined ? 'AuthorizationHeaderMalformed' : 'AuthorizationQueryParametersError';
  if (service !== 's3') throw new S3Error(code, `The credential is for the service "${service}"; it must be "s3".`);
  if (region !== expected) throw new S3Error(code, `The credential is for the region "${region}"; this gateway's is "${expected}".`, { fields: { Region: expected } });
  if (!request.time.startsWith(date)) throw new S3Error(code, "The credential's date is not the request's.");
}

/** What changes a request's meaning must be under its signature: nobody on the way may add to it. */
function checkSignedHeaders({ headers, signedHeaders }: SignedRequest, isPresigned: boolean): void {
  const signed = new Set(signedHeaders);
  if (!signed.has('host')) throw new S3Error('AccessDenied', 'The header host is not signed.');
  const open = [...headers.keys()].filter((name) => name.startsWith('x-amz-') && !signed.has(name) && !(isPresigned && name === 'x-amz-content-sha256'));
  if (open.length > 0) throw new S3Error('AccessDenied', 'There were headers present in the request which were not signed.', { fields: { HeadersNotSigned: open.join(', ') } });
  const missing = signedHeaders.filter((name) => !headers.has(name));
  if (missing.length > 0) throw new S3Error('SignatureDoesNotMatch', `Headers are signed that did not arrive: ${missing.join(', ')}.`);
}
