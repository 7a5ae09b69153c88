import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat, mkdir, mkdtemp, readFile, readdir, readlink, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { SourceObject } from '../../offchain/codec/archive.ts';
import { UnreadableSourceError } from '../../offchain/codec/format-errors.ts';
import { sourceOf } from '../../offchain/client/disk-source.ts';
import { inOrder, scan } from '../../offchain/client/source.ts';
import { tarSource } from '../../offchain/client/tar/tar-source.ts';
import { tarBytes, tarOf } from '../../offchain/client/tar/tar.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-tar-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const LONG = `${'a long folder name '.repeat(6)}/${'ü🧱'.repeat(30)}.txt`;

it("is what GNU tar reads: long and odd names, links, empty folders, modes and times to the millisecond", async () => {
  const from = join(folder, 'from');
  await mkdir(join(from, LONG, '..'), { recursive: true });
  await mkdir(join(from, 'empty'));
  await writeFile(join(from, LONG), 'deep down');
  await writeFile(join(from, 'block'), Buffer.alloc(512, 7), { mode: 0o750 });
  await writeFile(join(from, 'zero'), '');
  await symlink('../elsewhere', join(from, 'link'));
  await utimes(join(from, 'block'), 1_700_000_000.125, 1_700_000_000.125);

  const { objects } = await scan(sourceOf([from]));
  const into = join(folder, 'into');
  await mkdir(into);
  const tar = spawn('tar', ['-xf', '-', '-C', into], { stdio: ['pipe', 'inherit', 'inherit'] });
  let bytes = 0;
  Readable.from((async function* () {
    for await (const piece of tarOf(inOrder(objects))) {
      bytes += piece.length;
      yield Buffer.from(piece);
    }
  })()).pipe(tar.stdin);
  expect(await once(tar, 'close')).toEqual([0, null]);
  expect(bytes).toBe(tarBytes(objects));
  expect((await readdir(into, { recursive: true })).sort()).toEqual((await readdir(from, { recursive: true })).sort());
  expect(await readFile(join(into, LONG), 'utf8')).toBe('deep down');
  expect(await readlink(join(into, 'link'))).toBe('../elsewhere');
  const block = await lstat(join(into, 'block'));
  expect([block.mode & 0o777, Math.floor(block.mtimeMs + 0.01), block.size]).toEqual([0o750, 1_700_000_000_125, 512]);
});

it('says sizes that eleven octal digits cannot, which tar lists', async () => {
  const info = { path: 'huge', kind: 'file', mode: 0o644, mtimeMs: 0, size: 2 ** 33 + 1 } as const;
  expect(tarBytes([info])).toBe(3 * 512 + 2 ** 33 + 512 + 1024);
  const header = await tarOf(one({ ...info, open: () => pieces() })).next();
  const file = join(folder, 'huge.tar');
  await writeFile(file, header.value as Uint8Array);
  const listed = await promisify(execFile)('tar', ['-tvf', file]).catch((error: { stdout: string }) => error);
  expect(listed.stdout).toContain(` ${2 ** 33 + 1} `);
});

it('stops when a file changes its size or cannot be read: its header is written by then', async () => {
  const file = (open: SourceObject['open']): SourceObject => ({ path: 'f', kind: 'file', mode: 0o644, mtimeMs: 0, size: 3, open });
  const drain = async (object: SourceObject) => {
    for await (const _ of tarOf(one(object)));
  };
  await expect(drain(file(() => pieces(Uint8Array.of(1, 2))))).rejects.toMatchObject({ code: 'SOURCE_CHANGED', details: { found: 3, read: 2 } });
  await expect(drain(file(() => pieces(Uint8Array.of(1, 2), Uint8Array.of(3, 4))))).rejects.toMatchObject({ code: 'SOURCE_CHANGED' });
  const broken = file(async function* () {
    throw new UnreadableSourceError('f', undefined);
  });
  await expect(drain(broken)).rejects.toMatchObject({ code: 'SOURCE_UNREADABLE' });
});

it('is one file as a source, with the time of the newest in it', async () => {
  const { objects, bytes } = await scan(tarSource(sourceOf([join(folder, 'from')]), { path: 'all.tar' }));
  expect([...objects].map(({ path, kind }) => [path, kind])).toEqual([['all.tar', 'file']]);
  expect(bytes % 512).toBe(0);
});

async function* pieces(...all: Uint8Array[]): AsyncGenerator<Uint8Array, void> {
  yield* all;
}

async function* one(object: SourceObject): AsyncGenerator<SourceObject, void> {
  yield object;
}
