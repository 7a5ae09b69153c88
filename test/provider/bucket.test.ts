import { execFile, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authenticate } from '../../offchain/gateway/s3/auth/authenticate.ts';
import { parseTarget } from '../../offchain/gateway/s3/request/target.ts';
import { ProviderConfig } from '../../offchain/provider/config.ts';
import { DiskMode } from '../../offchain/provider/disk-mode.ts';
import { dropFragment, findFragment, storeFragment, sweep } from '../../offchain/provider/fragments.ts';
import { judgeFragment } from '../../offchain/provider/judge-fragment.ts';
import { bucketOf } from '../../offchain/provider/open-files.ts';
import { readLeaf, readLeaves } from '../../offchain/provider/read-fragment.ts';
import { Bucket, bodyOf } from '../../offchain/store/bucket/bucket.ts';
import { BucketSettings } from '../../offchain/store/bucket/settings.ts';
import { signRequest } from '../../offchain/store/bucket/sign-request.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { EMPTY_SHA256 } from '../../offchain/wire/sigv4/signing.ts';
import { BUCKET, KEYS, startS3Server } from '../support/s3-server.ts';
import type { S3Fault, S3Server } from '../support/s3-server.ts';
import { collect, keyOf, openBucketShelf, pattern, pieces, removeShelf } from './support.ts';
import type { Shelf } from './support.ts';

const LEAVES = 1_000;
const SIZE = LEAVES * 256;
const key = keyOf(0);
const bytes = pattern('fragment', SIZE);
let folder: string;
let server: S3Server;
let shelf: Shelf;

beforeEach(async () => {
  folder = join(tmpdir(), `holdfast-bucket-${randomUUID()}`);
  server = await startS3Server(folder);
  shelf = await openBucketShelf(server);
});
afterEach(async () => {
  await removeShelf(shelf);
  await server.stop();
  await rm(folder, { recursive: true });
});

const put = (to = key, content = bytes) => storeFragment(shelf, to, { sizeBytes: content.length, body: pieces(content, 65_536) });
const stored = async () => (await findFragment(shelf.store, key))!;
const incoming = () => readdir(join(shelf.home, 'incoming'));
const asked = async (work: () => Promise<unknown>): Promise<string[]> => {
  const before = server.requests.length;
  await work();
  return server.requests.slice(before).map(({ method, headers }) => `${method}${headers.range === undefined ? '' : ` ${headers.range}`}`);
};
/** The first `times` requests that `which` picks fail like this. */
const failFirst = (times: number, fault: S3Fault, which: (method: string, key: string) => boolean = () => true) => {
  let left = times;
  server.fault = (request) => (which(request.method, request.key) && left-- > 0 ? fault : undefined);
};

