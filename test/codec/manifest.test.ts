import { encode } from '@ipld/dag-cbor';
import { beforeAll, describe, expect, test } from 'vitest';
import { MalformedError } from '../../offchain/codec/format-errors.ts';
import { type Manifest, type ManifestEntry, contentRoot, decodeManifest, decodeManifestChunks, encodeManifest } from '../../offchain/codec/manifest.ts';
import { rawCid } from '../../offchain/codec/unixfs.ts';
import type { ChunkRef } from '../../offchain/codec/types.ts';
import { noise } from './pipeline.ts';

const ref = (i: number, bundle: number | null = null): ChunkRef => ({
  chunkId: noise(32, i), size: 1000 + i, method: i % 2 === 0 ? 0 : 1, agreement: 3, bundle, batch: i, offset: 17 * i, storedSize: 900 + i,
});
const contentId = rawCid(noise(32, 99)).toString();
const attributes = { mode: 0o640, mtimeMs: -12 };
let manifest: Manifest;

beforeAll(async () => {
  const chunks = [ref(0), ref(1, 4), ref(2)];
  const entries: ManifestEntry[] = [
    { ...attributes, path: 'docs', kind: 'folder', size: 0, chunks: [] },
    { ...attributes, path: 'docs/a\nb "日本" 🧱', kind: 'file', size: 3003, chunks: [0, 1, 2] },
    { ...attributes, path: 'docs/again', kind: 'file', size: 3003, chunks: [2, 0, 1] },
    { ...attributes, path: 'docs/empty', kind: 'file', size: 0, chunks: [] },
    { ...attributes, path: 'link', kind: 'symlink', size: 0, target: '../elsewhere', chunks: [] },
  ];
  const visibility = 'private' as const;
  const parent = { visibility, contentId, root: noise(32, 5), created: 4, size: 1007, agreement: 3, bundle: 2, chunks: [ref(7, 2)] };
  manifest = { v: 1, name: '/a.com/izone.mp4', created: 5, visibility, parent, contentId: null, root: contentRoot({ visibility, entries, chunks }), entries, chunks };
});

/** The manifest as plain dag-cbor data, to break it. */
async function broken(change: (data: any) => void): Promise<Uint8Array> {
  const { decode } = await import('@ipld/dag-cbor');
  const data: any = decode(encodeManifest(manifest));
  change(data);
  return encode(data);
}

