import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../../offchain/client/client.ts';
import type { OpenedObjects } from '../../../offchain/gateway/objects/open.ts';
import { type World, rentedClient, startWorld } from '../../client/world.ts';
import { bytesOf, codeOf, md5, openTestObjects, pieces, put, testClock, textOf } from './store-world.ts';

let world: World;
let client: Client;
let store: OpenedObjects;
const clock = testClock();

beforeAll(async () => {
  world = await startWorld({ providers: 4 });
  ({ client } = await rentedClient(world, { account: 12, batchLog2: 20, quota: 120, policy: {} }));
  store = await openTestObjects(client, {}, { clock });
}, 60_000);

afterAll(async () => {
  await store.close();
  await world.stop();
});

async function spoolFiles(): Promise<string[]> {
  const folder = (await readdir(client.home)).find((name) => name.endsWith('.spool'));
  return readdir(join(client.home, folder ?? ''));
}

describe('one object', () => {
  it('is there as soon as it is answered, and the same from the network as from the spool', async () => {
    await store.createBucket('b');
    const bytes = randomBytes(3_000_000);
    const written = await put(store, 'b', 'dir/a', bytes, { headers: { contentType: 'text/x', user: { who: 'ada' } }, tags: { t: '1' } });
    expect(written).toMatchObject({ etag: md5(bytes), sizeBytes: 3_000_000, versionId: 'null', isLatest: true, isSpooled: true });
    const before = await store.getObject({ bucket: 'b', key: 'dir/a' });
    expect(before.version).toEqual(written);
    expect((await bytesOf(before.read())).equals(bytes)).toBe(true);
    await store.flush();
    expect(await spoolFiles()).toEqual([]);
    const after = await store.getObject({ bucket: 'b', key: 'dir/a' });
    expect(after.version).toEqual({ ...written, isSpooled: false });
    expect((await bytesOf(after.read())).equals(bytes)).toBe(true);
    expect((await bytesOf(after.read({ start: 1_234_567, end: 1_234_667 }))).equals(bytes.subarray(1_234_567, 1_234_667))).toBe(true);
    expect(await store.usage()).toMatchObject({ buckets: 1, versions: 1, storedBytes: 3_000_000, spooledBytes: 0, pendingChanges: 0 });
  });

  it('gives every one of many ranges that are read at once its own bytes, also where one is left early', async () => {
    const bytes = randomBytes(9_000_000);
    await put(store, 'b', 'ranged', bytes);
    await store.flush();
    const opened = await store.getObject({ bucket: 'b', key: 'ranged' });
    await Promise.all(Array.from({ length: 48 }, async (_, i) => {
      const start = (i * 187_654) % 8_400_000;
      const end = start + 500_000;
      let at = start;
      for await (const piece of opened.read({ start, end })) {
        // A slow reader: the others open chunks meanwhile.
        await setTimeout(i % 7);
        expect(Buffer.from(piece).equals(bytes.subarray(at, at + piece.length))).toBe(true);
        at += piece.length;
        if (i % 5 === 0) return;
      }
      expect(at).toBe(end);
    }));
  });

  it('in parts is read to its end by who has begun, whoever overwrites it, and then leaves no file', async () => {
    const upload = { bucket: 'b', key: 'parts' };
    const { uploadId } = await store.createUpload(upload);
    const cut = [randomBytes(5 << 20), randomBytes(5 << 20), randomBytes(1_000)];
    const parts = await Promise.all(cut.map((body, i) => store.putPart({ ...upload, uploadId, number: i + 1, body: pieces(body) })));
    await store.completeUpload({ ...upload, uploadId, parts: parts.map(({ etag }, i) => ({ number: i + 1, etag })) });
    const reading = (await store.getObject(upload)).read();
    const got: Buffer[] = [];
    for await (const piece of reading) {
      if (got.length === 0) await put(store, 'b', 'parts', 'something else');
      got.push(Buffer.from(piece));
    }
    expect(Buffer.concat(got).equals(Buffer.concat(cut))).toBe(true);
    expect(await textOf(store, 'b', 'parts')).toBe('something else');
    expect(await spoolFiles()).toHaveLength(1);
    await store.deleteObject(upload);
    expect(await spoolFiles()).toEqual([]);
  });

  it('of no bytes needs none', async () => {
    await put(store, 'b', 'empty', '');
    expect(await spoolFiles()).toEqual([]);
    expect(await textOf(store, 'b', 'empty')).toBe('');
    expect(await store.headObject({ bucket: 'b', key: 'empty' })).toMatchObject({ etag: md5(''), sizeBytes: 0, isSpooled: false });
    await store.deleteObject({ bucket: 'b', key: 'empty' });
  });

  it('is not there when its body breaks, has another size or another MD5', async () => {
    const broken = async function* () {
      yield Buffer.from('half');
      throw new Error('the socket broke');
    };
    await expect(store.putObject({ bucket: 'b', key: 'x', body: broken() })).rejects.toThrow('the socket broke');
    expect(await codeOf(put(store, 'b', 'x', 'four', { sizeBytes: 5 }))).toBe('INCOMPLETE_BODY');
    expect(await codeOf(put(store, 'b', 'x', 'four', { sizeBytes: 3 }))).toBe('INCOMPLETE_BODY');
    expect(await codeOf(put(store, 'b', 'x', 'four', { md5: md5('five') }))).toBe('BAD_DIGEST');
    expect(await codeOf(put(store, 'no', 'x', 'four'))).toBe('NO_SUCH_BUCKET');
    expect(await codeOf(store.headObject({ bucket: 'b', key: 'x' }))).toBe('NO_SUCH_KEY');
    expect(await spoolFiles()).toEqual([]);
    expect((await store.usage()).spooledBytes).toBe(0);
  });

  it('may have any key of 1 to 1,024 bytes, none of which is a path', async () => {
    const keys = ['../../etc/passwd', '/', '//', '.', 'a\0b', 'ü😀'.repeat(170), '￿', '\u{10000}', ' ', '%2e%2e', 'x'.repeat(1024)];
    for (const key of keys) await put(store, 'b', `${key}`, key);
    for (const key of keys) expect(await textOf(store, 'b', key)).toBe(key);
    for (const key of keys) await store.deleteObject({ bucket: 'b', key });
    expect(await codeOf(put(store, 'b', '', 'x'))).toBe('BAD_KEY');
    expect(await codeOf(put(store, 'b', 'x'.repeat(1025), 'x'))).toBe('BAD_KEY');
    expect(await codeOf(put(store, 'b', '\ud800', 'x'))).toBe('BAD_KEY');
  });

  it('is refused when a later start could not read what is said of it', async () => {
    expect(await codeOf(put(store, 'b', 'x', 'y', { headers: { contentType: '\ud800' } }))).toBe('BAD_RECORD');
    expect(await codeOf(put(store, 'b', 'x', 'y', { headers: { user: { a: 'x'.repeat(5000) } } }))).toBe('BAD_RECORD');
    expect(await codeOf(put(store, 'b', 'x', 'y', { tags: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`t${i}`, ''])) }))).toBe('BAD_RECORD');
    expect(await codeOf(store.createBucket(''))).toBe('BAD_RECORD');
    expect(await codeOf(store.createBucket('x'.repeat(256)))).toBe('BAD_RECORD');
    expect(await codeOf(store.patchBucket('b', { tags: { a: '\udc00' } }))).toBe('BAD_RECORD');
    expect(await codeOf(store.headObject({ bucket: 'b', key: 'x' }))).toBe('NO_SUCH_KEY');
    expect(await spoolFiles()).toEqual([]);
  });

  it('is copied without its bytes, and the copy outlives it', async () => {
    const before = (await store.usage()).storedBytes;
    await put(store, 'b', 'from', 'the same', { headers: { contentType: 'a/b' }, tags: { one: '1' } });
    const copied = await store.copyObject({ bucket: 'b', key: 'to', from: { bucket: 'b', key: 'from' } });
    expect(copied).toMatchObject({ etag: md5('the same'), headers: { contentType: 'a/b' }, tags: { one: '1' } });
    expect((await store.usage()).storedBytes).toBe(before + 8);
    expect(await store.copyObject({ bucket: 'b', key: 'from', from: { bucket: 'b', key: 'from' }, headers: { contentType: 'c/d' }, tags: {} })).toMatchObject({ headers: { contentType: 'c/d' }, tags: {} });
    await store.deleteObject({ bucket: 'b', key: 'from' });
    expect(await textOf(store, 'b', 'to')).toBe('the same');
    expect(await codeOf(store.copyObject({ bucket: 'b', key: 'y', from: { bucket: 'b', key: 'to' }, fromEtag: 'other' }))).toBe('PRECONDITION_FAILED');
    await store.deleteObject({ bucket: 'b', key: 'to' });
    expect((await store.usage()).storedBytes).toBe(before);
  });
});

