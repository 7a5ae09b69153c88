import { createHmac, randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import * as s3 from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KeyFile } from '../../../offchain/gateway/s3/auth/key-file.ts';
import { createDigest } from '../../../offchain/gateway/s3/body/checksums.ts';
import { startS3World } from './s3-world.ts';
import type { S3World } from './s3-world.ts';

let world: S3World;
let sdk: s3.S3Client;
const Bucket = 'photos';

beforeAll(async () => {
  world = await startS3World({ objects: { spoolWaitMs: 1 }, s3: { limits: { headerMs: 400, idleMs: 1_000 } } });
  sdk = world.sdk();
  await sdk.send(new s3.CreateBucketCommand({ Bucket }));
}, 60_000);

afterAll(() => world?.stop(), 30_000);

async function codeOf(act: Promise<unknown>): Promise<string> {
  return act.then(() => 'accepted', (error: { name: string; $metadata?: { httpStatusCode?: number } }) => `${error.$metadata?.httpStatusCode} ${error.name}`);
}

async function textOf(Key: string, more: Partial<s3.GetObjectCommandInput> = {}): Promise<string> {
  return (await sdk.send(new s3.GetObjectCommand({ Bucket, Key, ...more }))).Body!.transformToString();
}

const put = (Key: string, Body: string | Uint8Array, more: Partial<s3.PutObjectCommandInput> = {}) => sdk.send(new s3.PutObjectCommand({ Bucket, Key, Body, ...more }));

function crc64(bytes: Uint8Array): string {
  const digest = createDigest('CRC64NVME');
  digest.update(bytes);
  return digest.digest().toString('base64');
}

/** Bytes as they are, and what comes back until the other side closes. */
function talk(bytes: string, { end = false } = {}): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(world.gateway.port, '127.0.0.1', () => (end ? socket.end(bytes, 'latin1') : void socket.write(bytes, 'latin1')));
    socket.setEncoding('latin1').on('data', (more: string) => void (text += more)).on('error', () => undefined).on('close', () => resolve(text));
  });
}

describe('buckets', () => {
  it('are made, found, listed and deleted', async () => {
    await sdk.send(new s3.CreateBucketCommand({ Bucket: 'second' }));
    expect(await codeOf(sdk.send(new s3.CreateBucketCommand({ Bucket: 'second' })))).toBe('409 BucketAlreadyOwnedByYou');
    const { Buckets, Owner } = await sdk.send(new s3.ListBucketsCommand());
    expect(Buckets?.map(({ Name }) => Name)).toEqual([Bucket, 'second']);
    expect(Owner?.ID).toMatch(/^[0-9a-f]{64}$/);
    expect((await sdk.send(new s3.HeadBucketCommand({ Bucket: 'second' }))).BucketRegion).toBe('us-east-1');
    await sdk.send(new s3.DeleteBucketCommand({ Bucket: 'second' }));
    expect(await codeOf(sdk.send(new s3.HeadBucketCommand({ Bucket: 'second' })))).toBe('404 NotFound');
    expect(await codeOf(sdk.send(new s3.ListObjectsV2Command({ Bucket: 'second' })))).toBe('404 NoSuchBucket');
    expect(await codeOf(sdk.send(new s3.CreateBucketCommand({ Bucket: 'Second' })))).toBe('400 InvalidBucketName');
  });

  it('have settings that come back as they went in', async () => {
    expect((await sdk.send(new s3.GetBucketVersioningCommand({ Bucket }))).Status).toBeUndefined();
    const lifecycle: s3.LifecycleRule[] = [{ ID: 'old', Status: 'Enabled', Filter: { And: { Prefix: 'logs/ ', Tags: [{ Key: 'a', Value: 'b&c' }] } }, Expiration: { Days: 30 }, NoncurrentVersionExpiration: { NoncurrentDays: 7, NewerNoncurrentVersions: 2 } }, { ID: 'parts', Status: 'Enabled', Filter: { Prefix: 'logs/' }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 } }];
    await sdk.send(new s3.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: lifecycle } }));
    expect((await sdk.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket }))).Rules).toEqual(lifecycle);
    expect(await codeOf(sdk.send(new s3.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: [{ ID: 'x', Status: 'Enabled', Filter: { Prefix: '' }, Transitions: [{ Days: 1, StorageClass: 'GLACIER' }] }] } })))).toBe('501 NotImplemented');
    await sdk.send(new s3.DeleteBucketLifecycleCommand({ Bucket }));
    expect(await codeOf(sdk.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket })))).toBe('404 NoSuchLifecycleConfiguration');
    await sdk.send(new s3.PutBucketTaggingCommand({ Bucket, Tagging: { TagSet: [{ Key: 'team', Value: 'ü' }] } }));
    expect((await sdk.send(new s3.GetBucketTaggingCommand({ Bucket }))).TagSet).toEqual([{ Key: 'team', Value: 'ü' }]);
    await sdk.send(new s3.DeleteBucketTaggingCommand({ Bucket }));
    for (const [command, code] of [[new s3.GetBucketTaggingCommand({ Bucket }), '404 NoSuchTagSet'], [new s3.GetBucketPolicyCommand({ Bucket }), '404 NoSuchBucketPolicy'], [new s3.GetBucketEncryptionCommand({ Bucket }), '404 ServerSideEncryptionConfigurationNotFoundError'], [new s3.GetObjectLockConfigurationCommand({ Bucket }), '404 ObjectLockConfigurationNotFoundError'], [new s3.PutBucketPolicyCommand({ Bucket, Policy: '{}' }), '501 NotImplemented'], [new s3.GetBucketInventoryConfigurationCommand({ Bucket, Id: '1' }), '501 NotImplemented']] as const) expect(await codeOf(sdk.send(command as never))).toBe(code);
    expect((await sdk.send(new s3.GetBucketAclCommand({ Bucket }))).Grants?.[0]).toMatchObject({ Permission: 'FULL_CONTROL' });
    expect((await sdk.send(new s3.GetBucketLocationCommand({ Bucket }))).LocationConstraint).toBeUndefined();
  });

  it('let pages of other origins in where a rule says so', async () => {
    await sdk.send(new s3.PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [{ AllowedOrigins: ['https://*.example'], AllowedMethods: ['GET', 'PUT'], AllowedHeaders: ['x-amz-*'], ExposeHeaders: ['etag'], MaxAgeSeconds: 60 }] } }));
    const ask = (origin: string, headers = 'x-amz-date') => fetch(`${world.gateway.url}/${Bucket}/k`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': headers } });
    const allowed = await ask('https://a.example');
    expect([allowed.status, allowed.headers.get('access-control-allow-origin'), allowed.headers.get('access-control-max-age'), allowed.headers.get('access-control-allow-headers')]).toEqual([200, 'https://a.example', '60', 'x-amz-date']);
    expect([(await ask('https://b.test')).status, (await ask('https://a.example', 'cookie')).status]).toEqual([403, 403]);
    await put('cors', 'x');
    const url = await getSignedUrl(sdk, new s3.GetObjectCommand({ Bucket, Key: 'cors' }));
    expect((await fetch(url, { headers: { origin: 'https://a.example' } })).headers.get('access-control-allow-origin')).toBe('https://a.example');
    expect((await fetch(url, { headers: { origin: 'https://b.test' } })).headers.get('access-control-allow-origin')).toBeNull();
    await sdk.send(new s3.DeleteBucketCorsCommand({ Bucket }));
    await sdk.send(new s3.DeleteObjectCommand({ Bucket, Key: 'cors' }));
  });
});

