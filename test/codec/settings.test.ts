import { beforeAll, describe, expect, test } from 'vitest';
import type { SourceObject } from '../../offchain/codec/archive.ts';
import { type Chunking, CdcCutter, cutterFor } from '../../offchain/codec/chunk.ts';
import type { Compression } from '../../offchain/codec/compress.ts';
import { latestVersion } from '../../offchain/codec/catalog.ts';
import { manifestObjects, readCatalog, readManifest } from '../../offchain/codec/decode.ts';
import { openFooter } from '../../offchain/codec/footer.ts';
import { CodecInputError } from '../../offchain/codec/format-errors.ts';
import { geometry } from '../../offchain/codec/geometry.ts';
import { type CodecKeys, deriveKeys } from '../../offchain/codec/keys.ts';
import { browserPlatform } from '../../offchain/codec/platform-browser.ts';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import type { Platform } from '../../offchain/codec/types.ts';
import { AGREEMENT, Network, collect, file, master, noise, platform, put } from './pipeline.ts';

const browser = browserPlatform();
const text = Buffer.from(Array.from({ length: 120_000 }, (_, i) => `line ${i} of a letter that says ${(i * 7919) % 1009}\n`).join(''));
const tree = (): SourceObject[] => [file('letter', text), file('noise', noise(3_000_000, 3)), file('short', Uint8Array.of(1, 2, 3))];

let keys: CodecKeys;
beforeAll(async () => {
  keys = await deriveKeys(platform, master(1));
});

/** Stores the tree, reads it back without any setting, and tells what is recorded of its chunks. */
async function stored(options: { compression?: Compression; chunking?: Chunking; visibility?: 'public' | 'private' }, reader: Platform = platform) {
  const bundle = await put(tree(), { geometry: geometry({ k: 2, m: 1, batchLog2: 22 }), ...options });
  const source = new Network();
  await source.commit(0, bundle, [0]);
  const context = { platform: reader, keys, source };
  const home = { agreement: AGREEMENT, bundle: 0 };
  const catalog = await readCatalog(context, { locator: await openFooter(platform, keys, source.footer(0)), home });
  const manifest = await readManifest(context, latestVersion(catalog, 'home')!);
  const originals = tree();
  for await (const object of manifestObjects(context, manifest)) {
    expect(Buffer.compare(await collect(object.open()), await collect(originals.shift()!.open()))).toBe(0);
  }
  expect(originals).toEqual([]);
  const { chunks } = manifest;
  return { sizes: chunks.map(({ size }) => size), methods: new Set(chunks.map(({ method }) => method)), storedBytes: chunks.reduce((sum, one) => sum + one.storedSize, 0) };
}

describe('compression', () => {
  test('each kind and level stores another number of bytes, records itself, and is read without being told', async () => {
    const [none, zstd, zstd19, gzip1, gzip9] = await Promise.all([
      stored({ compression: { kind: 'none', level: 0 } }),
      stored({}),
      stored({ compression: { kind: 'zstd', level: 19 } }),
      stored({ compression: { kind: 'gzip', level: 1 } }),
      stored({ compression: { kind: 'gzip', level: 9 } }),
    ]);
    expect([...none.methods]).toEqual([0]);
    expect(none.storedBytes).toBeGreaterThan(text.length + 3_000_000);
    // Noise stays as it is beside what is compressed.
    expect([...zstd.methods].sort()).toEqual([0, 1]);
    expect([...gzip9.methods].sort()).toEqual([0, 2]);
    const sizes = [none, gzip1, gzip9, zstd, zstd19].map(({ storedBytes }) => storedBytes);
    expect(new Set(sizes).size).toBe(sizes.length);
    expect(gzip9.storedBytes).toBeLessThan(gzip1.storedBytes);
    expect(zstd19.storedBytes).toBeLessThan(zstd.storedBytes);
    expect(gzip1.storedBytes).toBeLessThan(none.storedBytes);
    expect(gzip9.sizes).toEqual(none.sizes);
  });

  test('browsers read gzip that Node wrote, public content too, and write what Node reads', async () => {
    expect([...(await stored({ compression: { kind: 'gzip', level: 6 } }, browser)).methods].sort()).toEqual([0, 2]);
    expect([...(await stored({ compression: { kind: 'gzip', level: 6 }, visibility: 'public' }, browser)).methods].sort()).toEqual([0, 2]);
    const packed = await browser.gzipCompress(text, 6);
    expect(packed.length).toBeLessThan(text.length);
    expect(await nodePlatform.gzipDecompress(packed, text.length)).toEqual(new Uint8Array(text));
  });

  test.each([['Node', nodePlatform], ['browsers', browser]] as const)('%s refuse what is larger than it says, cut off or no gzip', async (_name, one) => {
    const bomb = await nodePlatform.gzipCompress(new Uint8Array(10_000_000), 9);
    await expect(Promise.resolve(one.gzipDecompress(bomb, 9_999_999))).rejects.toThrow(RangeError);
    for (const cut of [0, 5, bomb.length - 1]) await expect((async () => one.gzipDecompress(bomb.subarray(0, cut), 10_000_000))()).rejects.toThrow();
    await expect((async () => one.gzipDecompress(noise(1000, 9), 1000))()).rejects.toThrow();
    expect(await one.gzipDecompress(await one.gzipCompress(new Uint8Array(0), 6), 0)).toEqual(new Uint8Array(0));
  });
});

describe('chunks', () => {
  test('the size decides how many there are, and reading needs no setting', async () => {
    const large = await stored({});
    const fixed = await stored({ chunking: { kind: 'fixed', sizeBytes: 256 << 10 } });
    const small = await stored({ chunking: { kind: 'cdc', sizeBytes: 64 << 10 } });
    expect(fixed.sizes.filter((size) => size === 256 << 10).length).toBe(Math.floor(text.length / (256 << 10)) + Math.floor(3_000_000 / (256 << 10)));
    expect(small.sizes.length).toBeGreaterThan(4 * large.sizes.length);
    expect(Math.max(...small.sizes)).toBeLessThanOrEqual(256 << 10);
    expect(small.storedBytes).not.toBe(large.storedBytes);
    // Public content keeps the leaves of IPFS.
    const shared = await stored({ visibility: 'public', chunking: { kind: 'fixed', sizeBytes: 256 << 10 } });
    expect(Math.max(...shared.sizes)).toBe(1 << 20);
  });

  test('a mean of 1 MiB cuts as ever; impossible sizes are refused', () => {
    const [usual, named] = [new CdcCutter(), cutterFor({ kind: 'cdc', sizeBytes: 1 << 20 })];
    const bytes = noise(9_000_000, 5);
    for (let at = 0, end = usual.next(bytes); end >= 0; end = usual.next(bytes.subarray(at))) {
      expect(named.next(bytes.subarray(at))).toBe(end);
      at += end;
    }
    for (const [kind, sizeBytes] of [['cdc', 2 << 20], ['cdc', 100_000], ['cdc', 1 << 15], ['fixed', (4 << 20) + 1], ['fixed', 0], ['fixed', 70_000.5]] as const) {
      expect(() => cutterFor({ kind, sizeBytes })).toThrow(CodecInputError);
    }
  });
});