describe('writers at the same time', () => {
  it('of one key: every read gives one of them whole, and the last one stays', async () => {
    const bodies = Array.from({ length: 20 }, (_, i) => randomBytes(100_000 + i));
    const written = await Promise.all(bodies.map((bytes) => put(store, 'b', 'race', bytes)));
    const { version, read } = await store.getObject({ bucket: 'b', key: 'race' });
    expect(md5(await bytesOf(read()))).toBe(version.etag);
    expect(written.map(({ etag }) => etag)).toContain(version.etag);
    expect((await spoolFiles()).length).toBe(1);
    expect((await store.listVersions({ bucket: 'b', prefix: 'race', limit: 100 })).versions.length).toBe(1);
  });

  it('of whom each wants to be the first: exactly one is', async () => {
    const codes = await Promise.all(Array.from({ length: 20 }, (_, i) => codeOf(put(store, 'b', 'lock', `writer ${i}`, { condition: { ifNoneMatch: '*' } }))));
    expect(codes.filter((code) => code === 'no error').length).toBe(1);
    expect(codes.filter((code) => code === 'PRECONDITION_FAILED').length).toBe(19);
  });

  it('who count on what they read: none overwrites another', async () => {
    await put(store, 'b', 'count', '0');
    const add = async (): Promise<void> => {
      for (;;) {
        const { version, read } = await store.getObject({ bucket: 'b', key: 'count' });
        const code = await codeOf(bytesOf(read()).then((bytes) => put(store, 'b', 'count', String(Number(bytes) + 1), { condition: { ifMatch: [version.etag] } })));
        if (code === 'no error') return;
        expect(['PRECONDITION_FAILED', 'BODY_LOST']).toContain(code);
      }
    };
    await Promise.all(Array.from({ length: 8 }, add));
    expect(await textOf(store, 'b', 'count')).toBe('8');
    expect(await codeOf(put(store, 'b', 'nothing', 'x', { condition: { ifMatch: '*' } }))).toBe('NO_SUCH_KEY');
  });
});