describe('requests', () => {
  it('are few: two objects and two looks for an upload, two for a proof, one for a range once the tree is known', async () => {
    expect((await asked(() => put())).sort()).toEqual(['HEAD', 'HEAD', 'PUT', 'PUT']);
    expect(await asked(async () => readLeaf(shelf.files, await stored(), 130))).toEqual(['GET bytes=32768-49151', 'GET bytes=0-8388607']);
    expect(await asked(async () => readLeaf(shelf.files, await stored(), 999))).toEqual(['GET bytes=245760-255999']);
    const ranged = await asked(async () => collect((await readLeaves(shelf.files, await stored(), { first: 100, count: 300 })).pieces));
    expect(ranged).toEqual(['GET bytes=16384-114687']);
    expect(await asked(() => judgeFragment(shelf, key))).toEqual(['GET bytes=0-4194303']);
  });

  it('carry signatures that the gateway takes as well', () => {
    const credentials = { accessKey: 'AKIDTEST', secretKey: KEYS.AWS_SECRET_ACCESS_KEY, sessionToken: 'lent' };
    const nowMs = Date.parse('2026-11-21T16:00:00Z');
    const parts = { method: 'PUT', host: 'bucket.example:9000', path: '/shelf/node 1/fragments/ü+~(1)', query: { 'list-type': '2', prefix: 'a/b c' }, headers: { 'x-amz-meta-root': '0x12', 'content-type': 'text/plain' }, sha256: EMPTY_SHA256 };
    const { path, headers } = signRequest(parts, { credentials, region: 'eu-west-1', nowMs });
    const judge = (method: string, name: string) => authenticate(
      { method, target: parseTarget(name, parts.host, undefined), headers: new Map(Object.entries(headers).map(([header, value]) => [header, [value]])) },
      { region: 'eu-west-1', nowMs: () => nowMs + 60_000, findKey: () => ({ ...credentials, access: 'full', createdSeconds: 0 }) },
    );
    expect(judge('PUT', path).payloadHash).toBe(EMPTY_SHA256);
    expect(() => judge('GET', path)).toThrow();
    expect(() => judge('PUT', path.replace('node%201', 'node%202'))).toThrow();
  });

  it.skipIf(spawnSync('aws', ['--version']).status !== 0)('are what the server takes from Amazon\'s own client too, and what that reads back', async () => {
    const aws = (...words: string[]) => promisify(execFile)('aws', ['--endpoint-url', server.url, '--region', 'us-east-1', '--output', 'json', 's3api', ...words], {
      env: { ...process.env, ...KEYS, AWS_REQUEST_CHECKSUM_CALCULATION: 'when_required', AWS_RESPONSE_CHECKSUM_VALIDATION: 'when_required', AWS_EC2_METADATA_DISABLED: 'true' },
    });
    await put();
    const file = join(shelf.home, 'read-back');
    await aws('get-object', '--bucket', BUCKET, '--key', `node-1/${shelf.files.pathOf(key)}`, file);
    expect(Buffer.compare(await readFile(file), bytes)).toBe(0);
    await aws('put-object', '--bucket', BUCKET, '--key', 'node-1/by aws+~', '--body', file);
    const { stdout } = await aws('list-objects-v2', '--bucket', BUCKET, '--prefix', 'node-1/by');
    expect((JSON.parse(stdout) as { Contents: { Key: string }[] }).Contents.map((one) => one.Key)).toEqual(['node-1/by aws+~']);
  });

  it.each<[string, S3Fault]>([
    ['a connection that breaks', 'drop'], ['an answer that is lost', 'late'], ['a body that is cut', 'cut'], ['silence', 'hang'],
    ['503 SlowDown', { status: 503, code: 'SlowDown' }], ['a proxy page', { status: 502, page: '<html>Bad gateway</html>' }], ['429', { status: 429, code: 'Throttling', headers: { 'retry-after': '0.05' } }],
  ])('are made again after %s', async (_name, fault) => {
    await removeShelf(shelf);
    shelf = await openBucketShelf(server, undefined, { giveUpMs: 5_000, silenceMs: 200, prefix: 'again/' });
    failFirst(1, fault, (method) => method === 'PUT');
    await put();
    failFirst(1, fault, (method) => method === 'GET');
    expect((await readLeaf(shelf.files, await stored(), 5)).leaf).toEqual(bytes.subarray(5 * 256, 6 * 256));
    expect(await incoming()).toEqual([]);
  });

  it('are signed by the server\'s clock where ours is wrong', async () => {
    server.skewMs = 3_600_000;
    await put();
    expect(await asked(async () => readLeaf(shelf.files, await stored(), 5))).toHaveLength(2);
  });

  it('take keys of a file, and new ones when it changes', async () => {
    const home = await mkdtemp(join(tmpdir(), 'holdfast-keys-'));
    const credentialsFile = join(home, 'credentials');
    const write = (secret: string) => writeFile(credentialsFile, `[default]\naws_access_key_id = other\naws_secret_access_key = other\n# lent\n[shelf]\naws_access_key_id=${KEYS.AWS_ACCESS_KEY_ID}\naws_secret_access_key = ${secret}\n`);
    await write(KEYS.AWS_SECRET_ACCESS_KEY);
    const bucket = new Bucket(BucketSettings.parse({ endpoint: server.url, bucket: BUCKET, credentialsFile, profile: 'shelf', giveUpMs: 200 }), { env: {} });
    await bucket.put('one', bodyOf(Buffer.from('1')));
    server.secretKey = 'renewed';
    await write('renewed');
    await utimes(credentialsFile, 1, 1);
    await bucket.put('two', bodyOf(Buffer.from('2')));
    await rm(credentialsFile);
    await bucket.put('three', bodyOf(Buffer.from('3')));
    server.secretKey = 'unknown to us';
    await expect(bucket.put('four', bodyOf(Buffer.from('4')))).rejects.toMatchObject({ code: 'BUCKET_FAILED', reason: 'SignatureDoesNotMatch' });
    bucket.close();
    const keyless = new Bucket(BucketSettings.parse({ endpoint: server.url, bucket: BUCKET }), { env: {} });
    await expect(keyless.head('one')).rejects.toMatchObject({ code: 'BUCKET_KEYS_MISSING' });
    keyless.close();
    await rm(home, { recursive: true });
  });
});

