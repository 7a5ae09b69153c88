import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it } from 'vitest';
import type { AccessKey } from '../../../offchain/gateway/s3/auth/access-key.ts';
import { authenticate } from '../../../offchain/gateway/s3/auth/authenticate.ts';
import type { Identity, RawRequest } from '../../../offchain/gateway/s3/auth/authenticate.ts';
import { EMPTY_SHA256 } from '../../../offchain/wire/sigv4/signing.ts';
import { percentEncode } from '../../../offchain/wire/sigv4/percent-encode.ts';
import { parseTarget } from '../../../offchain/gateway/s3/request/target.ts';
import { codeOf } from './code-of.ts';

/** The key of the examples in Amazon's documentation of Signature Version 4 for S3. */
const KEY: AccessKey = { accessKey: 'AKIAIOSFODNN7EXAMPLE', secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', access: 'full', createdSeconds: 0 };
const NOW = Date.parse('2013-05-24T00:00:00Z');
const HOST = 'examplebucket.s3.amazonaws.com';
const TIME = '20130524T000000Z';
const SCOPE = 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request';

function request(method: string, url: string, headers: Record<string, string>): RawRequest {
  return { method, target: parseTarget(url, headers['host'], undefined), headers: new Map(Object.entries(headers).map(([name, value]) => [name, [value]])) };
}

function signed(method: string, url: string, headers: Record<string, string>, signature: string): RawRequest {
  const names = Object.keys(headers).sort().join(';');
  return request(method, url, { ...headers, authorization: `AWS4-HMAC-SHA256 Credential=${SCOPE},SignedHeaders=${names},Signature=${signature}` });
}

function judge(raw: RawRequest, nowMs = NOW): Identity {
  return authenticate(raw, { region: 'us-east-1', nowMs: () => nowMs, findKey: (id) => (id === KEY.accessKey ? KEY : undefined) });
}

const BASE = { host: HOST, 'x-amz-content-sha256': EMPTY_SHA256, 'x-amz-date': TIME };
const GET = ['GET', '/test.txt', { ...BASE, range: 'bytes=0-9' }, 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41'] as const;

describe("Amazon's own examples", () => {
  it.each([
    GET,
    ['PUT', '/test%24file.text', { host: HOST, date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072', 'x-amz-date': TIME, 'x-amz-storage-class': 'REDUCED_REDUNDANCY' }, '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd'],
    ['GET', '/?lifecycle', BASE, 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543'],
    ['GET', '/?max-keys=2&prefix=J', BASE, '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7'],
  ] as const)('%s %s', (method, url, headers, signature) => {
    expect(judge(signed(method, url, headers, signature)).chain.seed).toBe(signature);
    expect(codeOf(() => judge(signed(method, url, headers, signature.replace(/.$/, (last) => (last === '0' ? '1' : '0')))))).toBe('SignatureDoesNotMatch');
  });

  const URL_BASE = `/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${encodeURIComponent(SCOPE)}&X-Amz-Date=${TIME}&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=`;
  const PRESIGNED = `${URL_BASE}aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404`;

  it('a presigned URL, for a day and not a second longer', () => {
    expect(judge(request('GET', PRESIGNED, { host: HOST })).payloadHash).toBe('UNSIGNED-PAYLOAD');
    expect(judge(request('GET', PRESIGNED, { host: HOST }), NOW + 86_400_000).key).toBe(KEY);
    expect(codeOf(() => judge(request('GET', PRESIGNED, { host: HOST }), NOW + 86_400_001))).toBe('AccessDenied');
    expect(codeOf(() => judge(request('GET', PRESIGNED, { host: HOST }), NOW - 16 * 60_000))).toBe('AccessDenied');
    expect(codeOf(() => judge(request('GET', PRESIGNED.replace('Expires=86400', 'Expires=604801'), { host: HOST })))).toBe('AuthorizationQueryParametersError');
    expect(codeOf(() => judge(request('GET', PRESIGNED.replace('Expires=86400', 'Expires=86399'), { host: HOST })))).toBe('SignatureDoesNotMatch');
    expect(codeOf(() => judge(request('PUT', PRESIGNED, { host: HOST })))).toBe('SignatureDoesNotMatch');
    expect(codeOf(() => judge(request('GET', PRESIGNED, { host: HOST, 'x-amz-acl': 'public-read' })))).toBe('AccessDenied');
  });
});

describe('what is refused', () => {
  const [method, url, headers, signature] = GET;
  const authorization = signed(...GET).headers.get('authorization')![0]!;
  const withAuthorization = (text: string) => request(method, url, { ...headers, authorization: text });

  it.each([
    ['unsigned', () => request(method, url, headers), 'AccessDenied'],
    ['signature version 2', () => withAuthorization('AWS AKIAIOSFODNN7EXAMPLE:abc='), 'InvalidRequest'],
    ['no parts', () => withAuthorization('AWS4-HMAC-SHA256 '), 'AuthorizationHeaderMalformed'],
    ['another algorithm', () => withAuthorization(authorization.replace('SHA256', 'SHA512')), 'AuthorizationHeaderMalformed'],
    ['a short signature', () => withAuthorization(authorization.slice(0, -1)), 'AuthorizationHeaderMalformed'],
    ['another region', () => withAuthorization(authorization.replace('us-east-1', 'eu-west-1')), 'AuthorizationHeaderMalformed'],
    ['another service', () => withAuthorization(authorization.replace('/s3/', '/ec2/')), 'AuthorizationHeaderMalformed'],
    ['another day', () => withAuthorization(authorization.replace('20130524', '20130523')), 'AuthorizationHeaderMalformed'],
    ['an unknown key', () => withAuthorization(authorization.replace('EXAMPLE', 'EXAMPLF')), 'InvalidAccessKeyId'],
    ['headers out of order', () => withAuthorization(authorization.replace('host;range', 'range;host')), 'AuthorizationHeaderMalformed'],
    ['a host that is not signed', () => withAuthorization(authorization.replace('host;', '')), 'AccessDenied'],
    ['a signed header that is missing', () => withAuthorization(authorization.replace('range;', 'range;x-amz-acl;')), 'SignatureDoesNotMatch'],
    ['an amz header that is not signed', () => request(method, url, { ...headers, authorization, 'x-amz-meta-a': 'b' }), 'AccessDenied'],
    ['no payload hash', () => request(method, url, { host: HOST, 'x-amz-date': TIME, authorization }), 'InvalidRequest'],
    ['a payload hash of another kind', () => request(method, url, { ...headers, 'x-amz-content-sha256': 'abc', authorization }), 'InvalidArgument'],
    ['no time', () => request(method, url, { host: HOST, 'x-amz-content-sha256': EMPTY_SHA256, authorization }), 'AccessDenied'],
    ['a day that does not exist', () => request(method, url, { ...headers, 'x-amz-date': '20130532T000000Z', authorization }), 'AccessDenied'],
    ['another range', () => request(method, url, { ...headers, range: 'bytes=0-99', authorization }), 'SignatureDoesNotMatch'],
    ['both kinds at once', () => request(method, `${url}?X-Amz-Signature=${signature}`, { ...headers, authorization }), 'AuthorizationHeaderMalformed'],
  ] as const)('%s', (_what, make, code) => {
    expect(codeOf(() => judge(make()))).toBe(code);
  });

  it('clocks that are more than 15 minutes apart', () => {
    for (const [ms, code] of [[900_000, 'accepted'], [-900_000, 'accepted'], [901_000, 'RequestTimeTooSkewed'], [-901_000, 'RequestTimeTooSkewed']] as const) expect(codeOf(() => judge(signed(...GET), NOW + ms))).toBe(code);
  });
});

class Sha256 {
  readonly #hash;
  constructor(secret?: string | Uint8Array) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret);
  }
  update(data: string | Uint8Array) {
    this.#hash.update(data);
  }
  async digest() {
    return new Uint8Array(this.#hash.digest());
  }
  reset() {}
}

describe("the SDK's signer", () => {
  type Signed = { readonly headers: Record<string, string>; readonly query: Record<string, string> };
  const signer = new SignatureV4({ service: 's3', region: 'us-east-1', uriEscapePath: false, applyChecksum: false, credentials: { accessKeyId: KEY.accessKey, secretAccessKey: KEY.secretKey }, sha256: Sha256 as never });

  it.each(['a b', 'a+b', 'ä/ö', '日本 語', "it's (me)*!~", 'a//b', '/../c', '%41', 'a%2Fb', '😀', ' lead', 'a=b&c'])('of the key "%s", in the header and in a URL', async (key) => {
    const path = `/bucket/${percentEncode(key, '/')}`;
    const query = { prefix: key, empty: '', 'x-y': 'a+b c/d' };
    const headers = { host: 'localhost:9000', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', 'x-amz-meta-word': 'a   b' };
    const raw = { method: 'PUT', protocol: 'http:', hostname: 'localhost', port: 9000, path, query, headers };
    const text = (all: Record<string, string>) => Object.entries(all).map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`).join('&');
    const one = (await signer.sign(raw as never, { signingDate: new Date(NOW) })) as unknown as Signed;
    expect(judge(request('PUT', `${path}?${text(query)}`, one.headers)).key).toBe(KEY);
    const two = (await signer.presign({ ...raw, headers: { host: headers.host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } } as never, { signingDate: new Date(NOW), expiresIn: 60 })) as unknown as Signed;
    const target = `${path}?${text(two.query)}`;
    expect(judge(request('PUT', target, { host: headers.host })).key).toBe(KEY);
    expect(codeOf(() => judge(request('PUT', target.replace('empty=', 'empty=1'), { host: headers.host })))).toBe('SignatureDoesNotMatch');
  });

  it('of a path in which the client escapes slashes: signed as sent', async () => {
    const headers = { host: 'localhost', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
    const one = (await signer.sign({ method: 'GET', protocol: 'http:', hostname: 'localhost', path: '/bucket/a%2Fb', query: {}, headers } as never, { signingDate: new Date(NOW) })) as unknown as Signed;
    expect(judge(request('GET', '/bucket/a%2Fb', one.headers)).key).toBe(KEY);
    expect(codeOf(() => judge(request('GET', '/bucket/a%2Fc', one.headers)))).toBe('SignatureDoesNotMatch');
  });
});
