import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { publicContentId, publicFolderContentId } from '../../offchain/codec/content-id.ts';
import { FIXED_CHUNK_BYTES } from '../../offchain/codec/chunk.ts';
import { CodecInputError } from '../../offchain/codec/format-errors.ts';
import { folderDag } from '../../offchain/codec/folder-dag.ts';
import { publicCid } from '../../offchain/codec/public-cid.ts';
import { fileDag } from '../../offchain/codec/unixfs.ts';
import { file, noise, platform } from './pipeline.ts';

const scratch = mkdtempSync(join(tmpdir(), 'holdfast-cid-'));
afterAll(() => rmSync(scratch, { recursive: true }));
const require = createRequire(import.meta.url);
const IPFS_CAR = join(dirname(require.resolve('ipfs-car')), 'bin.js');

/** What the real command-line tool prints. */
function ipfsCar(...args: string[]): string {
  return execFileSync(process.execPath, [IPFS_CAR, 'pack', ...args, '--output', join(scratch, 'out.car')], { encoding: 'utf8' }).trim();
}

const leaves = async (bytes: Uint8Array): Promise<{ chunkId: Uint8Array; size: number }[]> =>
  Promise.all(Array.from({ length: Math.ceil(bytes.length / FIXED_CHUNK_BYTES) }, async (_, i) => {
    const plain = bytes.subarray(i * FIXED_CHUNK_BYTES, (i + 1) * FIXED_CHUNK_BYTES);
    return { chunkId: await platform.sha256(plain), size: plain.length };
  }));

const dagFiles = (files: Record<string, number>) =>
  Promise.all(Object.entries(files).map(async ([path, sizeBytes]) => ({ path, chunks: await leaves(noise(sizeBytes, 2)) })));

describe('public ContentIDs', () => {
  test.each([0, 1, 1000, FIXED_CHUNK_BYTES, FIXED_CHUNK_BYTES + 1, 3 * FIXED_CHUNK_BYTES, 5_000_000])('a file of %i bytes has the CID that ipfs-car prints', async (sizeBytes) => {
    const bytes = noise(sizeBytes, 1);
    const path = join(scratch, 'one');
    writeFileSync(path, bytes);
    const printed = ipfsCar('--no-wrap', path);
    expect(await publicContentId(file('one', bytes).open)).toBe(printed);
    expect((await fileDag(platform, await leaves(bytes))).root.toString()).toBe(printed);
  });

  test('a tree of three levels (1025 MiB of zeros) has the CID that ipfs-car printed', async () => {
    const zeros = { chunkId: await platform.sha256(new Uint8Array(FIXED_CHUNK_BYTES)), size: FIXED_CHUNK_BYTES };
    const { root, blocks } = await fileDag(platform, Array.from({ length: 1025 }, () => zeros));
    expect(root.toString()).toBe('bafybeigt7wofv4vnxbg3titijasuw4ptg5kfztec4smsk7opdt7z6djoxq');
    expect(blocks).toHaveLength(3);
  });

  test('a folder has the CID that ipfs-car prints, hidden files included', async () => {
    const root = join(scratch, 'tree');
    const files = { 'a.txt': 10, '.hidden': 20, 'sub/b': 3_000_000, 'sub/deep/.c': 0, 'sub-2': 5, 'ü/日本': 7 };
    for (const [path, sizeBytes] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), noise(sizeBytes, 2));
    }
    const given = Object.entries(files).reverse().map(([path, sizeBytes]) => ({ path, open: file(path, noise(sizeBytes, 2)).open }));
    const printed = ipfsCar('--hidden', root);
    expect(await publicFolderContentId(given)).toBe(printed);
    expect((await folderDag(platform, await dagFiles(files))).toString()).toBe(printed);
  });

  test('a folder of 1,001 entries is sharded as ipfs-car does it', async () => {
    const root = join(scratch, 'many');
    mkdirSync(root);
    // Names of every length modulo the hash's block, and enough of them that places are shared three shards deep.
    const names = Array.from({ length: 1_400 }, (_, i) => `file ü${'x'.repeat(i % 40)}-${i}`);
    for (const name of names) writeFileSync(join(root, name), name);
    const given = names.map((path) => ({ path, open: file(path, Buffer.from(path)).open }));
    const printed = ipfsCar(root);
    expect(await publicFolderContentId(given)).toBe(printed);
    const blocks: string[] = [];
    const files = await Promise.all(names.map(async (path) => ({ path, chunks: await leaves(Buffer.from(path)) })));
    expect((await folderDag(platform, files, ({ cid }) => void blocks.push(cid.toString()))).toString()).toBe(printed);
    expect(blocks.at(-1)).toBe(printed);
    expect(blocks.length).toBeGreaterThan(256);
  });

  test('a path that is both a file and a folder, or there twice, has no place in a folder', async () => {
    for (const paths of [['a', 'a/b'], ['a/b', 'a'], ['a', 'a']]) {
      await expect(folderDag(platform, paths.map((path) => ({ path, chunks: [] })))).rejects.toThrow(CodecInputError);
    }
  });

  test('trees of which IPFS cannot say all have no CID there', async () => {
    const entry = (kind: 'file' | 'folder' | 'symlink', path: string) => ({ kind, path, mode: 0o644, mtimeMs: 0, size: 0, chunks: [] as number[], ...(kind === 'symlink' ? { target: 'x' } : {}) });
    const cid = (...entries: ReturnType<typeof entry>[]) => publicCid(platform, { entries, chunks: [] });
    const files = [entry('file', 'a/b/c'), entry('file', 'd')];
    const folders = [entry('folder', 'a'), entry('folder', 'a/b')];
    expect(await cid(...files, ...folders)).toBe((await folderDag(platform, files.map(({ path }) => ({ path, chunks: [] })))).toString());
    for (const more of [entry('symlink', 'l'), entry('folder', 'e'), entry('file', 'a')]) expect(await cid(...folders, ...files, more)).toBe(null);
    expect(await cid()).toBe(null);
    expect(await cid(entry('folder', 'e'))).toBe(null);
  });

  test('a source that fails half way fails here, too', async () => {
    const open = async function* () {
      yield noise(2_000_000);
      throw new Error('disk gone');
    };
    await expect(publicContentId(open)).rejects.toThrow('disk gone');
    await expect(publicFolderContentId([{ path: 'a', open }])).rejects.toThrow('disk gone');
  });

  test('a folder without files has none', async () => {
    await expect(publicFolderContentId([])).rejects.toThrow(CodecInputError);
  });
});