describe('an upload', () => {
  it('is acknowledged only when the bucket says that it has these bytes', async () => {
    server.fault = ({ method, key: name }) => (method === 'HEAD' && name.includes('/fragments/') ? { bytes: bytes.subarray(1) } : undefined);
    await expect(put()).rejects.toMatchObject({ code: 'BUCKET_FAILED', reason: 'NOT_KEPT' });
    server.fault = ({ method, key: name }) => (method === 'HEAD' && name.includes('/trees/') ? { status: 404, page: '' } : undefined);
    await expect(put()).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await shelf.store.fragment.count({ where: { bad: false } })).toBe(0);
    expect(await incoming()).toEqual([]);
  });

  it('that fails, or is cut off, at any request leaves nothing that counts, and nothing that stays', async () => {
    await removeShelf(shelf);
    const open = (home?: string) => openBucketShelf(server, home, { giveUpMs: 20, prefix: 'cut/' });
    shelf = await open();
    const faults: S3Fault[] = [{ status: 403, code: 'AccessDenied' }, 'late', 'drop'];
    let fragment = 0;
    for (const fault of faults) {
      for (let n = 0; ; n++) {
        const to = keyOf(++fragment);
        let at = 0;
        // All from the n-th request on, as if the line were cut.
        server.fault = () => (at++ >= n ? fault : undefined);
        const outcome = await put(to).then(() => 'stored', () => 'failed');
        server.fault = () => undefined;
        await shelf.close();
        shelf = await open(shelf.home);
        await sweep(shelf);
        const row = await findFragment(shelf.store, to);
        expect([outcome, row === undefined]).toEqual(outcome === 'stored' ? ['stored', false] : ['failed', true]);
        expect(await incoming()).toEqual([]);
        expect((await server.keys()).filter((name) => name.includes('/fragments/'))).toHaveLength(await shelf.store.fragment.count());
        if (outcome === 'stored') break;
      }
      for (const row of await shelf.store.fragment.findMany()) expect((await judgeFragment(shelf, { ...key, batchId: row.batchId as `0x${string}` })).kind).toBe('whole');
    }
  });

  it('takes room of the disk while it is on its way, and no more than it may', async () => {
    await removeShelf(shelf);
    shelf = await openBucketShelf(server, undefined, { spoolBytes: 2 * SIZE, prefix: 'small/' });
    const outcomes = await Promise.allSettled([0, 1, 2].map((i) => put(keyOf(i))));
    expect(outcomes.map((one) => (one.status === 'rejected' ? (one.reason as { code: string }).code : 'stored')).sort()).toEqual(['BUSY', 'stored', 'stored']);
    await put(keyOf(3));
  });
});

describe('a bucket that fails', () => {
  it.each<[string, S3Fault]>([
    ['is away', 'drop'], ['refuses us', { status: 403, code: 'AccessDenied' }], ['was removed', { status: 404, code: 'NoSuchBucket' }],
    ['is behind a proxy that knows nothing', { status: 404, page: '<html>Not found</html>' }], ['answers with its own errors', { status: 500 }], ['is elsewhere', { status: 301, code: 'PermanentRedirect', headers: { 'x-amz-bucket-region': 'eu-north-1' } }],
  ])('%s: no fragment counts as lost, nothing new is taken, and it says why until it works again', async (_name, fault) => {
    await put();
    const log = createLogger({ name: 'disk', write: () => undefined });
    const mode = new DiskMode({ ...shelf, reserveBytes: 1n, log });
    server.fault = () => fault;
    await expect(readLeaf(shelf.files, await stored(), 5)).rejects.toMatchObject({ code: 'BUCKET_FAILED', status: 503 });
    await expect(judgeFragment(shelf, key)).rejects.toMatchObject({ code: 'BUCKET_FAILED' });
    await expect(sweep(shelf)).rejects.toMatchObject({ code: 'BUCKET_FAILED' });
    // What cannot be removed keeps its row.
    await expect(dropFragment(shelf, key)).rejects.toMatchObject({ status: 503 });
    expect((await stored()).bad).toBe(false);
    expect(shelf.files.shelf.trouble()).toContain('The bucket fails');
    await put(keyOf(1)).catch((error: unknown) => mode.note(error));
    await expect(mode.requireWritable()).rejects.toMatchObject({ code: 'READ_ONLY' });
    expect(mode.fault).toBe('bucket');
    expect(await mode.probe()).toBe(false);
    server.fault = () => undefined;
    expect(await mode.probe()).toBe(true);
    await mode.requireWritable();
    expect(shelf.files.shelf.trouble()).toBeUndefined();
    await put(keyOf(1));
  });

  it('that is full says so', async () => {
    server.fault = ({ method }) => (method === 'PUT' ? { status: 403, code: 'QuotaExceeded' } : undefined);
    await expect(put()).rejects.toMatchObject({ code: 'BUCKET_FULL', status: 507 });
  });

  it('or sends other bytes than were asked for, too many, or a list without an end, is not believed', async () => {
    await put();
    failFirst(9, { bytes: pattern('other', SIZE) }, (method) => method === 'GET');
    await expect(readLeaf(shelf.files, await stored(), 5)).rejects.toMatchObject({ code: 'FRAGMENT_DAMAGED' });
    const bucket = new Bucket(BucketSettings.parse({ endpoint: server.url, bucket: BUCKET, giveUpMs: 0 }), { env: KEYS });
    const big = pattern('big', 200_000);
    failFirst(1, { status: 200, page: big.toString() });
    await expect(bucket.read('x', { start: 0, end: 10 })).rejects.toMatchObject({ code: 'BUCKET_FAILED' });
    const endless = '<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>again</NextContinuationToken></ListBucketResult>';
    failFirst(9, { status: 200, page: endless });
    await expect((async () => { for await (const name of bucket.list('')) expect(name).toBe(''); })()).rejects.toMatchObject({ reason: 'BAD_LIST' });
    bucket.close();
  });
});