describe('objects', () => {
  it.each(['plain', ' a b ', 'a+b&c=d', '日本/語😀', '//twice', '../../up', '%2e%2e', "it's (me)*!~", 'line\nfeed\u0001', 'x'.repeat(1024)])('have any key, %#', async (Key) => {
    const { ETag } = await put(Key, `of ${Key}`);
    expect(await textOf(Key)).toBe(`of ${Key}`);
    const { Contents } = await sdk.send(new s3.ListObjectsV2Command({ Bucket, Prefix: Key, EncodingType: 'url', FetchOwner: true }));
    expect(Contents?.map((one) => [decodeURIComponent(one.Key!), one.ETag])).toEqual([[Key, ETag]]);
    await sdk.send(new s3.CopyObjectCommand({ Bucket, Key: 'copy', CopySource: encodeURIComponent(`${Bucket}/${Key}`) }));
    expect(await textOf('copy')).toBe(`of ${Key}`);
    const { Errors, Deleted } = await sdk.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key }, { Key: 'copy' }] } }));
    expect([Errors, Deleted?.length]).toEqual([undefined, 2]);
    expect(await codeOf(textOf(Key))).toBe('404 NoSuchKey');
  });

  it('are read in ranges, and when conditions hold', async () => {
    const { ETag } = await put('digits', '0123456789', { ContentType: 'text/x', Metadata: { who: 'Ada', name: 'Grüße' }, Tagging: 'a=1&b=%2B', CacheControl: 'no-store' });
    const head = await sdk.send(new s3.HeadObjectCommand({ Bucket, Key: 'digits' }));
    expect(head).toMatchObject({ ContentLength: 10, ContentType: 'text/x', CacheControl: 'no-store', ETag, AcceptRanges: 'bytes', Metadata: { who: 'Ada' } });
    expect(head.Metadata!['name']).toMatch(/^=\?UTF-8\?B\?/);
    expect([await textOf('digits', { Range: 'bytes=2-4' }), await textOf('digits', { Range: 'bytes=-3' }), await textOf('digits', { Range: 'bytes=8-99' }), await textOf('digits', { Range: 'bytes=0-0,2-2' })]).toEqual(['234', '789', '89', '0123456789']);
    expect(await codeOf(textOf('digits', { Range: 'bytes=10-' }))).toBe('416 InvalidRange');
    expect([await codeOf(textOf('digits', { IfMatch: '"x"' })), await codeOf(textOf('digits', { IfNoneMatch: ETag })), await codeOf(textOf('digits', { IfMatch: ETag }))]).toEqual(['412 PreconditionFailed', expect.stringMatching(/^304/), 'accepted']);
    expect((await sdk.send(new s3.GetObjectTaggingCommand({ Bucket, Key: 'digits' }))).TagSet).toEqual([{ Key: 'a', Value: '1' }, { Key: 'b', Value: '+' }]);
    expect(await codeOf(put('digits', 'x', { IfNoneMatch: '*' }))).toBe('412 PreconditionFailed');
    expect(await codeOf(put('digits', 'x', { IfMatch: '"y"' }))).toBe('412 PreconditionFailed');
    expect(await codeOf(put('digits', 'x', { IfMatch: ETag }))).toBe('accepted');
    expect((await sdk.send(new s3.GetObjectAttributesCommand({ Bucket, Key: 'digits', ObjectAttributes: ['ETag', 'ObjectSize', 'Checksum'] })))).toMatchObject({ ObjectSize: 1, Checksum: { ChecksumCRC32: 'jNwWgw==' } });
    await put('empty', '');
    expect([await textOf('empty'), await codeOf(textOf('empty', { Range: 'bytes=0-' }))]).toEqual(['', '416 InvalidRange']);
  });

  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)('are checked by %s, also in a trailer', async (ChecksumAlgorithm) => {
    const bytes = randomBytes(200_001);
    // The SDK brings no CRC64 of its own.
    if (ChecksumAlgorithm !== 'CRC64NVME') {
      await sdk.send(new s3.PutObjectCommand({ Bucket, Key: 'sum', Body: Readable.from([bytes.subarray(0, 70_000), bytes.subarray(70_000)]), ContentLength: bytes.length, ChecksumAlgorithm }));
    } else await put('sum', bytes, { ChecksumCRC64NVME: crc64(bytes) });
    const got = await sdk.send(new s3.GetObjectCommand({ Bucket, Key: 'sum', ChecksumMode: 'ENABLED' }));
    expect(got[`Checksum${ChecksumAlgorithm}`]).toMatch(/=$/);
    expect(Buffer.from(await got.Body!.transformToByteArray()).equals(bytes)).toBe(true);
    expect(await codeOf(put('sum2', bytes, { [`Checksum${ChecksumAlgorithm}`]: got[`Checksum${ChecksumAlgorithm}`]!.replace(/^../, (two) => (two === 'AA' ? 'BB' : 'AA')) }))).toBe('400 BadDigest');
    expect(await codeOf(textOf('sum2'))).toBe('404 NoSuchKey');
  });

  it('are listed in pages, with prefixes', async () => {
    const keys = ['l/a', 'l/b/1', 'l/b/2', 'l/c', 'l/d/1', 'l/e'];
    for (const key of keys) await put(key, key);
    const seen: string[] = [];
    for (let ContinuationToken: string | undefined; ; ) {
      const page = await sdk.send(new s3.ListObjectsV2Command({ Bucket, Prefix: 'l/', Delimiter: '/', MaxKeys: 2, ContinuationToken }));
      seen.push(...(page.Contents ?? []).map(({ Key }) => Key!), ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix!));
      expect(page.KeyCount).toBeLessThanOrEqual(2);
      if (page.IsTruncated !== true) break;
      ContinuationToken = page.NextContinuationToken;
    }
    expect(seen.sort()).toEqual(['l/a', 'l/b/', 'l/c', 'l/d/', 'l/e']);
    const one = await sdk.send(new s3.ListObjectsCommand({ Bucket, Prefix: 'l/', Delimiter: '/', MaxKeys: 2 }));
    const two = await sdk.send(new s3.ListObjectsCommand({ Bucket, Prefix: 'l/', Delimiter: '/', Marker: one.NextMarker }));
    expect([one.IsTruncated, two.IsTruncated, two.Contents?.map(({ Key }) => Key), two.CommonPrefixes]).toEqual([true, false, ['l/c', 'l/e'], [{ Prefix: 'l/d/' }]]);
    expect((await sdk.send(new s3.ListObjectsV2Command({ Bucket, Prefix: 'l/', StartAfter: 'l/c' }))).Contents?.map(({ Key }) => Key)).toEqual(['l/d/1', 'l/e']);
    const { Deleted } = await sdk.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { Quiet: true, Objects: keys.map((Key) => ({ Key })) } }));
    expect(Deleted).toBeUndefined();
  });

  it('keep versions where the bucket says so', async () => {
    await sdk.send(new s3.CreateBucketCommand({ Bucket: 'history' }));
    await sdk.send(new s3.PutBucketVersioningCommand({ Bucket: 'history', VersioningConfiguration: { Status: 'Enabled' } }));
    const at = { Bucket: 'history', Key: 'k' };
    const one = await sdk.send(new s3.PutObjectCommand({ ...at, Body: 'one' }));
    await sdk.send(new s3.PutObjectCommand({ ...at, Body: 'two' }));
    const gone = await sdk.send(new s3.DeleteObjectCommand(at));
    expect(gone.DeleteMarker).toBe(true);
    expect(await codeOf(sdk.send(new s3.GetObjectCommand(at)))).toBe('404 NoSuchKey');
    expect(await codeOf(sdk.send(new s3.GetObjectCommand({ ...at, VersionId: gone.VersionId })))).toBe('405 MethodNotAllowed');
    expect(await (await sdk.send(new s3.GetObjectCommand({ ...at, VersionId: one.VersionId }))).Body!.transformToString()).toBe('one');
    const { Versions, DeleteMarkers } = await sdk.send(new s3.ListObjectVersionsCommand({ Bucket: 'history' }));
    expect([Versions?.length, Versions?.[1]?.VersionId, DeleteMarkers?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])]).toEqual([2, one.VersionId, [[gone.VersionId, true]]]);
    expect(await codeOf(sdk.send(new s3.DeleteBucketCommand({ Bucket: 'history' })))).toBe('409 BucketNotEmpty');
    // Whoever empties it page by page goes on behind a version that is gone by then.
    for (let from: Partial<s3.ListObjectVersionsCommandInput> | undefined = {}; from !== undefined; ) {
      const page: s3.ListObjectVersionsCommandOutput = await sdk.send(new s3.ListObjectVersionsCommand({ Bucket: 'history', MaxKeys: 1, ...from }));
      for (const { VersionId } of [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]) await sdk.send(new s3.DeleteObjectCommand({ ...at, VersionId }));
      from = page.IsTruncated === true ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker } : undefined;
    }
    await sdk.send(new s3.DeleteBucketCommand({ Bucket: 'history' }));
  });
});

