import { mkdir, mkdtemp, readFile, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sourceOf } from '../../offchain/client/disk-source.ts';
import { scan } from '../../offchain/client/source.ts';
import { UnreadableSourceError } from '../../offchain/codec/format-errors.ts';
import { Vault } from '../../offchain/reciprocal/vault.ts';
import { snapshot, writeSampleTree } from '../client/tree.ts';

let root: string;
let tree: string;
let vault: Vault;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'holdfast-vault-'));
  tree = await writeSampleTree(join(root, 'tree'));
  vault = new Vault(join(root, 'vault'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const keep = async (change: Partial<Parameters<Vault['keep']>[0]> = {}) => {
  const { objects, digest } = await scan(sourceOf([tree]));
  return vault.keep({ name: 'tree', digest, objects, nowMs: 1, ...change });
};
const blobs = (): Promise<string[]> => readdir(join(root, 'vault', 'blobs'));
let restores = 0;
const restored = async () => {
  const into = join(root, `restored-${restores++}`);
  const { failed } = await vault.restore('tree', into);
  return { failed, files: await snapshot(into) };
};

describe('own copies', () => {
  it('bring a tree back as it was, with modes, times and links', async () => {
    await keep();
    expect(await restored()).toEqual({ failed: [], files: await snapshot(tree) });
    expect(await vault.bytes()).toBeGreaterThan(1_800_000n);
  });

  it('read only what changed, and keep the version before', async () => {
    await keep();
    await writeFile(join(tree, 'letter.txt'), 'Dear Bob,\n');
    const { objects, digest } = await scan(sourceOf([tree]));
    const read: string[] = [];
    await vault.keep({ name: 'tree', digest, nowMs: 2, objects: [...objects].map((one) => ({ ...one, open: () => (read.push(one.path), one.open()) })) });
    expect(read).toEqual(['letter.txt']);
    expect((await restored()).files).toEqual(await snapshot(tree));
    expect(await readdir(join(root, 'vault', 'lists'))).toHaveLength(2);
    await writeFile(join(tree, 'letter.txt'), 'Dear Cem,\n!');
    const before = (await blobs()).length;
    await keep();
    expect(await readdir(join(root, 'vault', 'lists'))).toHaveLength(2);
    expect((await blobs()).length).toBe(before);
  });

  it('notice every kind of damage, and take it anew from the folder', async () => {
    await keep();
    const [flipped, cut, gone] = await blobs();
    const path = (blob: string | undefined): string => join(root, 'vault', 'blobs', blob as string);
    const bytes = await readFile(path(flipped));
    await writeFile(path(flipped), Buffer.concat([bytes, Buffer.from('x')]));
    await truncate(path(cut), 0).then(() => rename(path(gone), join(root, 'elsewhere')));
    expect((await restored()).failed.length).toBeGreaterThanOrEqual(2);
    expect((await vault.verify()).length).toBeGreaterThanOrEqual(2);
    await keep();
    expect(await vault.verify()).toEqual([]);
    expect(await restored()).toEqual({ failed: [], files: await snapshot(tree) });
  });

  it('are given up by no look that cannot read them, and damaged ones not before they were copied anew', async () => {
    await keep();
    const [unreadable, damaged] = (await blobs()) as [string, string];
    const path = (name: string) => join(root, 'vault', 'blobs', name);
    await rename(path(unreadable), join(root, 'aside'));
    // As an I/O error would be: reading fails, and the bytes may be whole.
    await mkdir(path(unreadable));
    await writeFile(path(damaged), Buffer.concat([await readFile(path(damaged)), Buffer.from('x')]));
    expect((await vault.verify()).length).toBeGreaterThanOrEqual(2);
    expect(await blobs()).toEqual(expect.arrayContaining([unreadable, `${damaged}.damaged`]));
    await rm(path(unreadable), { recursive: true });
    await rename(join(root, 'aside'), path(unreadable));
    expect((await vault.verify()).length).toBeGreaterThanOrEqual(1);
    await keep();
    expect(await vault.verify()).toEqual([]);
    expect(await blobs()).not.toContain(`${damaged}.damaged`);
    expect(await restored()).toEqual({ failed: [], files: await snapshot(tree) });
  });

  it('fall back to the list before when the newest is damaged, and give up none of its bytes', async () => {
    await keep();
    const whole = await snapshot(tree);
    await writeFile(join(tree, 'letter.txt'), 'Dear Bob,\n');
    await keep();
    const newest = (await readdir(join(root, 'vault', 'lists'))).sort().at(-1) as string;
    await writeFile(join(root, 'vault', 'lists', newest), '{"v":1,"na');
    expect((await restored()).files).toEqual(whole);
    const before = await blobs();
    await keep();
    expect(await blobs()).toEqual(expect.arrayContaining(before));
    expect((await restored()).files).toEqual(await snapshot(tree));
  });

  it('keep what was read before of a file that cannot be read now', async () => {
    await keep();
    const { objects, digest } = await scan(sourceOf([tree]));
    const broken = [...objects].map((one) => (one.path === 'large.bin' ? { ...one, mtimeMs: one.mtimeMs + 5, open: (): AsyncIterable<Uint8Array> => { throw new UnreadableSourceError(one.path, new Error('EIO')); } } : one));
    await vault.keep({ name: 'tree', digest, objects: broken, nowMs: 2 });
    expect((await restored()).files).toEqual(await snapshot(tree));
  });

  it('are whole after a copy that ended in the middle, wherever', async () => {
    await keep();
    const whole = await snapshot(tree);
    await writeFile(join(tree, 'large.bin'), 'changed');
    await writeFile(join(tree, 'letter.txt'), 'changed too');
    const { objects, digest } = await scan(sourceOf([tree]));
    for (const at of ['large.bin', 'letter.txt']) {
      const ends = [...objects].map((one) => (one.path === at ? { ...one, open: (): AsyncIterable<Uint8Array> => { throw new Error('the power went'); } } : one));
      await expect(vault.keep({ name: 'tree', digest, objects: ends, nowMs: 2 })).rejects.toThrow('the power went');
      expect(await restored()).toEqual({ failed: [], files: whole });
    }
    await keep();
    expect(await restored()).toEqual({ failed: [], files: await snapshot(tree) });
    expect((await blobs()).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('make room when they are dropped, and only those of that name', async () => {
    await keep();
    await keep({ name: 'other' });
    await vault.drop('tree');
    expect(await vault.newest('tree')).toBeUndefined();
    expect(await vault.verify()).toEqual([]);
    expect((await blobs()).length).toBeGreaterThan(0);
    await vault.drop('other');
    expect(await blobs()).toEqual([]);
  });
});
