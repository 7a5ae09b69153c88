import { decode, encode } from '@ipld/dag-cbor';
import { describe, expect, test } from 'vitest';
import { type Catalog, decodeCatalog, EMPTY_CATALOG, encodeCatalog, withDeletion, withVersion } from '../../offchain/codec/catalog.ts';
import { REF_BYTES, refsFromCbor, refsToCbor } from '../../offchain/codec/chunk-ref-codec.ts';
import { decodeManifest, encodeManifest, type Manifest } from '../../offchain/codec/manifest.ts';
import { type ManifestRef, manifestRefFromCbor, manifestRefToCbor } from '../../offchain/codec/manifest-ref.ts';
import { encodeCbor } from '../../offchain/codec/cbor-writer.ts';
import { decodeCbor } from '../../offchain/codec/strict-cbor.ts';
import type { ChunkRef } from '../../offchain/codec/types.ts';
import { rawCid } from '../../offchain/codec/unixfs.ts';
import { flips, garbage, truncations, typed, within } from '../support/hostile.ts';
import { noise } from './pipeline.ts';

const ref = (i: number, bundle: number | null = 2): ChunkRef => ({
  chunkId: noise(32, i), size: 1000 + i, method: i % 2 === 0 ? 0 : 1, agreement: 3, bundle, batch: i, offset: 17 * i, storedSize: 900 + i,
});
const contentId = rawCid(noise(32, 99)).toString();
const manifestRef: ManifestRef = { visibility: 'private', contentId, root: noise(32, 5), created: 4, size: 2015, agreement: 3, bundle: 2, chunks: [ref(7), ref(8, null)] };
const entry = { mode: 0o640, mtimeMs: -12, kind: 'file' as const };
const manifest: Manifest = {
  v: 1, name: '/a.com/izone.mp4', created: 5, visibility: 'public', parent: manifestRef, contentId, root: noise(32, 6),
  entries: [
    { ...entry, path: 'a\n"日本"', size: 2001, chunks: [0, 1] },
    { ...entry, path: 'link', kind: 'symlink', size: 0, target: '../x', chunks: [] },
    { ...entry, path: 'b', size: 1001, chunks: [1] },
  ],
  chunks: [ref(0), ref(1, null)],
};
const catalog: Catalog = withDeletion(withVersion(withVersion(EMPTY_CATALOG, 'b', manifestRef), 'a/ü', { ...manifestRef, visibility: 'public' }), 'b', 77);

/** Every format that is dag-cbor: bytes in, the value that was understood as bytes again. */
const formats: readonly { name: string; bytes: Uint8Array; again: (bytes: Uint8Array) => Uint8Array }[] = [
  { name: 'manifest', bytes: encodeManifest(manifest), again: (bytes) => encodeManifest(decodeManifest(bytes)) },
  { name: 'catalog', bytes: encodeCatalog(catalog), again: (bytes) => encodeCatalog(decodeCatalog(bytes)) },
  { name: 'manifest reference', bytes: encodeCbor(manifestRefToCbor(manifestRef)), again: (bytes) => encodeCbor(manifestRefToCbor(manifestRefFromCbor(decodeCbor('reference', bytes)))) },
  { name: 'chunk references', bytes: encodeCbor(refsToCbor([ref(0), ref(1, null)])), again: (bytes) => encodeCbor(refsToCbor(refsFromCbor(decodeCbor('references', bytes)))) },
];