describe('a bucket', () => {
  it('exists once, and goes only when it is empty', async () => {
    expect(await codeOf(store.createBucket('b'))).toBe('BUCKET_EXISTS');
    expect(await codeOf(store.deleteBucket('b'))).toBe('BUCKET_NOT_EMPTY');
    await store.createBucket('c');
    await store.patchBucket('c', { tags: { a: 'b' }, cors: [{ origins: ['*'], methods: ['GET'], headers: [], exposed: [] }] });
    expect(await store.getBucket('c')).toMatchObject({ tags: { a: 'b' }, versioning: 'off' });
    const upload = await store.createUpload({ bucket: 'c', key: 'k' });
    expect(await codeOf(store.deleteBucket('c'))).toBe('BUCKET_NOT_EMPTY');
    await store.abortUpload(upload);
    await store.deleteBucket('c');
    expect((await store.listBuckets()).map(({ name }) => name)).toEqual(['b']);
    expect(await codeOf(store.listObjects({ bucket: 'c', limit: 1 }))).toBe('NO_SUCH_BUCKET');
  });
});

describe('versions', () => {
  it('stay, are marked as deleted, and go one by one', async () => {
    await store.createBucket('v');
    await put(store, 'v', 'k', 'before');
    await store.patchBucket('v', { versioning: 'enabled' });
    const one = await put(store, 'v', 'k', 'one');
    const two = await put(store, 'v', 'k', 'two');
    const marker = await store.deleteObject({ bucket: 'v', key: 'k' });
    expect(marker).toMatchObject({ isMarker: true });
    expect(await codeOf(store.headObject({ bucket: 'v', key: 'k' }))).toBe('NO_SUCH_KEY');
    expect(await codeOf(store.headObject({ bucket: 'v', key: 'k', versionId: marker.versionId }))).toBe('METHOD_ON_MARKER');
    expect(await textOf(store, 'v', 'k', 'null')).toBe('before');
    expect(await textOf(store, 'v', 'k', one.versionId)).toBe('one');
    const all = (await store.listVersions({ bucket: 'v', limit: 10 })).versions;
    expect(all.map(({ versionId, isLatest, isMarker }) => [versionId, isLatest, isMarker])).toEqual([[marker.versionId, true, true], [two.versionId, false, false], [one.versionId, false, false], ['null', false, false]]);
    const first = await store.listVersions({ bucket: 'v', limit: 2 });
    expect(first.next).toEqual({ key: 'k', versionId: two.versionId });
    expect((await store.listVersions({ bucket: 'v', limit: 2, after: 'k', afterVersionId: two.versionId })).versions.map(({ versionId }) => versionId)).toEqual([one.versionId, 'null']);
    expect((await store.listObjects({ bucket: 'v', limit: 10 })).objects).toEqual([]);
    await store.deleteObject({ bucket: 'v', key: 'k', versionId: marker.versionId });
    expect(await textOf(store, 'v', 'k')).toBe('two');
    await store.deleteObject({ bucket: 'v', key: 'k', versionId: two.versionId });
    expect(await textOf(store, 'v', 'k')).toBe('one');
    await store.patchBucket('v', { versioning: 'suspended' });
    await put(store, 'v', 'k', 'null again');
    expect((await store.listVersions({ bucket: 'v', limit: 10 })).versions.map(({ versionId, isLatest }) => [versionId, isLatest])).toEqual([['null', true], [one.versionId, false]]);
    expect(await codeOf(store.getObject({ bucket: 'v', key: 'k', versionId: 'gone' }))).toBe('NO_SUCH_VERSION');
    expect(await store.putTags({ bucket: 'v', key: 'k', versionId: one.versionId }, { a: 'b' })).toMatchObject({ tags: { a: 'b' }, isLatest: false });
    expect(await store.headObject({ bucket: 'v', key: 'k' })).toMatchObject({ tags: {}, versionId: 'null' });
  });
});

