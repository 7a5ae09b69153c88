import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, lutimesSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type SourceObject, assertSafePath } from '../../offchain/codec/archive.ts';
import { CorruptRecordError, UnreadableSourceError, UnsafePathError } from '../../offchain/codec/format-errors.ts';
import { restoreInto } from '../../offchain/codec/restore-node.ts';
import { type WalkProblem, walk } from '../../offchain/codec/walk-node.ts';
import { collect, file, folder, link, noise, stream } from './pipeline.ts';

let scratch: string;
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'holdfast-archive-'));
});
afterEach(() => {
  execFileSync('chmod', ['-R', 'u+rwx', scratch]);
  rmSync(scratch, { recursive: true });
});
const at = (...parts: string[]): string => join(scratch, ...parts);

async function list(root: string): Promise<{ objects: SourceObject[]; problems: WalkProblem[] }> {
  const problems: WalkProblem[] = [];
  const objects: SourceObject[] = [];
  for await (const object of walk(root, { onProblem: (problem) => problems.push(problem) })) objects.push(object);
  return { objects, problems };
}

function plant(): void {
  mkdirSync(at('src/b/empty'), { recursive: true });
  writeFileSync(at('src/b/new\nline "日本" 🧱'), noise(3_000_000));
  writeFileSync(at('src/B'), 'upper');
  writeFileSync(at('src/zero'), '');
  writeFileSync(at('src/.hidden'), 'h');
  symlinkSync('b', at('src/to-folder'));
  symlinkSync('/nowhere/at all', at('src/dangling'));
  chmodSync(at('src/B'), 0o500);
  utimesSync(at('src/zero'), 1.5, 1_234_567_890.25);
  lutimesSync(at('src/dangling'), 5, 5);
  utimesSync(at('src/b/empty'), 7, 7);
  utimesSync(at('src/b'), 9, 9);
  chmodSync(at('src/b/empty'), 0o555);
}

describe('walk', () => {
  test('gives folders first, sorted names, links as links', async () => {
    plant();
    const { objects, problems } = await list(at('src'));
    expect(problems).toEqual([]);
    expect(objects.map(({ path, kind }) => [path, kind])).toEqual([
      ['.hidden', 'file'], ['B', 'file'], ['b', 'folder'], ['b/empty', 'folder'], ['b/new\nline "日本" 🧱', 'file'],
      ['dangling', 'symlink'], ['to-folder', 'symlink'], ['zero', 'file'],
    ]);
    const by = new Map(objects.map((object) => [object.path, object]));
    expect(by.get('B')).toMatchObject({ mode: 0o500, size: 5 });
    expect(by.get('zero')).toMatchObject({ mtimeMs: 1_234_567_890_250, size: 0 });
    expect(by.get('dangling')).toMatchObject({ target: '/nowhere/at all', mtimeMs: 5000, size: 0 });
    expect(Buffer.from(await collect(by.get('b/new\nline "日本" 🧱')!.open())).equals(noise(3_000_000))).toBe(true);
  });

  test('takes a single file, and a root that is a link', async () => {
    plant();
    const { objects } = await list(at('src/B'));
    expect(objects.map(({ path }) => path)).toEqual(['B']);
    expect(Buffer.from(await collect(objects[0]!.open())).toString()).toBe('upper');
    expect((await list(at('src/to-folder'))).objects.map(({ path }) => path)).toEqual(['empty', 'new\nline "日本" 🧱']);
    await expect(list(at('none'))).rejects.toThrow('ENOENT');
  });

  test('an empty folder gives nothing', async () => {
    mkdirSync(at('void'));
    expect((await list(at('void'))).objects).toEqual([]);
  });

  test('reports special files and names that are not Unicode, and goes on', async () => {
    mkdirSync(at('odd'));
    execFileSync('mkfifo', [at('odd/pipe')]);
    writeFileSync(Buffer.concat([Buffer.from(at('odd/bad-')), Buffer.from([0xff])]), 'x');
    writeFileSync(at('odd/zz'), 'fine');
    const { objects, problems } = await list(at('odd'));
    expect(objects.map(({ path }) => path)).toEqual(['zz']);
    expect(problems.map(({ path, reason }) => [path, reason])).toEqual([['bad-\ufffd', 'name'], ['pipe', 'special']]);
  });

  test('a file that vanishes or cannot be read is reported and marked', async () => {
    plant();
    const { objects, problems } = await list(at('src'));
    rmSync(at('src/zero'));
    await expect(collect(objects.at(-1)!.open())).rejects.toThrow(UnreadableSourceError);
    expect(problems).toMatchObject([{ path: 'zero', reason: 'unreadable' }]);
  });

  test('a file swapped for a link is not followed', async () => {
    plant();
    const { objects } = await list(at('src'));
    rmSync(at('src/zero'));
    symlinkSync('/etc/hostname', at('src/zero'));
    await expect(collect(objects.at(-1)!.open())).rejects.toThrow(UnreadableSourceError);
  });

  test('a file that changes while it is read is listed', async () => {
    mkdirSync(at('live'));
    writeFileSync(at('live/log'), noise(3_000_000));
    const { objects, problems } = await list(at('live'));
    for await (const _ of objects[0]!.open()) writeFileSync(at('live/log'), 'rotated');
    expect(problems).toMatchObject([{ path: 'log', reason: 'changed' }]);
  });
});