/** dag-cbor that claims to be far larger than it is, or nests without end. */
const absurd: readonly [string, readonly number[]][] = [
  ['a list of 2^60 items', [0x9b, 0x10, 0, 0, 0, 0, 0, 0, 0]],
  ['a list of 2^32 items', [0x9a, 0xff, 0xff, 0xff, 0xff]],
  ['bytes of 2^40', [0x5b, 0, 0, 1, 0, 0, 0, 0, 0]],
  ['bytes of 2^32', [0x5a, 0xff, 0xff, 0xff, 0xff]],
  ['text of 2^31', [0x7a, 0x80, 0, 0, 0]],
  ['a map of 2^53', [0xbb, 0, 0x20, 0, 0, 0, 0, 0, 0]],
  ['a list without an end', [0x9f, 0x01, 0x01]],
  ['a million lists in each other', Array.from({ length: 1_000_000 }, () => 0x81)],
  ['a hundred thousand maps in each other', Array.from({ length: 100_000 }, () => [0xa1, 0x61, 0x61]).flat()],
  ['a hundred thousand tags', Array.from({ length: 100_000 }, () => 0xc1)],
  ['infinity', [0xfb, 0x7f, 0xf0, 0, 0, 0, 0, 0, 0]],
  ['not a number', [0xfb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0]],
  ['undefined', [0xf7]],
  ['an integer beyond 2^53', [0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
];

describe.each(formats)('hostile bytes as a $name', ({ bytes, again }) => {
  test('round trip', () => {
    expect(again(bytes)).toEqual(bytes);
  });

  test('cut anywhere, or longer by a byte: refused', () => {
    for (const cut of truncations(bytes)) expect(typed(() => again(cut))).toBeUndefined();
    expect(typed(() => again(Uint8Array.from([...bytes, 0])))).toBeUndefined();
  });

  test('any bit turned over: refused, or another value that is written and read the same from then on', () => {
    for (const { bytes: flipped } of flips(bytes)) {
      const understood = typed(() => again(flipped));
      if (understood !== undefined) expect(again(understood)).toEqual(understood);
    }
  });

  test('garbage: refused', () => {
    for (const bytes of garbage(noise, 2000)) expect(typed(() => again(bytes))).toBeUndefined();
  });

  test.each(absurd)('%s: refused without taking memory for it', async (_, head) => {
    const input = Uint8Array.from(head);
    await within(64, () => expect(typed(() => again(input))).toBeUndefined());
  });
});

describe('hostile values inside sound dag-cbor', () => {
  const odd: readonly unknown[] = [null, true, -1, 2 ** 53 - 1, 1.5, '', 'x', new Uint8Array(0), new Uint8Array(33), [], [[]], [null, null], {}, { __proto__: null, a: 1 }, rawCid(noise(32))];
  /** Every value of the tree replaced by every odd one, level by level. */
  function* replaced(value: unknown): Generator<unknown> {
    yield* odd;
    if (Array.isArray(value)) for (const [i, item] of value.entries()) for (const other of replaced(item)) yield value.with(i, other);
    else if (typeof value === 'object' && value !== null && !(value instanceof Uint8Array)) {
      for (const [key, item] of Object.entries(value)) {
        for (const other of replaced(item)) yield { ...value, [key]: other };
        const { [key]: _gone, ...rest } = value as Record<string, unknown>;
        yield rest;
        yield { ...rest, [`${key}x`]: item };
      }
      yield { ...value, ['__proto__x']: 1, constructor: 2 };
    }
  }

  test.each(formats)('in a $name: refused, or a value that is written and read the same from then on', ({ bytes, again }) => {
    const value: unknown = decode(bytes);
    let tried = 0;
    for (const other of replaced(value)) {
      const changed = typedEncode(other);
      if (changed === undefined) continue;
      const understood = typed(() => again(changed));
      if (understood !== undefined) expect(again(understood)).toEqual(understood);
      tried += 1;
    }
    expect(tried).toBeGreaterThan(100);
  });

  test('a table of half a reference, and one of a million', async () => {
    const wrap = (table: Uint8Array) => encodeCbor([[[1, 2]], table]);
    const read = (table: Uint8Array) => refsFromCbor(decodeCbor('references', wrap(table)));
    for (let size = 1; size < 2 * REF_BYTES; size += 1) if (size % REF_BYTES !== 0) expect(typed(() => read(new Uint8Array(size)))).toBeUndefined();
    const zeros = wrap(new Uint8Array(1_000_000 * REF_BYTES));
    await within(64, () => expect(typed(() => refsFromCbor(decodeCbor('references', zeros)))).toBeUndefined());
  });

  test('names and paths that never end', () => {
    for (const name of ['', 'a'.repeat(5000), 'a\0b']) {
      expect(typed(() => decodeManifest(encodeManifest({ ...manifest, name })))).toBeUndefined();
    }
    for (const path of ['', '/', '/etc/passwd', 'a//b', 'a/', './a', '..', 'a/../b', 'a\0b', 'x'.repeat(40_000)]) {
      const entries = [{ ...manifest.entries[0]!, path }, ...manifest.entries.slice(1)];
      expect(typed(() => decodeManifest(encodeManifest({ ...manifest, entries }))), JSON.stringify(path.slice(0, 20))).toBeUndefined();
    }
  });
});

/** What dag-cbor cannot hold (undefined, NaN) is no input. */
function typedEncode(value: unknown): Uint8Array | undefined {
  try {
    return encode(value);
  } catch {
    return undefined;
  }
}
