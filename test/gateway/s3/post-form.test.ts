import { describe, expect, it } from 'vitest';
import type { AccessKey } from '../../../offchain/gateway/s3/auth/access-key.ts';
import { S3Error } from '../../../offchain/gateway/s3/errors.ts';
import { authenticateForm } from '../../../offchain/gateway/s3/post/form-signature.ts';
import { boundaryOf, readForm } from '../../../offchain/gateway/s3/post/multipart.ts';
import { checkPolicy, parsePolicy } from '../../../offchain/gateway/s3/post/policy.ts';
import { codeOf } from './code-of.ts';

/** The example of Amazon's "Browser-Based Upload using HTTP POST (Using AWS Signature Version 4)", line ends as there. */
const POLICY = Buffer.from([
  '{ "expiration": "2015-12-30T12:00:00.000Z",', '  "conditions": [', '    {"bucket": "sigv4examplebucket"},', '    ["starts-with", "$key", "user/user1/"],', '    {"acl": "public-read"},',
  '    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},', '    ["starts-with", "$Content-Type", "image/"],', '    {"x-amz-meta-uuid": "14365123651274"},',
  '    {"x-amz-server-side-encryption": "AES256"},', '    ["starts-with", "$x-amz-meta-tag", ""],', '', '    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},',
  '    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},', '    {"x-amz-date": "20151229T000000Z" }', '  ]', '}',
].join('\r\n')).toString('base64');
const KEY: AccessKey = { accessKey: 'AKIAIOSFODNN7EXAMPLE', secretKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', access: 'full', createdSeconds: 0 };
const FIELDS: Readonly<Record<string, string>> = {
  key: 'user/user1/photo.jpg', acl: 'public-read', success_action_redirect: 'http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html', 'content-type': 'image/jpeg', 'x-amz-meta-uuid': '14365123651274',
  'x-amz-server-side-encryption': 'AES256', 'x-amz-credential': 'AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request', 'x-amz-algorithm': 'AWS4-HMAC-SHA256', 'x-amz-date': '20151229T000000Z', 'x-amz-meta-tag': '',
  policy: POLICY, 'x-amz-signature': '8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e',
};
const NOW = Date.parse('2015-12-30T11:59:59Z');
const auth = { region: 'us-east-1', nowMs: () => NOW, findKey: (id: string) => (id === KEY.accessKey ? KEY : undefined) };
const withFields = (changed: Readonly<Record<string, string | undefined>>) => new Map(Object.entries({ ...FIELDS, ...changed }).filter((one): one is [string, string] => one[1] !== undefined));

describe('the signature of a form', () => {
  it("is Amazon's own", () => {
    expect(authenticateForm(withFields({}), auth)).toBe(KEY);
    checkPolicy(parsePolicy(POLICY), { fields: withFields({}), bucket: 'sigv4examplebucket', nowMs: NOW });
  });

  it.each([
    ['SignatureDoesNotMatch', { 'x-amz-signature': FIELDS['x-amz-signature']!.replace(/.$/, '0') }], ['SignatureDoesNotMatch', { 'x-amz-signature': undefined }],
    ['SignatureDoesNotMatch', { policy: `${POLICY.slice(0, -4)}AAAA` }], ['AccessDenied', { policy: undefined }], ['InvalidArgument', { 'x-amz-algorithm': 'AWS4-ECDSA-P256-SHA256' }],
    ['InvalidArgument', { 'x-amz-credential': FIELDS['x-amz-credential']!.replace('us-east-1', 'eu-west-1') }], ['InvalidArgument', { 'x-amz-credential': FIELDS['x-amz-credential']!.replace('/s3/', '/iam/') }],
    ['InvalidAccessKeyId', { 'x-amz-credential': FIELDS['x-amz-credential']!.replace('AKIA', 'BKIA') }], ['InvalidArgument', { 'x-amz-date': '20151228T000000Z' }], ['InvalidArgument', { 'x-amz-date': undefined }],
    ['AccessDenied', { 'x-amz-security-token': 't' }], ['InvalidRequest', { awsaccesskeyid: 'a', signature: 'b' }],
  ] as const)('%s: %o', (code, changed) => {
    expect(codeOf(() => authenticateForm(withFields(changed), auth))).toBe(code);
  });
});

describe('a policy', () => {
  const judge = (conditions: unknown, fields: Record<string, string>, nowMs = NOW): string => {
    try {
      const policy = Buffer.from(JSON.stringify({ expiration: '2015-12-30T12:00:00Z', conditions })).toString('base64');
      checkPolicy(parsePolicy(policy), { fields: new Map(Object.entries({ policy, 'x-amz-signature': 's', ...fields })), bucket: 'b', nowMs });
      return 'accepted';
    } catch (error) {
      return error instanceof S3Error ? `${error.s3Code}: ${error.shortMessage}` : String(error);
    }
  };

  it.each([
    ['is met exactly', [{ key: 'a' }, ['eq', '$acl', 'private']], { key: 'a', acl: 'private' }, /^accepted$/],
    ['is met by a beginning, any where that is empty', [['starts-with', '$key', 'u/'], ['starts-with', '$x-amz-meta-any', '']], { key: 'u/1', 'x-amz-meta-any': 'Grüße' }, /^accepted$/],
    ['asks each of a list of types', [['starts-with', '$Content-Type', 'image/']], { 'content-type': 'image/png,image/jpeg' }, /^accepted$/],
    ['refuses one of a list of types', [['starts-with', '$Content-Type', 'image/']], { 'content-type': 'image/png,text/html' }, /Policy Condition failed: \["starts-with", "\$content-type", "image\/"\]/],
    ['knows names in either case', [{ KEY: 'a' }, { 'X-Amz-Meta-A': 'b' }], { key: 'a', 'x-amz-meta-a': 'b' }, /^accepted$/],
    ['leaves what is to be ignored', [{ key: 'a' }], { key: 'a', 'x-ignore-me': 'x' }, /^accepted$/],
    ['needs every field that is sent', [{ key: 'a' }], { key: 'a', acl: 'public-read' }, /^AccessDenied: Invalid according to Policy: Extra input fields: acl/],
    ['needs every field that it names', [{ key: 'a' }, { acl: 'private' }], { key: 'a' }, /Policy Condition failed: \["eq", "\$acl", "private"\]/],
    ['means values in their case', [{ key: 'a' }], { key: 'A' }, /Policy Condition failed/],
    ['means this bucket', [{ key: 'a' }, { bucket: 'c' }], { key: 'a' }, /"\$bucket", "c"/],
    ['is not fooled by a field called bucket', [{ key: 'a' }, { bucket: 'c' }], { key: 'a', bucket: 'c' }, /"\$bucket", "c"/],
    ['needs all of several conditions', [['starts-with', '$key', 'a'], ['eq', '$key', 'ab']], { key: 'ac' }, /\["eq", "\$key", "ab"\]/],
    ['is no policy with unknown conditions', [['ends-with', '$key', 'a']], { key: 'a' }, /^InvalidPolicyDocument/],
    ['is no policy with two fields in one condition', [{ key: 'a', acl: 'b' }], { key: 'a' }, /^InvalidPolicyDocument/],
    ['is no policy with numbers for text', [{ key: 1 }], { key: '1' }, /^InvalidPolicyDocument/],
    ['is no policy with a bad range', [['content-length-range', -1, 2]], {}, /^InvalidPolicyDocument/],
  ])('%s', (_what, conditions, fields, answer) => {
    expect(judge(conditions, fields)).toMatch(answer);
  });

  it('ends when it says', () => {
    expect([judge([], {}, Date.parse('2015-12-30T11:59:59.999Z')), judge([], {}, Date.parse('2015-12-30T12:00:00Z'))]).toEqual(['accepted', 'AccessDenied: Invalid according to Policy: Policy expired.']);
    for (const text of ['', 'not base64!', Buffer.from('{"expiration":"tomorrow","conditions":[]}').toString('base64'), Buffer.from('{"conditions":[]}').toString('base64'), Buffer.from('[1,2').toString('base64'), Buffer.from([0xff, 0xfe]).toString('base64')]) {
      expect(codeOf(() => parsePolicy(text))).toBe('InvalidPolicyDocument');
    }
  });

  it('bounds sizes by the narrowest of its ranges', () => {
    const range = (...conditions: unknown[]) => parsePolicy(Buffer.from(JSON.stringify({ expiration: '2015-12-30T12:00:00Z', conditions })).toString('base64')).sizes;
    expect([range(), range(['content-length-range', 1, 9], ['content-length-range', '2', '8'])]).toEqual([{ min: 0, max: Number.MAX_SAFE_INTEGER }, { min: 2, max: 8 }]);
  });
});

describe('a form', () => {
  const B = '----WebKitFormBoundaryX';
  const part = (head: string, value: string) => `--${B}\r\nContent-Disposition: form-data; ${head}\r\n\r\n${value}\r\n`;
  const FILE = `\r\n--${B.slice(0, -1)}\r\n-${B}\n--${B}\r\r\n-`;
  const WHOLE = `preamble\r\n${part('name="Key"', 'ü/1')}${part('name="note"', 'two\r\nlines')}${part('name="file"; filename="C:\\dir\\a%22b.txt"\r\nContent-Type: text/plain', FILE)}${part('name="late"', 'x')}--${B}--\r\n`;

  async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const read = async (text: string, size = 1_000_000) => {
    const form = await readForm(cut(Buffer.from(text), size), B);
    const pieces: Uint8Array[] = [];
    for await (const piece of form.file) pieces.push(Buffer.from(piece));
    return { ...form, file: Buffer.concat(pieces).toString() };
  };
  const failure = (text: string, size?: number) => read(text, size).then(() => 'accepted', (error: unknown) => (error instanceof S3Error ? error.s3Code : String(error)));

  it.each([1, 2, 3, 7, 31, 64, 1_000_000])('is read the same in pieces of %i bytes', async (size) => {
    expect(await read(WHOLE, size)).toEqual({ fields: [{ name: 'key', value: 'ü/1' }, { name: 'note', value: 'two\r\nlines' }], filename: 'C:\\dir\\a"b.txt', contentType: 'text/plain', file: FILE });
  });

  it('takes an empty file', async () => {
    expect((await read(`${part('name=file', '')}--${B}--`)).file).toBe('');
  });

  it.each([
    ['cut off anywhere', WHOLE.slice(0, 90), 'MalformedPOSTRequest'],
    ['cut off in the file', WHOLE.slice(0, WHOLE.indexOf(FILE) + FILE.length), 'MalformedPOSTRequest'],
    ['without a file', `${part('name="key"', 'a')}--${B}--\r\n`, 'IncorrectNumberOfFilesInPostRequest'],
    ['with a field without a name', `--${B}\r\nContent-Type: a/b\r\n\r\nx\r\n--${B}--`, 'MalformedPOSTRequest'],
    ['with junk behind a boundary', `--${B}junk\r\n`, 'MalformedPOSTRequest'],
    ['with a field that is too long', part('name="key"', 'a'.repeat(21_000)), 'MaxPostPreDataLengthExceededError'],
    ['with too much in many fields', part('name="key"', 'a'.repeat(900)).repeat(30), 'MaxPostPreDataLengthExceededError'],
    ['with too many fields', part('name="k"', '').repeat(202), 'MaxPostPreDataLengthExceededError'],
    ['with an endless head', `--${B}\r\nContent-Disposition: form-data; name="${'a'.repeat(5_000)}`, 'MaxPostPreDataLengthExceededError'],
    ['with an endless preamble', 'a'.repeat(30_000), 'MaxPostPreDataLengthExceededError'],
  ])('%s is refused', async (_what, text, code) => {
    expect([await failure(text), await failure(text, 5)]).toEqual([code, code]);
  });

  it('is known by its boundary', () => {
    expect(boundaryOf('multipart/form-data; boundary=abc')).toBe('abc');
    expect(boundaryOf('Multipart/Form-Data; charset=utf-8; boundary="a b\\"c"'.replace('\\"', ''))).toBe('a bc');
    expect([boundaryOf(undefined), boundaryOf('application/xml'), boundaryOf('multipart/form-database; boundary=a')]).toEqual([undefined, undefined, undefined]);
    for (const text of ['multipart/form-data', 'multipart/form-data; boundary=', `multipart/form-data; boundary=${'a'.repeat(71)}`, 'multipart/form-data; boundary="\u0001"']) expect(codeOf(() => boundaryOf(text))).toBe('MalformedPOSTRequest');
  });
});