describe('uploads in parts', () => {
  it('of lib-storage, with a checksum of checksums', async () => {
    const bytes = randomBytes(11 * 2 ** 20);
    const done = await new Upload({ client: sdk, params: { Bucket, Key: 'big', Body: bytes }, partSize: 5 * 2 ** 20 }).done();
    expect(done.ETag).toMatch(/-3"$/);
    const got = await sdk.send(new s3.GetObjectCommand({ Bucket, Key: 'big' }));
    expect(Buffer.from(await got.Body!.transformToByteArray()).equals(bytes)).toBe(true);
    expect((await sdk.send(new s3.HeadObjectCommand({ Bucket, Key: 'big', PartNumber: 3 })))).toMatchObject({ ContentLength: 2 ** 20, PartsCount: 3 });
    const copy = await sdk.send(new s3.CreateMultipartUploadCommand({ Bucket, Key: 'part-copy' }));
    const place = { Bucket, Key: 'part-copy', UploadId: copy.UploadId };
    const part = await sdk.send(new s3.UploadPartCopyCommand({ ...place, PartNumber: 1, CopySource: `${Bucket}/big`, CopySourceRange: 'bytes=1-5' }));
    await sdk.send(new s3.CompleteMultipartUploadCommand({ ...place, MultipartUpload: { Parts: [{ PartNumber: 1, ETag: part.CopyPartResult!.ETag }] } }));
    expect(Buffer.from(await (await sdk.send(new s3.GetObjectCommand({ Bucket, Key: 'part-copy' }))).Body!.transformToByteArray())).toEqual(bytes.subarray(1, 6));
  });

  it('whose whole CRC comes from those of the parts', async () => {
    const parts = [randomBytes(5 * 2 ** 20), randomBytes(17)];
    const upload = await sdk.send(new s3.CreateMultipartUploadCommand({ Bucket, Key: 'full', ChecksumAlgorithm: 'CRC32C', ChecksumType: 'FULL_OBJECT' }));
    const place = { Bucket, Key: 'full', UploadId: upload.UploadId };
    const sent = [];
    for (const [i, Body] of parts.entries()) sent.push({ ...(await sdk.send(new s3.UploadPartCommand({ ...place, PartNumber: i + 1, Body, ChecksumAlgorithm: 'CRC32C' }))), PartNumber: i + 1 });
    expect((await sdk.send(new s3.ListPartsCommand({ ...place, MaxParts: 1 })))).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '1' });
    expect(await codeOf(sdk.send(new s3.CompleteMultipartUploadCommand({ ...place, ChecksumCRC32C: 'AAAAAA==', MultipartUpload: { Parts: sent } })))).toBe('400 BadDigest');
    expect(await codeOf(sdk.send(new s3.CompleteMultipartUploadCommand({ ...place, MultipartUpload: { Parts: [...sent].reverse() } })))).toBe('400 InvalidPartOrder');
    expect(await codeOf(sdk.send(new s3.CompleteMultipartUploadCommand({ ...place, MultipartUpload: { Parts: [{ PartNumber: 9, ETag: sent[0]!.ETag }] } })))).toBe('400 InvalidPart');
    const done = await sdk.send(new s3.CompleteMultipartUploadCommand({ ...place, MultipartUpload: { Parts: sent } }));
    await put('once', Buffer.concat(parts), { ChecksumAlgorithm: 'CRC32C' });
    const once = await sdk.send(new s3.HeadObjectCommand({ Bucket, Key: 'once', ChecksumMode: 'ENABLED' }));
    expect([done.ChecksumType, done.ChecksumCRC32C]).toEqual(['FULL_OBJECT', once.ChecksumCRC32C]);
  });

  it('are listed, aborted, and refuse what they should', async () => {
    const { UploadId } = await sdk.send(new s3.CreateMultipartUploadCommand({ Bucket, Key: 'never' }));
    const place = { Bucket, Key: 'never', UploadId };
    expect((await sdk.send(new s3.ListMultipartUploadsCommand({ Bucket }))).Uploads?.map((one) => one.UploadId)).toEqual([UploadId]);
    for (const PartNumber of [0, 10_001]) expect(await codeOf(sdk.send(new s3.UploadPartCommand({ ...place, PartNumber, Body: 'x' })))).toBe('400 InvalidArgument');
    await sdk.send(new s3.AbortMultipartUploadCommand(place));
    expect(await codeOf(sdk.send(new s3.UploadPartCommand({ ...place, PartNumber: 1, Body: 'x' })))).toBe('404 NoSuchUpload');
    expect(await codeOf(sdk.send(new s3.ListPartsCommand(place)))).toBe('404 NoSuchUpload');
  });
});

