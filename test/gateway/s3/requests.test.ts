import { describe, expect, it } from 'vitest';
import type { ObjectVersion } from '../../../offchain/gateway/objects/object-store.ts';
import { checkRead, checkSource, parseETags } from '../../../offchain/gateway/s3/request/conditions.ts';
import { encodeWord, readObjectHeaders, writeObjectHeaders } from '../../../offchain/gateway/s3/request/object-headers.ts';
import { Query } from '../../../offchain/gateway/s3/request/query.ts';
import { parseRange } from '../../../offchain/gateway/s3/request/range.ts';
import { checkBucketName, parseTarget } from '../../../offchain/gateway/s3/request/target.ts';
import { notImplemented } from '../../../offchain/gateway/s3/ops/absent.ts';
import { route } from '../../../offchain/gateway/s3/routes.ts';
import { parseXml } from '../../../offchain/gateway/s3/xml/parse.ts';
import { document, tag } from '../../../offchain/gateway/s3/xml/write.ts';
import { codeOf } from './code-of.ts';

describe('paths', () => {
  it.each([
    ['/', undefined, undefined], ['/photos', 'photos', undefined], ['/photos/', 'photos', undefined], ['/photos/a/b', 'photos', 'a/b'], ['/photos//a', 'photos', '/a'], ['/photos/../etc/passwd', 'photos', '../etc/passwd'],
    ['/photos/%2e%2e/%2E%2e/x', 'photos', '../../x'], ['/photos/a%2Fb+c', 'photos', 'a/b+c'], ['/photos/%E6%97%A5', 'photos', '日'], ['/photos/.', 'photos', '.'], ['http://h:1/photos/k?x', 'photos', 'k'], ['/%2e%2e/x', '..', 'x'],
  ] as const)('%s', (url, bucket, key) => {
    expect(parseTarget(url, undefined, undefined)).toMatchObject({ bucket, key });
  });

  it('below a domain', () => {
    expect(parseTarget('/a/b', 'photos.s3.example:9000', 's3.example')).toMatchObject({ bucket: 'photos', key: 'a/b' });
    expect(parseTarget('/', 'pho.tos.s3.example', 's3.example')).toMatchObject({ bucket: 'pho.tos', key: undefined });
    expect(parseTarget('/a/b', 's3.example', 's3.example')).toMatchObject({ bucket: 'a', key: 'b' });
    expect(parseTarget('/a/b', 'photos.example', undefined)).toMatchObject({ bucket: 'a', key: 'b' });
  });

  it.each([['/b/%00', 'InvalidURI'], ['/b/a%00b', 'InvalidURI'], ['/b/%', 'InvalidURI'], ['/b/%ff', 'InvalidURI'], ['/b/%ED%A0%80', 'InvalidURI'], ['*', 'InvalidURI'], ['//a', 'InvalidBucketName'], [`/b/${'a'.repeat(1025)}`, 'KeyTooLongError'], [`/b/${'a'.repeat(1024)}`, 'accepted'], [`/b/${'%F0%9F%98%80'.repeat(256)}`, 'accepted'], [`/b/${'%F0%9F%98%80'.repeat(256)}a`, 'KeyTooLongError'], ['/b?%zz', 'InvalidURI'], [`/b?${'a&'.repeat(65)}`, 'InvalidRequest']])('%s', (url, code) => {
    expect(codeOf(() => parseTarget(url, undefined, undefined))).toBe(code);
  });

  it('names of buckets', () => {
    for (const good of ['abc', 'a.b-c', '0aa', 'a'.repeat(63)]) expect(codeOf(() => checkBucketName(good))).toBe('accepted');
    for (const bad of ['ab', 'a'.repeat(64), 'Abc', '-abc', 'abc-', 'a..b', '1.2.3.4', 'a_b', '..', 'xn--abc', 'ab c']) expect(codeOf(() => checkBucketName(bad)), bad).toBe('InvalidBucketName');
  });
});

