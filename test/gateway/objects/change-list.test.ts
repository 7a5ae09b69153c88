import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { changeLines, readChangeList } from '../../../offchain/gateway/objects/change-list.ts';
import { lockHome } from '../../../offchain/gateway/objects/home-lock.ts';
import { type Change, cutPieces, newestOf, type Piece } from '../../../offchain/gateway/objects/records.ts';
import { bytesOf, codeOf, pieces } from './store-world.ts';

const ID = 'ab'.repeat(16);
const head = { format: 'holdfast-objects/1' as const, pack: 7, writer: ID, sequence: 3, isWhole: false };
const bucket: Change = { t: 'bucket', name: 'b', createdMs: 1, record: { versioning: 'off', lifecycle: [], cors: [], tags: {} } };
const version: Change = {
  t: 'version', bucket: 'b', key: '00ff', order: 5, versionId: 'null', isMarker: false, sizeBytes: 30, etag: ID, modifiedMs: 2,
  record: { headers: { contentType: 'ü\n"', user: { a: '😀' } }, tags: {}, pieces: [[ID, 100, 10, 40]] },
};

async function read(text: string | Buffer, size = 7): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const row of readChangeList('.s3/00000007', { number: 7, isWhole: false }, pieces(text, size))) rows.push(row);
  return rows;
}

describe('a list of changes', () => {
  it('is read as it was written, however it is cut', async () => {
    const text = await bytesOf(changeLines(head, [bucket, version, { t: '-bucket', name: 'b' }]));
    for (const size of [1, 7, 1000]) expect(await read(text, size)).toEqual([head, bucket, version, { t: '-bucket', name: 'b' }]);
  });

  it('is refused when it is anything else', async () => {
    const line = (row: object): string => `${JSON.stringify(row)}\n`;
    const good = line(head);
    for (const bad of [
      '', 'x\n', '{}\n', line({ ...head, pack: 8 }), line({ ...head, isWhole: true }), line({ ...head, format: 'holdfast-objects/2' }), line({ ...head, more: 1 }), JSON.stringify(head),
      `${good}null\n`, `${good}${line({ ...bucket, t: 'box' })}`, `${good}${line({ ...version, key: '0' })}`, `${good}${line({ ...version, key: 'zz' })}`, `${good}${line({ ...version, key: '00'.repeat(1025) })}`,
      `${good}${line({ ...version, sizeBytes: 31 })}`, `${good}${line({ ...version, etag: '../x' })}`, `${good}${line({ ...version, record: { ...version.record, pieces: [['../../etc', 100, 10, 40]] } })}`,
      `${good}${line({ ...version, record: { ...version.record, pieces: [[ID, 30, 10, 40]] } })}`, `${good}${line({ ...version, order: -1 })}`, `${good}${'x'.repeat(33 << 20)}`,
    ]) expect(await codeOf(read(bad, 1 << 16)), bad.slice(0, 200)).toBe('BAD_PACK');
  });

  it('says of each subject only what came last', () => {
    const gone: Change = { t: '-version', bucket: 'b', key: '00ff', order: 5 };
    expect(newestOf([version, bucket, gone])).toEqual([bucket, gone]);
    expect(newestOf([gone, version])).toEqual([version]);
  });
});

describe('pieces', () => {
  it('are cut where the bytes are', () => {
    const row: Piece[] = [['a', 10, 0, 10], ['b', 20, 5, 15], ['c', 5, 0, 5]];
    const bytes = row.flatMap(([id, , start, end]) => Array.from({ length: end - start }, (_, i) => `${id}${start + i}`));
    for (let start = 0; start <= 25; start++) {
      for (let end = start; end <= 25; end++) {
        expect(cutPieces(row, { start, end }).flatMap(([id, , from, to]) => Array.from({ length: to - from }, (_, i) => `${id}${from + i}`))).toEqual(bytes.slice(start, end));
      }
    }
  });
});

describe('the lock of a home folder', () => {
  it('is for one at a time, and a dead process holds none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-lock-'));
    const path = join(folder, 'lock');
    const unlock = await lockHome(path);
    expect(await codeOf(lockHome(path))).toBe('STORE_BUSY');
    await unlock();
    // No process has so high a number, and this one's own was not this run's.
    for (const pid of [2 ** 30, process.pid, 'x']) {
      await writeFile(path, `${pid}\n`);
      await (await lockHome(path))();
    }
    await writeFile(path, `${process.ppid}\n`);
    expect(await codeOf(lockHome(path))).toBe('STORE_BUSY');
    await rm(folder, { recursive: true });
  });
});