describe('manifest', () => {
  test('round trip', () => {
    expect(decodeManifest(encodeManifest(manifest))).toEqual(manifest);
  });

  test('is canonical: the same manifest gives the same bytes', () => {
    expect(encodeManifest(decodeManifest(encodeManifest(manifest)))).toEqual(encodeManifest(manifest));
  });

  test('gives its chunks without its entries', () => {
    const chunks = decodeManifestChunks(encodeManifest(manifest));
    expect([chunks.length, [...chunks], [...chunks]]).toEqual([3, manifest.chunks, manifest.chunks]);
  });

  test.each([decodeManifest, decodeManifestChunks])('every truncation is refused, and every byte too many (%o)', (decodeIt: (bytes: Uint8Array) => unknown) => {
    const bytes = encodeManifest(manifest);
    for (let length = 0; length < bytes.length; length++) expect(() => decodeIt(bytes.slice(0, length))).toThrow(MalformedError);
    for (const byte of [0, 0x80, 0xf6, 0xff]) expect(() => decodeIt(Uint8Array.of(...bytes, byte))).toThrow(MalformedError);
  });

  test('says at once that a chunk is impossible', async () => {
    const bytes = await broken((data) => (data.chunks[1][53 + 36] = 7));
    for (const decodeIt of [decodeManifest, decodeManifestChunks]) expect(() => decodeIt(bytes)).toThrow('compression method');
  });

  test('refuses fields that are not in order', () => {
    const bytes = Buffer.from(encodeManifest(manifest));
    const at = (key: string): number => bytes.indexOf(Buffer.from([0x60 + key.length, ...Buffer.from(key)]));
    // `name` and `root` are of one length: swapped, both are there and each has its value.
    const [name, root, chunks] = [at('name'), at('root'), at('chunks')];
    const swapped = Buffer.concat([bytes.subarray(0, name), bytes.subarray(root, chunks), bytes.subarray(name, root), bytes.subarray(chunks)]);
    expect(() => decodeManifest(swapped)).toThrow('not in order');
    expect(() => decodeManifest(Buffer.concat([bytes.subarray(0, root), bytes.subarray(name, root), bytes.subarray(chunks)]))).toThrow('not in order');
  });

  test('flipped bits give a typed error or another valid manifest, never a crash', () => {
    const bytes = encodeManifest(manifest);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      try {
        decodeManifest(flipped);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedError);
      }
    }
  });

  test.each([
    ['an array of 2^60 items', [0x9b, 0x10, 0, 0, 0, 0, 0, 0, 0]],
    ['bytes of 2^40', [0x5b, 0, 0, 1, 0, 0, 0, 0, 0]],
    ['text of 2^31', [0x7a, 0x80, 0, 0, 0]],
    ['a map of 2^53', [0xbb, 0, 0x20, 0, 0, 0, 0, 0, 0]],
    ['lists in lists in lists', Array.from({ length: 200_000 }, () => 0x81)],
  ])('absurd lengths are refused: %s', (_, bytes) => {
    expect(() => decodeManifest(Uint8Array.from(bytes))).toThrow(MalformedError);
  });

  test.each<[string, (data: any) => void]>([
    ['unknown version', (data) => { data.v = 2; }],
    ['extra field', (data) => { data.extra = 1; }],
    ['missing field', (data) => { delete data.root; }],
    ['short root', (data) => { data.root = data.root.slice(1); }],
    ['negative time', (data) => { data.created = -1; }],
    ['unknown visibility', (data) => { data.visibility = 'secret'; }],
    ['contentId that is none', (data) => { data.contentId = 'Qm'; }],
    ['unknown kind', (data) => { data.entries[0][0] = 'device'; }],
    ['escaping path', (data) => { data.entries[0][1] = '../x'; }],
    ['absolute path', (data) => { data.entries[0][1] = '/etc/passwd'; }],
    ['NUL in a path', (data) => { data.entries[0][1] = 'a\0b'; }],
    ['repeated path', (data) => { data.entries[3][1] = data.entries[0][1]; }],
    ['mode out of range', (data) => { data.entries[0][2] = 0o10000; }],
    ['size that does not add up', (data) => { data.entries[1][4]++; }],
    ['folder with a size', (data) => { data.entries[0][4] = 5; }],
    ['folder with chunks', (data) => { data.entries[0][6] = [0]; }],
    ['symlink without target', (data) => { data.entries[4][5] = null; }],
    ['file with a target', (data) => { data.entries[3][5] = 'x'; }],
    ['chunk before the first', (data) => { data.entries[1][6] = [1, 0, 0]; }],
    ['more chunks than there are', (data) => { data.entries[3][6] = [0]; }],
    ['chunk that nobody uses', (data) => { data.chunks[1] = new Uint8Array([...data.chunks[1], ...data.chunks[1].slice(0, 53)]); }],
    ['torn chunk table', (data) => { data.chunks[1] = data.chunks[1].slice(1); }],
    ['chunk in no bundle', (data) => { data.chunks[0] = []; }],
    ['bundle number too large', (data) => { data.chunks[0][0][1] = 0xffff_ffff; }],
    ['number where text belongs', (data) => { data.name = 5; }],
    ['parent of another shape', (data) => { data.parent = { chunks: [] }; }],
  ])('refuses: %s', async (_, change) => {
    const bytes = await broken(change);
    expect(() => decodeManifest(bytes)).toThrow(MalformedError);
  });

  test('the root depends on the tree only', async () => {
    const of = async (change: Partial<Manifest>): Promise<string> => Buffer.from(contentRoot({ ...manifest, ...change })).toString('hex');
    const base = await of({});
    expect(await of({ name: 'other', created: 9, parent: null, chunks: manifest.chunks.map((chunk) => ({ ...chunk, batch: 99, bundle: 8 })) })).toBe(base);
    expect(await of({ visibility: 'public' })).not.toBe(base);
    expect(await of({ entries: manifest.entries.slice(1) })).not.toBe(base);
    expect(await of({ chunks: [ref(0), ref(2), ref(1)] })).not.toBe(base);
  });

  test('an insertion at the front leaves the coding of all other entries as it was', () => {
    const before = Buffer.from(encodeManifest(manifest)).toString('hex');
    const entries = manifest.entries.map((entry) => ({ ...entry, chunks: entry.chunks.map((i) => i + 1) }));
    const front: ManifestEntry = { ...attributes, path: 'a first one', kind: 'file', size: 1009, chunks: [0] };
    const after = Buffer.from(encodeManifest({ ...manifest, entries: [front, ...entries], chunks: [ref(9), ...manifest.chunks] })).toString('hex');
    const tail = before.slice(before.indexOf(Buffer.from('docs').toString('hex')));
    expect(after).toContain(tail.slice(0, tail.indexOf(Buffer.from('visibility').toString('hex'))));
  });
});