describe('restoreInto', () => {
  test('gives back what walk saw: bytes, modes, times, links, empty folders', async () => {
    plant();
    const before = await list(at('src'));
    const result = await restoreInto(at('dst'), walk(at('src')));
    expect(result).toEqual({ restored: 8, failed: [] });
    const after = await list(at('dst'));
    expect(after.objects.map(({ open: _, ...info }) => info)).toEqual(before.objects.map(({ open: _, ...info }) => info));
    expect(readFileSync(at('dst/b/new\nline "日本" 🧱')).equals(noise(3_000_000))).toBe(true);
    expect(readlinkSync(at('dst/dangling'))).toBe('/nowhere/at all');
  });

  test('gives back every millisecond of a time', async () => {
    const times = Array.from({ length: 1000 }, (_, i) => 1_795_226_912_000 + i);
    const objects = times.map((mtimeMs) => ({ ...file(`f${mtimeMs}`, noise(1)), mtimeMs }));
    await restoreInto(at('dst'), stream(objects));
    const { objects: found } = await list(at('dst'));
    expect(found.map(({ path, mtimeMs }) => [path, mtimeMs])).toEqual(times.map((mtimeMs) => [`f${mtimeMs}`, mtimeMs]));
  });

  test('replaces what is there, twice the same', async () => {
    plant();
    await restoreInto(at('dst'), walk(at('src')));
    expect((await restoreInto(at('dst'), walk(at('src')))).failed).toEqual([]);
    expect(readdirSync(at('dst')).some((name) => name.endsWith('.part'))).toBe(false);
  });

  test.each(['../evil', '/abs', 'a/../../evil', '..', '.', 'a//b', 'x\0y', ''])('refuses the path %j', async (path) => {
    const { restored, failed } = await restoreInto(at('dst'), stream([file(path, noise(3)), file('fine', noise(3))]));
    expect(restored).toBe(1);
    expect(failed).toMatchObject([{ path, error: expect.any(UnsafePathError) }]);
    expect(existsSync(at('evil'))).toBe(false);
  });

  test('never writes through a symlink, its own or one that was there', async () => {
    mkdirSync(at('outside'));
    mkdirSync(at('dst'));
    symlinkSync(at('outside'), at('dst/was-there'));
    const objects = [link('trap', at('outside')), file('trap/x', noise(3)), link('trap2', '..'), link('trap2/y', 'z'), file('was-there/x', noise(3)), folder('was-there/f'), folder('was-there')];
    const { failed } = await restoreInto(at('dst'), stream(objects));
    expect(readdirSync(at('outside'))).toEqual([]);
    expect(failed.map(({ path }) => path).sort()).toEqual(['trap', 'trap2/y', 'was-there', 'was-there/f', 'was-there/x']);
    expect(lstatSync(at('dst/trap')).isDirectory()).toBe(true);
  });

  test('a file in place of a link replaces the link, not its target', async () => {
    mkdirSync(at('dst'));
    writeFileSync(at('precious'), 'keep');
    symlinkSync(at('precious'), at('dst/f'));
    await restoreInto(at('dst'), stream([file('f', noise(3))]));
    expect(readFileSync(at('precious'), 'utf8')).toBe('keep');
    expect(lstatSync(at('dst/f')).isFile()).toBe(true);
  });

  test('a file whose bytes fail leaves the old one and no trace', async () => {
    mkdirSync(at('dst'));
    writeFileSync(at('dst/f'), 'old');
    const failing: SourceObject = {
      ...file('f', noise(3)),
      async *open() {
        yield noise(1000);
        throw new CorruptRecordError('test');
      },
    };
    const { failed } = await restoreInto(at('dst'), stream([failing, file('g', noise(1))]));
    expect(failed).toMatchObject([{ path: 'f', error: expect.any(CorruptRecordError) }]);
    expect(readFileSync(at('dst/f'), 'utf8')).toBe('old');
    expect(readdirSync(at('dst'))).toEqual(['f', 'g']);
  });

  test.each([0, 1, 65_535, 65_536, 65_537, 300_000])('writes files of %i bytes in pieces, also where less was said of them', async (sizeBytes) => {
    const bytes = noise(sizeBytes);
    let left = 0;
    mkdirSync(at('dst'));
    writeFileSync(at('dst/taken'), '');
    const object: SourceObject = {
      ...file('f', bytes),
      async *open() {
        const memory = new Uint8Array(1000);
        try {
          for (let at = 0; at < sizeBytes; at += 1000) {
            const piece = memory.subarray(0, Math.min(1000, sizeBytes - at));
            piece.set(bytes.subarray(at, at + piece.length));
            yield piece;
          }
        } finally {
          left++;
        }
      },
    };
    const result = await restoreInto(at('dst'), stream([object, { ...object, path: 'g', size: 3 }, { ...object, path: 'taken/f', size: 3 }]));
    expect(result).toMatchObject({ restored: 2, failed: [{ path: 'taken/f' }] });
    for (const name of ['f', 'g']) expect(readFileSync(at(`dst/${name}`)).equals(bytes)).toBe(true);
    expect(Math.floor(lstatSync(at('dst/g')).mtimeMs)).toBe(object.mtimeMs);
    expect([left, readdirSync(at('dst')).sort()]).toEqual([3, ['f', 'g', 'taken']]);
  });

  test('does not restore setuid bits', async () => {
    await restoreInto(at('dst'), stream([{ ...file('su', noise(3)), mode: 0o4755 }]));
    expect(lstatSync(at('dst/su')).mode & 0o7777).toBe(0o755);
  });

  test('stops when asked to', async () => {
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    await expect(restoreInto(at('dst'), stream([file('f', noise(3))]), { signal: controller.signal })).rejects.toThrow('enough');
  });
});

describe('assertSafePath', () => {
  test.each(['a', 'a/b', '...', '..a', 'a..', '-rf', 'new\nline', 'c:\\x', ' ', '日本/🧱'])('lets %j pass', (path) => {
    expect(() => assertSafePath(path)).not.toThrow();
  });
});