describe('uploads in parts', () => {
  const MIB = 2 ** 20;

  it('become one object without a copy, in the order of their numbers', async () => {
    const upload = await store.createUpload({ bucket: 'b', key: 'big', headers: { contentType: 'x/y' } });
    const bytes = randomBytes(11 * MIB);
    const cut = [bytes.subarray(0, 5 * MIB), bytes.subarray(5 * MIB, 10 * MIB), bytes.subarray(10 * MIB)];
    const parts = await Promise.all(cut.map((body, i) => store.putPart({ ...upload, number: 10 * (i + 1), body: pieces(body) })));
    await store.putPart({ ...upload, number: 40, body: pieces('not named in the end') });
    await store.flush();
    expect((await store.listParts({ ...upload, limit: 2 })).next).toBe(20);
    expect((await store.listParts({ ...upload, after: 20, limit: 2 })).parts.map(({ number }) => number)).toEqual([30, 40]);
    expect((await store.listUploads({ bucket: 'b', limit: 10 })).uploads.map(({ key }) => key)).toEqual(['big']);
    expect(await codeOf(store.headObject({ bucket: 'b', key: 'big' }))).toBe('NO_SUCH_KEY');
    const named = parts.map(({ number, etag }) => ({ number, etag }));
    expect(await codeOf(store.completeUpload({ ...upload, parts: [...named].reverse() }))).toBe('INVALID_PART_ORDER');
    expect(await codeOf(store.completeUpload({ ...upload, parts: [{ number: 1, etag: md5('') }] }))).toBe('INVALID_PART');
    expect(await codeOf(store.completeUpload({ ...upload, parts: [named[2]!, { number: 40, etag: md5('not named in the end') }] }))).toBe('ENTITY_TOO_SMALL');
    const before = (await store.usage()).storedBytes;
    const done = await store.completeUpload({ ...upload, parts: named });
    const sums = Buffer.concat(cut.map((body) => Buffer.from(md5(body), 'hex')));
    expect(done).toMatchObject({ etag: `${md5(sums)}-3`, sizeBytes: 11 * MIB, headers: { contentType: 'x/y' }, partSizes: [5 * MIB, 5 * MIB, MIB] });
    expect((await store.usage()).storedBytes).toBe(before - 20);
    // The answer may have been lost.
    expect(await store.completeUpload({ ...upload, parts: named })).toMatchObject({ etag: done.etag });
    const object = await store.getObject({ bucket: 'b', key: 'big' });
    expect((await bytesOf(object.read())).equals(bytes)).toBe(true);
    expect((await bytesOf(object.read({ start: 5 * MIB - 10, end: 5 * MIB + 10 }))).equals(bytes.subarray(5 * MIB - 10, 5 * MIB + 10))).toBe(true);
    expect(await codeOf(store.listParts({ ...upload, limit: 1 }))).toBe('NO_SUCH_UPLOAD');
    const copy = await store.createUpload({ bucket: 'b', key: 'copy' });
    const range = { start: 2 * MIB + 1, end: 10 * MIB + 5 };
    const part = await store.copyPart({ ...copy, number: 1, from: { bucket: 'b', key: 'big' }, range });
    expect(part).toMatchObject({ etag: md5(bytes.subarray(range.start, range.end)), sizeBytes: range.end - range.start });
    await store.completeUpload({ ...copy, parts: [{ number: 1, etag: part.etag }] });
    await store.deleteObject({ bucket: 'b', key: 'big' });
    const copied = await store.getObject({ bucket: 'b', key: 'copy' });
    expect((await bytesOf(copied.read({ start: 3 * MIB, end: 3 * MIB + 99 }))).equals(bytes.subarray(5 * MIB + 1, 5 * MIB + 100))).toBe(true);
    expect(md5(await bytesOf(copied.read()))).toBe(part.etag);
  });

  it('are cleaned when they are aborted, and when nobody completes them', async () => {
    const upload = await store.createUpload({ bucket: 'b', key: 'aborted' });
    const { storedBytes } = await store.usage();
    await store.putPart({ ...upload, number: 1, body: pieces(randomBytes(1000)) });
    await store.putPart({ ...upload, number: 1, body: pieces(randomBytes(2000)) });
    expect((await store.usage()).storedBytes).toBe(storedBytes + 2000);
    await store.abortUpload(upload);
    expect((await store.usage()).storedBytes).toBe(storedBytes);
    expect(await codeOf(store.putPart({ ...upload, number: 2, body: pieces('x') }))).toBe('NO_SUCH_UPLOAD');
    const stale = await store.createUpload({ bucket: 'b', key: 'stale' });
    await store.putPart({ ...stale, number: 1, body: pieces('x') });
    clock.advance(8 * 86_400_000);
    expect(await store.expire()).toBe(1);
    expect((await store.listUploads({ bucket: 'b', limit: 10 })).uploads).toEqual([]);
  });
});

