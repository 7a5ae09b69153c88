import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCar } from '../../../offchain/client/cid/car-file.ts';
import { type TreeEntry, carTree } from '../../../offchain/client/cid/car-tree.ts';
import { fileBytes } from '../../../offchain/client/cid/check-file.ts';
import { type FileNode, unixNode } from '../../../offchain/client/cid/unixfs-node.ts';
import { readVarint } from '../../../offchain/client/cid/varint.ts';
import { varint } from '../../../offchain/codec/unixfs.ts';
import { type MadeBlock, all, carHeader, carOf, carSection, fileNode, folderNode, identityBlock, rawBlock, sha256Cid, shardNode, symlinkNode } from './car-kit.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-car-'));
});
afterAll(() => rm(folder, { recursive: true }));

let cars = 0;
async function opened(bytes: Uint8Array) {
  const path = join(folder, `${cars++}.car`);
  await writeFile(path, bytes);
  return openCar(path);
}

async function listed(car: Buffer, limits: { maxBytes?: number; maxEntries?: number } = {}): Promise<TreeEntry[]> {
  const file = await opened(car);
  try {
    return await all(carTree(file, file.roots[0]!, { maxBytes: 1e9, maxEntries: 1e6, ...limits, fileName: 'it' }));
  } finally {
    await file.close();
  }
}

const hello = rawBlock('hello');

describe('what a CAR may hold', () => {
  it('is folders, shards, links, inline blocks and files of any chunking', async () => {
    const inline = identityBlock('inline');
    const deep = fileNode([fileNode([rawBlock('ab'), rawBlock('cd')]), rawBlock('e')], { inline: '>', mode: 0o755, mtime: 1_700_000_000 });
    const shard = shardNode({ '01x': hello, '02': shardNode({ '07y': inline }) });
    const below = shardNode({ '07y': inline });
    const root = folderNode({ deep, 'ünï ☃': hello, link: symlinkNode('deep'), shard, nothing: folderNode({}) });
    const car = carOf(root, deep, fileNode([rawBlock('ab'), rawBlock('cd')]), rawBlock('ab'), rawBlock('cd'), rawBlock('e'), hello, symlinkNode('deep'), shard, below, folderNode({}));
    const entries = await listed(car);
    expect(entries.map(({ kind, path, size, target }) => [kind, path, size, target])).toEqual([
      ['file', 'deep', 6, undefined], ['symlink', 'link', 0, 'deep'], ['folder', 'nothing', 0, undefined],
      ['folder', 'shard', 0, undefined], ['file', 'shard/x', 5, undefined], ['file', 'shard/y', 6, undefined], ['file', 'ünï ☃', 5, undefined],
    ]);
    expect(entries[0]).toMatchObject({ mode: 0o755, mtimeMs: 1_700_000_000_000 });
    const file = await opened(car);
    const read = async ({ cid }: { cid: MadeBlock['cid'] }) => Buffer.concat(await all(fileBytes(file, { cid, node: unixNode(cid, await file.get(cid)) as FileNode }))).toString();
    expect([await read(deep), await read(inline)]).toEqual(['>abcde', 'inline']);
    await file.close();
  });

  it('may be of version 2, and hold blocks twice', async () => {
    const one = carOf(hello, hello, hello);
    const head = Buffer.alloc(51);
    Buffer.from('0aa16776657273696f6e02', 'hex').copy(head);
    head.writeBigUInt64LE(60n, 27);
    head.writeBigUInt64LE(BigInt(one.length), 35);
    const file = await opened(Buffer.concat([head, Buffer.alloc(9), one, Buffer.alloc(30, 7)]));
    expect([file.blocks, Buffer.from(await file.get(hello.cid)).toString()]).toEqual([1, 'hello']);
    await file.close();
  });
});

