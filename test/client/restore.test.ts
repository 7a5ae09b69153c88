import { readFile, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { put } from '../../offchain/client/put.ts';
import { remove } from '../../offchain/client/remove.ts';
import { folderOf } from '../../offchain/client/restore/folder-of.ts';
import { restoreAll } from '../../offchain/client/restore/restore-all.ts';
import { cliHome, holdfast, json } from './cli-homes.ts';
import { snapshot, writeTree } from './tree.ts';
import { type DefaultScheme, HASTY, startDefaultScheme } from './world.ts';

const ACCOUNT = 19;
const policy = HASTY;
let { world, client, rented, tree } = {} as DefaultScheme;

beforeAll(async () => {
  ({ world, client, rented, tree } = await startDefaultScheme(ACCOUNT));
  await put(client, { paths: [tree], name: 'tree' });
  await put(client, { paths: [await writeTree(join(world.folder, 'note'), { 'a.txt': 'first' })], name: 'notes/today' });
  await put(client, { paths: [await writeTree(join(world.folder, 'note'), { 'a.txt': 'second' })], name: 'notes/today' });
  await put(client, { paths: [await writeTree(join(world.folder, 'gone'), { 'x.txt': 'gone' })], name: 'gone' });
  await remove(client, { name: 'gone' });
  await put(client, { paths: [await writeTree(join(world.folder, 'public'), { 'p.txt': 'for all' })], name: 'public', visibility: 'public' });
  // The machine that stored it is lost, and six of sixteen providers are dead.
  for (const { provider } of rented.providers.slice(0, 6)) await world.stopProvider(provider);
}, 120_000);
afterAll(() => world?.stop());

describe('restore', () => {
  it('brings everything back with the wallet alone while six of sixteen providers are dead, cut off in the middle, without fetching anything twice', async () => {
    const into = join(world.folder, 'everything');
    const home = join(world.folder, 'new machine');
    const first = await world.client({ account: ACCOUNT, home, policy });
    const ending = new AbortController();
    // Whoever is killed leaves half files as well.
    const cut = restoreAll(first, { into, signal: ending.signal, onProgress: ({ doneBytes }) => void (doneBytes > 100_000 && ending.abort()) });
    await expect(cut).rejects.toMatchObject({ code: 'ABORTED' });
    const thereBytes = await bytesIn(into);
    await writeTree(into, { 'tree/.holdfast-0123456789abcdef.part': 'half a file' });

    const again = await world.client({ account: ACCOUNT, policy });
    let totalBytes = 0;
    const restored = await restoreAll(again, { into, onProgress: (progress) => void (totalBytes = progress.totalBytes ?? 0) });
    expect(restored.failed).toEqual([]);
    expect(restored.versions.map(({ name, version }) => [name, version])).toEqual([['notes/today', 2], ['public', 1], ['tree', 1]]);
    expect(totalBytes).toBe(restored.bytes);
    expect(await snapshot(join(into, 'tree'))).toEqual(await snapshot(tree));
    expect(await readFile(join(into, 'notes%2Ftoday', 'a.txt'), 'utf8')).toBe('second');
    expect(await readdir(join(into, 'tree'))).not.toContain('.holdfast-0123456789abcdef.part');
    expect(restored.keptBytes).toBe(thereBytes);

    // A third time nothing is fetched, but for a file that was changed since.
    const changed = join(into, 'tree', 'large.bin');
    const { atime, mtime } = await stat(changed);
    const bytes = await readFile(changed);
    bytes[700_000] = (bytes[700_000] ?? 0) ^ 1;
    await writeFile(changed, bytes);
    await utimes(changed, atime, mtime);
    const third = await restoreAll(again, { into });
    expect(third).toMatchObject({ bytes: bytes.length, failed: [] });
    expect(await snapshot(join(into, 'tree'))).toEqual(await snapshot(tree));
    expect(await restoreAll(again, { into, isDryRun: true })).toMatchObject({ bytes: 0 });
  });

  it('says that a wallet is another one, or has nothing, and never that all is empty', async () => {
    const other = await world.client({ account: ACCOUNT, recoveryPhrase: 'test test test test test test test test test test test junk', policy });
    await expect(restoreAll(other, { into: join(world.folder, 'wrong') })).rejects.toMatchObject({ code: 'WRONG_KEY' });
  });

  it('lists what could not be restored and goes on with the rest when too many are dead, and finishes when they are back', async () => {
    const into = join(world.folder, 'partly');
    const [, , , , , , seventh] = rented.providers;
    const whole = await world.client({ account: ACCOUNT, policy });
    expect(await restoreAll(whole, { into, only: 'notes' })).toMatchObject({ failed: [] });
    world.stall(seventh!.provider);
    const short = { ...policy, idleMs: 500 };
    // The catalog needs ten of sixteen as well: in the same home folder it is known already.
    await whole.close();
    const late = await world.client({ account: ACCOUNT, home: whole.home, policy: short });
    const result = await restoreAll(late, { into });
    expect(result.failed.map(({ name }) => name)).toContain('tree');
    world.wake(seventh!.provider);
    const done = await world.client({ account: ACCOUNT, policy });
    expect(await restoreAll(done, { into })).toMatchObject({ failed: [], versions: [{ name: 'notes/today', keptFiles: 1 }, { name: 'public' }, { name: 'tree' }] });
  });

  it('is one command, as listing versions and sharing are', async () => {
    const home = await cliHome(world, 'cli home', ACCOUNT);
    const into = join(world.folder, 'by command');
    expect(await json('versions', 'notes/today', '--home', home)).toMatchObject({ versions: [{ version: 1 }, { version: 2 }] });
    const restored = await json<{ bytes: number }>('restore', into, '--all-versions', '--home', home);
    expect(restored.bytes).toBeGreaterThan(1_000_000);
    expect((await readdir(into)).sort()).toEqual(['gone@1', 'notes%2Ftoday@1', 'notes%2Ftoday@2', 'public@1', 'tree@1']);
    const shared = await json<{ link: string; id: string }>('share', 'notes/today', '--link', '--expires', '1h', '--home', home);
    const nobody = await cliHome(world, 'no wallet');
    await writeFile(join(world.folder, 'link.txt'), shared.link);
    expect(await json('accept', join(world.folder, 'link.txt'), join(into, 'linked'), '--home', nobody)).toMatchObject({ restored: 1 });
    expect(await readFile(join(into, 'linked', 'a.txt'), 'utf8')).toBe('second');
    const friend = await cliHome(world, 'friend', 17);
    const card = (await holdfast('share-key', '--card', '--home', friend)).stdout.trim();
    const file = join(world.folder, 'notes.grant');
    expect(await json('share', 'notes/today', '--to', card, '--version', '1', '--output', file, '--home', home)).toMatchObject({ failed: [] });
    expect(await json('accept', file, join(into, 'friend'), '--home', friend)).toMatchObject({ restored: 1 });
    expect(await readFile(join(into, 'friend', 'a.txt'), 'utf8')).toBe('first');
    expect(await json('revoke', shared.id, '--keep-bytes', '--home', home)).toMatchObject({ rekeyed: null });
    const gone = await holdfast('get', shared.link, join(into, 'linked 3'), '--home', nobody);
    expect([gone.code, gone.stderr]).toEqual([7, expect.stringContaining('taken back')]);
  });
});

/** Of whole files. */
async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.part'));
  return (await Promise.all(files.map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size))).reduce((sum, size) => sum + size, 0);
}

describe('folders of names', () => {
  it('are never shared by two names, and never lead outside', () => {
    const names = ['a/b', 'a%2Fb', '..', '.', '.hidden', 'a\\b', 'a:b', 'a@1', 'x'.repeat(300), 'x'.repeat(301), 'ü'.repeat(150), '😀'.repeat(90), 'tail.', 'tail ', 'photos'];
    const folders = names.map((name) => folderOf(name));
    expect(new Set(folders).size).toBe(names.length);
    for (const folder of folders) {
      expect(folder).not.toMatch(/[/\\:@]|^\.|[. ]$/);
      expect(Buffer.byteLength(folder)).toBeLessThanOrEqual(255);
    }
    expect(folderOf('a', 1)).not.toBe(folderOf('a@1'));
  });
});
