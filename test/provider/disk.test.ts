import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findFragment, sweep } from '../../offchain/provider/fragments.ts';
import { rootOf } from './network.ts';
import { keyOf, openShelf, pattern } from './support.ts';

const child = join(import.meta.dirname, 'disk-child.ts');
const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs -o size=1m tmpfs /mnt']).status === 0;
let home: string;

interface Line {
  readonly kept?: number;
  readonly failed?: number;
  readonly root?: string;
  readonly code?: string;
  readonly incoming?: string[];
}

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'holdfast-disk-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

/** Runs the child behind `prefix` (a shell script that ends in exec "$@"). */
function run(prefix: string, sizeBytes: number, count: number): Line[] {
  const { stdout, stderr } = spawnSync('sh', ['-c', `${prefix} exec "$@"`, 'sh', process.execPath, child, home, String(sizeBytes), String(count)], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.trim().split('\n').map((line) => JSON.parse(line) as Line);
}

describe('a full disk', () => {
  it.skipIf(!canMount)('is answered as such on a file system of 4 MiB, with nothing left behind', () => {
    const script = 'mount -t tmpfs -o size=4m tmpfs "$3" && exec "$@"';
    const { stdout } = spawnSync('unshare', ['-rm', 'sh', '-c', script, 'sh', process.execPath, child, home, String(1 << 20), '9'], { encoding: 'utf8' });
    const lines = stdout.trim().split('\n').map((line) => JSON.parse(line) as Line);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.at(-1)).toMatchObject({ code: 'DISK_FULL', incoming: [] });
    expect(lines.slice(0, -1).map((line) => line.kept)).toEqual(lines.slice(0, -1).map((_, i) => i));
  });

  it('is answered as such where the file size is limited, and smaller fragments still fit', () => {
    // 2,048 blocks of 512 bytes.
    expect(run('ulimit -f 2048;', 2 << 20, 1)).toEqual([{ failed: 0, code: 'DISK_FULL', incoming: [] }]);
    expect(run('ulimit -f 2048;', 1 << 16, 2).map((line) => line.kept)).toEqual([0, 1]);
  });
});

describe('kill -9', () => {
  it.each([60, 110, 170, 260])('after %i ms of uploads keeps what was acknowledged, and no half of anything', async (delayMs) => {
    const SIZE = 1 << 19;
    const process_ = spawn(process.execPath, [child, home, String(SIZE), '1000'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines: Line[] = [];
    const reader = createInterface({ input: process_.stdout });
    reader.on('line', (line) => lines.push(JSON.parse(line) as Line));
    await once(reader, 'line');
    setTimeout(() => process_.kill('SIGKILL'), delayMs);
    await once(process_, 'exit');
    const shelf = await openShelf(home);
    await sweep(shelf);
    expect(await readdir(join(home, 'incoming'))).toEqual([]);
    expect(lines.length).toBeGreaterThan(0);
    for (const { kept, root } of lines) {
      expect(await findFragment(shelf.store, keyOf(kept!))).toMatchObject({ root, bad: false });
      expect(rootOf(await readFile(shelf.files.pathOf(keyOf(kept!))))).toBe(rootOf(pattern(`fragment ${kept}`, SIZE)));
    }
    const rows = await shelf.store.fragment.findMany({ where: { bad: false } });
    for (const row of rows) expect(rootOf(await readFile(shelf.files.pathOf({ ...keyOf(0), batchId: row.batchId as `0x${string}` })))).toBe(row.root);
    expect(await shelf.files.shelf.list(1)).toHaveLength(await shelf.store.fragment.count());
    await shelf.close();
  });
});