describe('what no CAR may hold', () => {
  const car = (...blocks: MadeBlock[]) => () => listed(carOf(...blocks));
  const bytes = (...parts: Uint8Array[]) => () => listed(Buffer.concat(parts));
  const header = carHeader([hello.cid]);
  const blake = Buffer.concat([Buffer.from([1, 0x55, 0x1e, 32]), Buffer.alloc(32)]);
  const bomb = Array.from({ length: 9 }).reduce<MadeBlock[]>((made) => [folderNode(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [String(i), made[0]!]))), ...made], [hello]);
  const wide = fileNode(Array.from({ length: 100 }, () => hello));

  it.each([
    ['nothing', bytes(), 'ends at byte 0|no length'],
    ['an empty header', bytes(varint(0)), 'section of 0 bytes'],
    ['another version', bytes(carHeader([hello.cid], 3)), 'version 3'],
    ['no CBOR', bytes(varint(5), Buffer.from('hello')), 'none of a CAR'],
    ['an over-long length', bytes(header, Buffer.from([0x80, 0x80, 0])), 'no length'],
    ['a length without an end', bytes(header, Buffer.alloc(20, 0xff)), 'no length'],
    ['a section beyond the end', bytes(header, varint(2 ** 50)), 'are left'],
    ['an empty section', bytes(header, varint(0)), 'section of 0 bytes'],
    ['a half block', bytes(carOf(hello).subarray(0, -1)), 'are left'],
    ['no CID', bytes(header, varint(3), Buffer.from([9, 9, 9])), 'no CID'],
    ['wrong bytes', bytes(header, carSection({ cid: hello.cid, bytes: Buffer.from('hellO') })), 'not those that its name says'],
    ['wrong bytes far from the root', bytes(header, carSection(hello), carSection({ cid: rawBlock('x').cid, bytes: Buffer.from('y') })), 'not those that its name says'],
    ['an unknown hash', bytes(header, varint(blake.length), blake), 'not known here'],
    ['a huge block', bytes(header, carSection(rawBlock(Buffer.alloc((4 << 20) + 1)))), 'the most that is taken'],
    ['no root block', bytes(header), 'is missing'],
    ['a missing leaf', car(fileNode([hello, rawBlock('there')]), hello), 'is missing'],
    ['a missing folder', car(folderNode({ sub: folderNode({ hello }) })), 'is missing'],
    ['another codec', bytes(carHeader([sha256Cid(0x71, Buffer.from([0xa0]))]), carSection({ cid: sha256Cid(0x71, Buffer.from([0xa0])), bytes: Buffer.from([0xa0]) })), 'codec 0x71'],
    ['dag-pb that is no UnixFS', car({ ...rawBlock('zz'), cid: sha256Cid(0x70, Buffer.from('zz')) }), 'is no UnixFS'],
    ['a way out', car(folderNode({ '..': hello }), hello), 'is refused'],
    ['itself as a name', car(folderNode({ '.': hello }), hello), 'is refused'],
    ['a path as a name', car(folderNode({ 'a/../../b': hello }), hello), 'is refused'],
    ['a slash in a name', car(folderNode({ 'a/b': hello }), hello), 'a slash in it'],
    ['an absolute name', car(folderNode({ '/etc/passwd': hello }), hello), 'is refused'],
    ['an empty name', car(folderNode({ '': hello }), hello), 'is refused'],
    ['a NUL', car(folderNode({ 'a\0b': hello }), hello), 'is refused'],
    ['a name too long for a disk', car(folderNode({ ['x'.repeat(256)]: hello }), hello), '256 bytes'],
    ['a name twice', car(folderNode([['a', hello], ['a', symlinkNode('/etc')]]), hello, symlinkNode('/etc')), 'twice'],
    ['a part that is longer than it says', car(fileNode([hello], { sizes: [3] }), hello), 'says that'],
    ['a part of no bytes', car(fileNode([hello], { sizes: [0] }), hello), 'no bytes'],
    ['more sizes than parts', car(fileNode([hello], { sizes: [5, 5] }), hello), 'sizes of parts'],
    ['a folder as a part', car(fileNode([folderNode({})], { sizes: [5] }), folderNode({})), 'part of a file'],
    ['a file as a shard', car(shardNode({ '01': fileNode([], { inline: 'x' }) }), fileNode([], { inline: 'x' })), 'should be a shard'],
    ['a shard without places', car(shardNode({ '01x': hello }, 3), hello), '3 places'],
    ['a link to nowhere', car(folderNode({ l: symlinkNode('') }), symlinkNode('')), 'no possible place'],
  ])('%s', async (_what, read, message) => {
    await expect(read()).rejects.toThrow(new RegExp(message));
  });

  it('more than the limits: a small archive that unfolds to a billion files, or bytes', async () => {
    await expect(listed(carOf(...bomb), { maxEntries: 5_000 })).rejects.toMatchObject({ code: 'CAR_TOO_LARGE' });
    await expect(listed(carOf(wide, hello), { maxBytes: 499 })).rejects.toMatchObject({ code: 'CAR_TOO_LARGE' });
    expect((await listed(carOf(wide, hello), { maxBytes: 500 }))[0]?.size).toBe(500);
    let folders = folderNode({ hello });
    const deep = [folders];
    for (let i = 0; i < 300; i++) deep.unshift((folders = folderNode({ d: folders })));
    await expect(listed(carOf(...deep, hello))).rejects.toMatchObject({ code: 'CAR_TOO_LARGE' });
  });
});

it('lengths are what they were written as', () => {
  for (const value of [0, 1, 127, 128, 300, 2 ** 31, 2 ** 35, Number.MAX_SAFE_INTEGER]) {
    expect(readVarint(varint(value))).toEqual({ value, bytes: varint(value).length });
  }
  for (const wrong of [[], [0x80], [0x80, 0], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1]]) expect(readVarint(Uint8Array.from(wrong))).toBeUndefined();
});
