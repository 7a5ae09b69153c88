import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Objects } from '../../../offchain/gateway/objects/context.ts';
import { hexOf } from '../../../offchain/gateway/objects/keys.ts';
import { listObjects, listVersions } from '../../../offchain/gateway/objects/list-objects.ts';
import { type Store, openStore } from '../../../offchain/store/open.ts';

const COUNT = 100_000;
let folder: string;
let store: Store;
let objects: Objects;
let rowsRead = 0;

async function insert(bucket: string, keys: readonly string[]): Promise<void> {
  await store.objectBucket.create({ data: { name: bucket, createdMs: 0n, record: JSON.stringify({ versioning: 'off', lifecycle: [], cors: [], tags: {} }) } });
  const record = JSON.stringify({ headers: {}, tags: {}, pieces: [] });
  const data = keys.map((key, i) => ({ bucket, key: hexOf(key), order: BigInt(i), versionId: 'null', isLatest: true, isMarker: false, sizeBytes: 0n, etag: '', modifiedMs: 0n, record }));
  for (let at = 0; at < data.length; at += 2500) await store.objectVersion.createMany({ data: data.slice(at, at + 2500) });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-paging-'));
  const opened = await openStore({ url: `file:${join(folder, 'objects.db')}` });
  store = opened.$extends({
    query: {
      objectVersion: {
        async findMany({ args, query }) {
          const rows = await query(args);
          rowsRead += rows.length;
          return rows;
        },
      },
    },
  }) as unknown as Store;
  objects = { store } as Objects;
  await insert('many', Array.from({ length: COUNT }, (_, i) => `d${String(i % 100).padStart(2, '0')}/${String(i).padStart(6, '0')}`));
}, 60_000);

afterAll(async () => {
  await store.$disconnect();
  await rm(folder, { recursive: true });
});

describe('100,000 keys', () => {
  it('are listed page by page, each key once and in order, and no page reads more than it shows', async () => {
    let after: string | undefined;
    let last = '';
    let count = 0;
    do {
      rowsRead = 0;
      const page = await listObjects(objects, { bucket: 'many', after, limit: 1000 });
      expect(rowsRead).toBeLessThanOrEqual(1001);
      for (const { key } of page.objects) {
        expect(key > last).toBe(true);
        last = key;
        count++;
      }
      after = page.next;
    } while (after !== undefined);
    expect(count).toBe(COUNT);
  });

  it('fall under a hundred prefixes without being read', async () => {
    rowsRead = 0;
    const first = await listObjects(objects, { bucket: 'many', delimiter: '/', limit: 60 });
    expect(first.prefixes.length).toBe(60);
    expect(first.next).toBe('d59/');
    const second = await listObjects(objects, { bucket: 'many', delimiter: '/', after: first.next, limit: 60 });
    expect([...first.prefixes, ...second.prefixes]).toEqual(Array.from({ length: 100 }, (_, i) => `d${String(i).padStart(2, '0')}/`));
    expect(second.next).toBeUndefined();
    expect(rowsRead).toBeLessThan(1500);
    expect((await listObjects(objects, { bucket: 'many', delimiter: '/', prefix: 'd07/', limit: 3 })).objects.map(({ key }) => key)).toEqual(['d07/000007', 'd07/000107', 'd07/000207']);
    expect((await listVersions(objects, { bucket: 'many', delimiter: '/', prefix: 'd0', limit: 1000 })).prefixes.length).toBe(10);
  });
});

describe('keys of any Unicode', () => {
  const keys = ['a', 'a/', 'a/b', 'a//b', 'a0', 'b', '\0', 'z\0', '￿', '\u{10000}', 'é', '😀/😀', '😀/a'];
  const sorted = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  beforeAll(() => insert('few', keys));

  it('come in the order of their bytes, at any size of page', async () => {
    for (let limit = 1; limit <= keys.length + 1; limit++) {
      const found: string[] = [];
      let after: string | undefined;
      do {
        const page = await listObjects(objects, { bucket: 'few', after, limit });
        found.push(...page.objects.map(({ key }) => key));
        after = page.next;
      } while (after !== undefined);
      expect(found).toEqual(sorted);
    }
    expect(await listObjects(objects, { bucket: 'few', limit: 0 })).toEqual({ objects: [], prefixes: [] });
  });

  it('are grouped by any delimiter, each group once, at any size of page', async () => {
    for (const delimiter of ['/', '//', '😀', '\0', 'b']) {
      const groups = new Set(sorted.map((key) => (key.includes(delimiter) ? key.slice(0, key.indexOf(delimiter) + delimiter.length) : key)));
      for (let limit = 1; limit <= groups.size + 1; limit++) {
        const found: string[] = [];
        let after: string | undefined;
        do {
          const page = await listObjects(objects, { bucket: 'few', delimiter, after, limit });
          expect(page.objects.length + page.prefixes.length).toBeLessThanOrEqual(limit);
          found.push(...page.objects.map(({ key }) => key), ...page.prefixes);
          after = page.next;
        } while (after !== undefined);
        expect(new Set(found)).toEqual(groups);
        expect(found.length).toBe(groups.size);
      }
    }
  });
});