it('ranges', () => {
  const of = (text: string, size = 10) => {
    const range = parseRange(text, size);
    return range === undefined ? 'all' : `${range.start}-${range.end}`;
  };
  expect(['bytes=0-0', 'bytes=2-', 'bytes=-3', 'bytes=0-99', 'bytes=9-9', 'bytes=-99'].map((text) => of(text))).toEqual(['0-1', '2-10', '7-10', '0-10', '9-10', '0-10']);
  expect(['bytes=0-1,3-4', 'bytes=5-2', 'bytes=-', 'items=0-1', 'bytes=a-b', ''].map((text) => of(text))).toEqual(Array(6).fill('all'));
  for (const [text, size] of [['bytes=10-', 10], ['bytes=10-20', 10], ['bytes=-0', 10], ['bytes=0-0', 0], ['bytes=-1', 0]] as const) expect(codeOf(() => of(text, size)), text).toBe('InvalidRange');
});

const VERSION: ObjectVersion = { bucket: 'b', key: 'k', versionId: 'null', isLatest: true, isMarker: false, etag: 'abc', sizeBytes: 3, modifiedMs: Date.parse('2026-01-02T03:04:05.678Z'), headers: {}, tags: {}, isSpooled: false };

it('conditions', () => {
  const read = (headers: Record<string, string>) => codeOf(() => checkRead((name) => headers[name], VERSION));
  const [before, same, after] = ['Fri, 02 Jan 2026 03:04:04 GMT', 'Fri, 02 Jan 2026 03:04:05 GMT', 'Fri, 02 Jan 2026 03:04:06 GMT'];
  expect([read({ 'if-match': '"abc"' }), read({ 'if-match': '"x", "abc"' }), read({ 'if-match': '*' }), read({ 'if-match': 'abc' })]).toEqual(Array(4).fill('accepted'));
  expect([read({ 'if-match': '"x"' }), read({ 'if-unmodified-since': before })]).toEqual(Array(2).fill('PreconditionFailed'));
  expect([read({ 'if-none-match': '"abc"' }), read({ 'if-none-match': '*' }), read({ 'if-modified-since': same }), read({ 'if-modified-since': after })]).toEqual(Array(4).fill('NotModified'));
  expect([read({ 'if-modified-since': before }), read({ 'if-unmodified-since': same }), read({ 'if-modified-since': 'rubbish' })]).toEqual(Array(3).fill('accepted'));
  expect(read({ 'if-match': '"abc"', 'if-unmodified-since': before })).toBe('accepted');
  expect(read({ 'if-none-match': '"x"', 'if-modified-since': after })).toBe('accepted');
  expect(codeOf(() => checkSource((name) => ({ 'x-amz-copy-source-if-none-match': '"abc"' })[name], VERSION))).toBe('PreconditionFailed');
  expect(parseETags('W/"a","b"')).toEqual(['a', 'b']);
});

describe('headers of objects', () => {
  const headers = (all: Record<string, string>) => new Map(Object.entries(all).map(([name, value]) => [name, [value]]));

  it('keep what was written, and say non-ASCII by RFC 2047', () => {
    const latin1 = Buffer.from('grüße', 'utf8').toString('latin1');
    const stored = readObjectHeaders(headers({ 'content-type': 'text/plain', 'content-encoding': 'aws-chunked, gzip', 'x-amz-meta-note': latin1, 'x-amz-meta-empty': '', 'x-amz-storage-class': 'STANDARD_IA', 'x-amz-acl': 'private' }));
    expect(stored).toEqual({ contentType: 'text/plain', contentEncoding: 'gzip', storageClass: 'STANDARD_IA', user: { note: 'grüße', empty: '' } });
    expect(writeObjectHeaders({ ...VERSION, headers: stored, tags: { a: 'b' } })).toMatchObject({ 'content-type': 'text/plain', 'content-encoding': 'gzip', 'x-amz-meta-note': encodeWord('grüße'), 'x-amz-meta-empty': '', 'x-amz-storage-class': 'STANDARD_IA', 'x-amz-tagging-count': '1', etag: '"abc"', 'last-modified': 'Fri, 02 Jan 2026 03:04:05 GMT' });
    expect(encodeWord('grüße')).toBe('=?UTF-8?B?Z3LDvMOfZQ==?=');
  });

  it('may be overridden, but not broken out of', () => {
    const get = (query: string) => writeObjectHeaders(VERSION, Query.parse(query));
    expect(get('response-content-disposition=attachment%3B+x')).toMatchObject({ 'content-disposition': 'attachment; x' });
    expect(codeOf(() => get('response-content-type=a%0d%0aset-cookie:x'))).toBe('InvalidArgument');
    expect(codeOf(() => readObjectHeaders(headers({ 'x-amz-meta-a': 'x'.repeat(2_048) })))).toBe('MetadataTooLarge');
    expect(codeOf(() => readObjectHeaders(headers({ 'x-amz-storage-class': 'PAPER' })))).toBe('InvalidArgument');
  });
});