describe('lifecycle rules', () => {
  it('delete what is due and nothing else', async () => {
    const DAY = 86_400_000;
    await store.createBucket('l');
    const rule = (id: string, more: object) => ({ id, enabled: true, filter: {}, ...more });
    await store.patchBucket('l', {
      lifecycle: [rule('logs', { filter: { prefix: 'logs/' }, expiration: { days: 3 } }), rule('tagged', { filter: { tags: { tmp: 'yes' } }, expiration: { date: clock.nowMs() + 2 * DAY } }), { ...rule('off', { expiration: { days: 1 } }), enabled: false }],
    });
    await put(store, 'l', 'logs/a', 'x');
    await put(store, 'l', 'kept', 'x');
    await put(store, 'l', 'tagged', 'x', { tags: { tmp: 'yes', more: '1' } });
    clock.advance(DAY);
    expect(await store.expire()).toBe(0);
    clock.advance(DAY);
    expect(await store.expire()).toBe(1);
    clock.advance(2 * DAY);
    await put(store, 'l', 'logs/new', 'x');
    expect(await store.expire()).toBe(1);
    expect((await store.listObjects({ bucket: 'l', limit: 10 })).objects.map(({ key }) => key)).toEqual(['kept', 'logs/new']);

    await store.patchBucket('l', { versioning: 'enabled', lifecycle: [rule('versions', { expiration: { days: 10, expiredDeleteMarker: true }, noncurrent: { days: 2, newerVersions: 1 } })] });
    for (const text of ['1', '2', '3', '4']) await put(store, 'l', 'v', text);
    clock.advance(4 * DAY);
    expect(await store.expire()).toBe(2);
    expect((await store.listVersions({ bucket: 'l', prefix: 'v', limit: 10 })).versions.length).toBe(2);
    clock.advance(8 * DAY);
    await store.expire();
    expect(await codeOf(store.headObject({ bucket: 'l', key: 'v' }))).toBe('NO_SUCH_KEY');
    await store.patchBucket('l', { lifecycle: [rule('all', { expiration: { expiredDeleteMarker: true }, noncurrent: { days: 0 } })] });
    clock.advance(4 * DAY);
    await store.expire();
    await store.expire();
    expect((await store.listVersions({ bucket: 'l', limit: 10 })).versions).toEqual([]);
  });
});