describe('the owner of a bucket', () => {
  it('is one home: another one is refused, and harms nothing', async () => {
    await put();
    await expect(openBucketShelf(server)).rejects.toMatchObject({ code: 'BUCKET_TAKEN' });
    const neighbour = await openBucketShelf(server, undefined, { prefix: 'node-2/' });
    expect(await sweep(neighbour)).toEqual({ litter: 0, lost: 0, done: 0 });
    await removeShelf(neighbour);
    expect((await judgeFragment(shelf, key)).kind).toBe('whole');
  });

  it('is found out by servers without conditions too, and known again after a cut', async () => {
    server.knowsConditions = false;
    await expect(openBucketShelf(server)).rejects.toMatchObject({ code: 'BUCKET_TAKEN' });
    const home = await mkdtemp(join(tmpdir(), 'holdfast-cut-'));
    for (let n = 0; n < 6; n++) {
      let at = 0;
      server.fault = () => (at++ === n ? { status: 403, code: 'AccessDenied' } : undefined);
      await openBucketShelf(server, home, { prefix: 'cut/' }).then((one) => one.close(), () => undefined);
    }
    server.fault = () => undefined;
    await removeShelf(await openBucketShelf(server, home, { prefix: 'cut/' }));
  });
});

it('keys are no part of a configuration, and in no error', async () => {
  const base = { home: shelf.home, region: 1, parent: 1, stake: '1', capacityBytes: '1048576', price: { perGibEpoch: '1' } };
  const store = { kind: 's3', endpoint: server.url, bucket: BUCKET, credentialsFile: 'keys' } as const;
  const config = ProviderConfig.parse({ ...base, store });
  expect(JSON.stringify(config.store)).not.toContain(KEYS.AWS_SECRET_ACCESS_KEY);
  await writeFile(join(shelf.home, 'keys'), `[default]\naws_access_key_id=${KEYS.AWS_ACCESS_KEY_ID}\naws_secret_access_key=${KEYS.AWS_SECRET_ACCESS_KEY}\n`);
  const bucket = bucketOf(config)!;
  await bucket.put('one', bodyOf(Buffer.from('1')));
  server.secretKey = 'another';
  const error: unknown = await bucket.head('one').catch((refusal: unknown) => refusal);
  expect(JSON.stringify([error, String(error), bucket])).not.toContain(KEYS.AWS_SECRET_ACCESS_KEY);
  bucket.close();
  for (const bad of [{ secretKey: 'x' }, { endpoint: 'http://user:password@host' }, { endpoint: 'http://host/path' }, { endpoint: 'ftp://host' }, { prefix: 'a b' }, { bucket: 'a/b' }]) {
    expect(ProviderConfig.safeParse({ ...base, store: { ...store, ...bad } }).success).toBe(false);
  }
  expect(ProviderConfig.parse(base).store).toEqual({ kind: 'files' });
});