describe('who may', () => {
  it('presigned URLs, for reading and writing, with overrides', async () => {
    const up = await getSignedUrl(sdk, new s3.PutObjectCommand({ Bucket, Key: 'signed' }), { expiresIn: 60 });
    expect((await fetch(up, { method: 'PUT', body: 'by URL' })).status).toBe(200);
    const down = await getSignedUrl(sdk, new s3.GetObjectCommand({ Bucket, Key: 'signed', ResponseContentDisposition: 'attachment; filename="ä.txt"' }));
    const answer = await fetch(down);
    expect([await answer.text(), Buffer.from(answer.headers.get('content-disposition')!, 'latin1').toString()]).toEqual(['by URL', 'attachment; filename="ä.txt"']);
    expect((await fetch(down.replace(/.$/, (last) => (last === 'a' ? 'b' : 'a')))).status).toBe(403);
    expect((await fetch(`${world.gateway.url}/${Bucket}/signed`)).status).toBe(403);
    const wrong = await fetch(up, { method: 'PUT', headers: { 'content-md5': Buffer.alloc(16).toString('base64') }, body: 'by URL' });
    expect(await wrong.text()).toMatch(/<Code>BadDigest<\/Code><Message>.*<Resource>\/photos\/signed<\/Resource><RequestId>[0-9A-F]{16}<\/RequestId>/);
  });

  it('keys for reading, for one bucket, wrong ones, and none any more', async () => {
    const reader = world.sdk({}, await world.keys.add({ access: 'read' }));
    expect(await codeOf(reader.send(new s3.ListObjectsV2Command({ Bucket })))).toBe('accepted');
    expect(await codeOf(reader.send(new s3.PutObjectCommand({ Bucket, Key: 'x', Body: 'x' })))).toBe('403 AccessDenied');
    const other = await world.keys.add({ buckets: ['other'] });
    const elsewhere = world.sdk({}, other);
    expect(await codeOf(elsewhere.send(new s3.GetObjectCommand({ Bucket, Key: 'signed' })))).toBe('403 AccessDenied');
    await elsewhere.send(new s3.CreateBucketCommand({ Bucket: 'other' }));
    expect(await codeOf(elsewhere.send(new s3.CopyObjectCommand({ Bucket: 'other', Key: 'x', CopySource: `${Bucket}/signed` })))).toBe('403 AccessDenied');
    expect((await elsewhere.send(new s3.ListBucketsCommand())).Buckets?.map(({ Name }) => Name)).toEqual(['other']);
    await elsewhere.send(new s3.DeleteBucketCommand({ Bucket: 'other' }));
    await world.keys.remove(other.accessKey);
    expect(await codeOf(elsewhere.send(new s3.ListBucketsCommand()))).toBe('403 InvalidAccessKeyId');
    expect(await codeOf(world.sdk({}, { ...world.key, secretKey: 'wrong wrong wrong wrong' }).send(new s3.ListBucketsCommand()))).toBe('403 SignatureDoesNotMatch');
    expect(await codeOf(world.sdk({ region: 'eu-west-1' }).send(new s3.ListBucketsCommand()))).toBe('400 AuthorizationHeaderMalformed');
    expect(await codeOf(world.sdk({ systemClockOffset: 3_600_000 }).send(new s3.ListBucketsCommand()))).toBe('403 RequestTimeTooSkewed');
    expect((statSync(world.keys.path).mode & 0o777).toString(8)).toBe('600');
    // One more than can be read again would lock everybody out.
    const full = join(dirname(world.keys.path), 'full');
    const many = Array.from({ length: 1_000 }, (_, i) => ({ ...world.key, accessKey: `HF${String(i).padStart(18, '0')}` }));
    await mkdir(full);
    await writeFile(join(full, 's3-keys.json'), JSON.stringify({ v: 1, keys: many }));
    const file = await KeyFile.open(full);
    await expect(file.add({})).rejects.toMatchObject({ code: 'TOO_MANY_KEYS' });
    expect((await KeyFile.open(full)).list()).toHaveLength(1_000);
  });
});