describe('XML', () => {
  it('comes back as it went out, every character of it', () => {
    for (const key of ['a', ' a ', 'a&b<c>"\'', 'line\nfeed\rtab\t', '\u0001', '日本😀', ']]>']) expect(parseXml(document('A', [tag('Key', key)]), 'A').need('Key').exact).toBe(key);
    expect(parseXml('<a:A xmlns:a="x"><a:Key>1</a:Key>\n <a:Key>2</a:Key></a:A>', 'A').all('Key').map(({ text }) => text)).toEqual(['1', '2']);
    expect(parseXml('<A/>', 'A').has('toString')).toBe(false);
  });

  it.each(['', 'x', '<A>', '<A></B>', '<B/>', '<!DOCTYPE A [<!ENTITY x "y">]><A>&x;</A>', '<A>&bomb;</A>', '<A>&#0;</A>', '<A>&#xD800;</A>', '<A><![CDATA[x]]></A>', '<A>'.repeat(50_000), `${'<A>'.repeat(13)}${'</A>'.repeat(13)}`, '<A/><A/>', '{"A":1}', '<A><__proto__>x</__proto__></A>', '<A>a\0b</A>'])('refuses %#', (text) => {
    expect(codeOf(() => parseXml(text, 'A').exact)).toBe('MalformedXML');
  });
});

it('what this gateway does not have is NotImplemented', async () => {
  const of = (method: string, url: string) => route(method, parseTarget(url, undefined, undefined), () => undefined);
  for (const [method, url] of [['POST', '/bucket'], ['PUT', '/bucket?policy'], ['PUT', '/bucket?acl'], ['PUT', '/bucket?object-lock'], ['GET', '/bucket?inventory'], ['POST', '/bucket/k?select&select-type=2'], ['POST', '/bucket/k?restore'], ['PUT', '/bucket/k?retention'], ['GET', '/bucket/k?torrent'], ['PUT', '/bucket/k?renameObject'], ['PUT', '/bucket?abac'], ['GET', '/bucket/k?annotation']] as const) expect(of(method, url), url).toBe(notImplemented);
  // What S3 may have one day must not delete or overwrite today.
  for (const method of ['PUT', 'POST', 'DELETE']) for (const url of ['/bucket', '/bucket/k']) for (const query of ['?later', '?append&position=0', '?partNumber=1', '?X=1']) expect(of(method, url + query), method + url + query).toBe(notImplemented);
  for (const [method, url] of [['DELETE', '/bucket/k?versionId=1&x-id=DeleteObject'], ['PUT', '/bucket/k?X-Amz-Date=1&x-mine=1'], ['PUT', '/bucket?x-id=CreateBucket'], ['GET', '/bucket/k?later']] as const) expect(of(method, url), url).not.toBe(notImplemented);
  await expect(of('PATCH', '/bucket/k')({} as never, {} as never)).rejects.toMatchObject({ s3Code: 'MethodNotAllowed', status: 405 });
  await expect(notImplemented({} as never, {} as never)).rejects.toMatchObject({ s3Code: 'NotImplemented', status: 501 });
});