describe('forms that pages send', () => {
  const DAY = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  /** As a server signs one for its pages: `fields` are allowed as they are, `more` says what else is. */
  const form = (fields: Record<string, string>, file: string | Blob, { more = [], by = world.key, endMs = 60_000, name = 'C:\\pictures\\ä.png' }: { more?: unknown[]; by?: { accessKey: string; secretKey: string }; endMs?: number; name?: string } = {}): FormData => {
    const signed = { 'x-amz-algorithm': 'AWS4-HMAC-SHA256', 'x-amz-credential': `${by.accessKey}/${DAY}/us-east-1/s3/aws4_request`, 'x-amz-date': `${DAY}T000000Z` };
    const conditions = [{ bucket: Bucket }, ...Object.entries({ ...fields, ...signed }).filter(([one]) => !more.some((rule) => Array.isArray(rule) && rule[1] === `$${one}`)).map(([one, value]) => ({ [one]: value })), ...more];
    const policy = Buffer.from(JSON.stringify({ expiration: new Date(Date.now() + endMs).toISOString(), conditions })).toString('base64');
    const key = [DAY, 'us-east-1', 's3', 'aws4_request'].reduce<Buffer>((secret, text) => createHmac('sha256', secret).update(text).digest(), Buffer.from(`AWS4${by.secretKey}`));
    const data = new FormData();
    for (const [one, value] of Object.entries({ ...fields, ...signed, policy, 'x-amz-signature': createHmac('sha256', key).update(policy).digest('hex') })) data.append(one, value);
    data.append('file', new Blob([file], { type: 'image/png' }), name);
    return data;
  };
  const send = async (data: FormData, path = Bucket) => {
    const answer = await fetch(`${world.gateway.url}/${path}`, { method: 'POST', body: data, redirect: 'manual' });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, text, code: /<Code>(.*?)<\/Code>/.exec(text)?.[1], why: /<Message>(.*?)<\/Message>/.exec(text)?.[1] };
  };

  it('store the file under the name that it has, with what the fields say of it', async () => {
    const bytes = randomBytes(150_001);
    const fields = { key: 'forms/${filename}', 'x-amz-meta-who': 'Grüße', 'Cache-Control': 'no-store', tagging: '<Tagging><TagSet><Tag><Key>a</Key><Value>ü</Value></Tag></TagSet></Tagging>', success_action_status: '201' };
    const done = await send(form(fields, new Blob([bytes]), { more: [['starts-with', '$key', 'forms/'], ['content-length-range', 1, 2 ** 20]] }));
    expect([done.status, done.text]).toEqual([201, expect.stringMatching(/<PostResponse><Location>http:\/\/127.*\/photos\/forms\/%C3%A4\.png<\/Location><Bucket>photos<\/Bucket><Key>forms\/ä\.png<\/Key><ETag>/)]);
    const got = await sdk.send(new s3.GetObjectCommand({ Bucket, Key: 'forms/ä.png' }));
    expect(got).toMatchObject({ ContentType: 'image/png', CacheControl: 'no-store', TagCount: 1, ETag: done.headers.get('etag') });
    expect(got.Metadata!['who']).toMatch(/^=\?UTF-8\?B\?/);
    expect(Buffer.from(await got.Body!.transformToByteArray()).equals(bytes)).toBe(true);
  });

  it('answer as they ask to', async () => {
    const plain = await send(form({ key: 'form' }, 'a'), `${Bucket}/`);
    expect([plain.status, plain.text, plain.headers.get('location')]).toEqual([204, '', `${world.gateway.url}/photos/form`]);
    const page = await send(form({ key: 'form', success_action_redirect: 'https://a.example/done?x=1', 'Content-Type': 'text/x' }, 'b'));
    expect([page.status, page.headers.get('location')]).toEqual([303, expect.stringMatching(/^https:\/\/a\.example\/done\?x=1&bucket=photos&key=form&etag=%22[0-9a-f]{32}%22$/)]);
    expect((await send(form({ key: 'form', success_action_redirect: 'javascript:alert(1)', success_action_status: 'no' }, 'c'))).status).toBe(204);
    expect(await textOf('form')).toBe('c');
  });

  it('are refused with a reason, and leave nothing', async () => {
    const reader = await world.keys.add({ access: 'read' });
    const other = await world.keys.add({ buckets: ['other'] });
    const changed = form({ key: 'no' }, 'x');
    changed.set('key', 'elsewhere');
    const twice = new FormData();
    twice.append('key', 'no');
    for (const [one, value] of form({ key: 'no' }, 'x')) twice.append(one, value as string);
    const late = new FormData();
    late.append('file', new Blob(['x']), 'x');
    for (const [one, value] of form({ key: 'no' }, 'x')) if (one !== 'file') late.append(one, value as string);
    const unsigned = form({ key: 'no' }, 'x');
    unsigned.delete('policy');
    const cases: [FormData, string, RegExp][] = [
      [form({ key: 'no' }, 'x', { endMs: -1 }), '403 AccessDenied', /Policy expired/],
      [changed, '403 AccessDenied', /Policy Condition failed: \[&quot;eq&quot;, &quot;\$key&quot;, &quot;no&quot;\]/],
      [form({ key: 'no' }, 'xyz', { more: [['content-length-range', 0, 2]] }), '400 EntityTooLarge', /maximum/],
      [form({ key: 'no' }, 'x', { more: [['content-length-range', 2, 9]] }), '400 EntityTooSmall', /minimum/],
      [form({ key: 'no' }, 'x', { by: reader }), '403 AccessDenied', /may only read/],
      [form({ key: 'no' }, 'x', { by: other }), '403 AccessDenied', /other buckets/],
      [form({ key: 'no' }, 'x', { by: { ...world.key, secretKey: 'wrong' } }), '403 SignatureDoesNotMatch', /./],
      [form({ key: '' }, 'x'), '400 InvalidArgument', /a field named 'key'/],
      [form({ key: 'a'.repeat(1025) }, 'x'), '400 KeyTooLongError', /./],
      [form({ key: 'no', 'Content-MD5': Buffer.alloc(16).toString('base64') }, 'x'), '400 BadDigest', /./],
      [form({ key: 'no', 'x-amz-checksum-crc32': 'AAAAAA==' }, 'x'), '400 BadDigest', /CRC32/],
      // Kept, these could never be answered again.
      [form({ key: 'no', 'Content-Type': 'a\u0001b' }, 'x'), '400 InvalidArgument', /control characters/],
      [form({ key: 'no', 'x-amz-meta-a b': 'c' }, 'x'), '400 InvalidArgument', /name of a header/],
      [twice, '400 InvalidArgument', /more than once/],
      [late, '403 AccessDenied', /no field named policy/],
      [unsigned, '403 AccessDenied', /no field named policy/],
    ];
    for (const [data, code, why] of cases) {
      const { status, code: found, why: said } = await send(data);
      expect([`${status} ${found}`, said]).toEqual([code, expect.stringMatching(why)]);
    }
    expect((await send(form({ key: 'no' }, 'x'), 'nowhere')).status).toBe(403);
    expect((await sdk.send(new s3.ListObjectsV2Command({ Bucket, Prefix: 'no' }))).KeyCount).toBe(0);
    const { spooledBytes } = await world.objects.usage();
    const cut = `--x\r\nContent-Disposition: form-data; name="file"\r\n\r\n`;
    expect(await talk(`POST /${Bucket} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: multipart/form-data; boundary=x\r\ncontent-length: ${cut.length + 9}\r\n\r\n${cut}`)).toMatch(/^HTTP\/1\.1 403 .*<Code>AccessDenied/s);
    expect((await world.objects.usage()).spooledBytes).toBe(spooledBytes);
  });
});

describe('what is not known', () => {
  it('never passes for a plain write or delete, nor for one without its condition', async () => {
    await put('safe', 'kept');
    const at = { Bucket, Key: 'safe' };
    const { UploadId } = await sdk.send(new s3.CreateMultipartUploadCommand(at));
    const part = await sdk.send(new s3.UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: 'part' }));
    for (const command of [
      new s3.DeleteObjectAnnotationCommand({ ...at, AnnotationName: 'a' }), new s3.PutObjectAnnotationCommand({ ...at, AnnotationName: 'a', AnnotationPayload: new Uint8Array(1) }), new s3.GetObjectAnnotationCommand({ ...at, AnnotationName: 'a' }),
      new s3.DeleteObjectCommand({ ...at, IfMatchSize: 99 }), new s3.DeleteObjectCommand({ ...at, IfMatchLastModifiedTime: new Date(0) }), new s3.PutObjectCommand({ ...at, Body: 'tail', WriteOffsetBytes: 4 }),
      new s3.PutObjectCommand({ ...at, Body: 'x', ChecksumSHA512: 'A'.repeat(86) + '==' }), new s3.AbortMultipartUploadCommand({ ...at, UploadId, IfMatchInitiatedTime: new Date(0) }),
    ]) expect(await codeOf(sdk.send(command as never)), command.constructor.name).toBe('501 NotImplemented');
    expect((await sdk.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'safe', Size: 99 }] } }))).Errors?.map(({ Code }) => Code)).toEqual(['NotImplemented']);
    const complete = { ...at, UploadId, MultipartUpload: { Parts: [{ PartNumber: 1, ETag: part.ETag }] } };
    expect(await codeOf(sdk.send(new s3.CompleteMultipartUploadCommand({ ...complete, MpuObjectSize: 5 })))).toBe('400 IncompleteBody');
    expect(await textOf('safe')).toBe('kept');
    await sdk.send(new s3.CompleteMultipartUploadCommand({ ...complete, MpuObjectSize: 4 }));
    expect(await textOf('safe')).toBe('part');
  });

  it('never widens a rule that deletes', async () => {
    const rule = { ID: 'x', Status: 'Enabled', Expiration: { Days: 1 } } as const;
    const send = (rules: s3.LifecycleRule[]) => codeOf(sdk.send(new s3.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: rules } })));
    expect(await send([{ ...rule, Filter: undefined }])).toBe('400 MalformedXML');
    expect(await send([{ ...rule, Filter: { Prefix: 'a' }, Prefix: '' }])).toBe('400 MalformedXML');
    expect(await send([{ ...rule, Filter: { And: { Prefix: 'a', Tags: [{ Key: 'a', Value: '1' }] }, Prefix: '' } as never }])).toBe('400 MalformedXML');
    expect(await send([{ ...rule, Filter: { And: { Prefix: 'a', Tags: [{ Key: 'a', Value: '1' }, { Key: 'a', Value: '2' }] } } }])).toBe('400 InvalidRequest');
    expect(await send([{ ...rule, Filter: { Tag: { Key: 'a', Value: '1' } }, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }])).toBe('400 InvalidRequest');
    expect(await send([{ ...rule, Filter: { Prefix: 'a'.repeat(2_000) } }])).toBe('400 InvalidArgument');
    expect(await send([{ ...rule, Filter: { Prefix: 'a' }, Expiration: { Date: new Date('1960-01-01') } }])).toBe('400 InvalidArgument');
    expect(await codeOf(sdk.send(new s3.GetBucketLifecycleConfigurationCommand({ Bucket })))).toBe('404 NoSuchLifecycleConfiguration');
  });

  it('is not kept where no answer could say it', async () => {
    expect(await codeOf(put('long', 'x', { ContentDisposition: 'a'.repeat(9_000) }))).toBe('400 InvalidArgument');
    expect(await codeOf(put('many', 'x', { Metadata: Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`m${i}`, '1'])) }))).toBe('400 InvalidArgument');
    const cors = (ExposeHeaders: string[]) => codeOf(sdk.send(new s3.PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules: [{ AllowedOrigins: ['*'], AllowedMethods: ['GET'], ExposeHeaders, MaxAgeSeconds: 31_536_000 }] } })));
    expect([await cors(['é €']), await cors(['a\nb']), await cors(['x-amz-meta-a'])]).toEqual(['400 InvalidRequest', '400 InvalidRequest', 'accepted']);
    await sdk.send(new s3.DeleteBucketCorsCommand({ Bucket }));
  });
});

describe('what is no request', () => {
  it.each([
    ['rubbish\r\n\r\n', /^HTTP\/1\.1 400 .*<Code>InvalidRequest/s],
    [`GET /${Bucket}/%00 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`, /^HTTP\/1\.1 400 .*<Code>InvalidURI/s],
    [`GET /${Bucket}/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`, /^HTTP\/1\.1 403 .*<Code>AccessDenied/s],
    ['PROPFIND / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', /^HTTP\/1\.1 403 /],
    [`GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'a'.repeat(40_000)}\r\n\r\n`, /^HTTP\/1\.1 400 .*<Code>RequestHeaderSectionTooLarge/s],
    // Never finished: closed after headerMs.
    ['GET / HTTP/1.1\r\nhost: x\r\n', /^HTTP\/1\.1 400 .*<Code>RequestTimeout/s],
    // Refused before the body is asked for.
    [`PUT /${Bucket}/x HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 10\r\n\r\n`, /^HTTP\/1\.1 403 /],
  ])('%#', async (bytes, answer) => {
    expect(await talk(bytes)).toMatch(answer);
  });

  it('a body that stops coming is cut off, and leaves nothing', async () => {
    const url = new URL(await getSignedUrl(sdk, new s3.PutObjectCommand({ Bucket, Key: 'half' })));
    const head = `PUT ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\nexpect: 100-continue\r\ncontent-length: 10\r\n\r\n`;
    expect(await talk(`${head}abc`)).toMatch(/^HTTP\/1\.1 100 Continue/);
    expect(await talk(`${head}abc`, { end: true })).toMatch(/^(HTTP\/1\.1 100 Continue\r\n\r\n)?$/);
    expect(await codeOf(textOf('half'))).toBe('404 NoSuchKey');
    expect((await world.objects.usage()).failure).toBeUndefined();
  });
});

it('says when there is no room left, and why', async () => {
  expect(await codeOf(put('huge', randomBytes(30 * 2 ** 20)))).toMatch(/^507 InsufficientStorage/);
});

it('tells whoever runs it how it stands', async () => {
  const page = async (name: string) => (await fetch(`${world.gateway.url}/-/${name}`)).text();
  expect([await page('healthz'), JSON.parse(await page('readyz'))]).toEqual(['{"ok":true}', expect.objectContaining({ ok: true, durability: 'spool' })]);
  expect(await page('metrics')).toMatch(/holdfast_s3_answers_total\{method="GET",status="200"\} \d+/);
  expect(world.lines.filter((line) => line.includes('"s3.failed"') && line.includes('InternalError'))).toEqual([]);
});
