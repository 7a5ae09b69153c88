import { beforeAll, describe, expect, test } from 'vitest';
import type { SourceObject } from '../../offchain/codec/archive.ts';
import { type Catalog, latestVersion, resolveCatalog, withVersion, EMPTY_CATALOG } from '../../offchain/codec/catalog.ts';
import { ChunkIndex } from '../../offchain/codec/chunk-ref.ts';
import { type DecodeContext, manifestObjects, readCatalog, readFile, readManifest } from '../../offchain/codec/decode.ts';
import { openFooter } from '../../offchain/codec/footer.ts';
import { CodecInputError, CorruptRecordError, MalformedError, WrongKeyError } from '../../offchain/codec/format-errors.ts';
import { geometry } from '../../offchain/codec/geometry.ts';
import { type CodecKeys, deriveKeys } from '../../offchain/codec/keys.ts';
import { openRecord } from '../../offchain/codec/open-record.ts';
import { rawCid } from '../../offchain/codec/unixfs.ts';
import { AGREEMENT, type Bundle, CREATED, Network, collect, file, folder, link, master, noise, platform, put } from './pipeline.ts';

const HOME = { agreement: AGREEMENT, bundle: 0 };
const shape = geometry({ k: 4, m: 2, batchLog2: 20 });
let keys: CodecKeys;
beforeAll(async () => {
  keys = await deriveKeys(platform, master(1));
});

const tree = (): SourceObject[] => [
  folder('empty folder'),
  folder('ü'),
  file('ü/日本\n🧱', noise(10, 2)),
  file('zero', new Uint8Array(0)),
  file('one', Uint8Array.of(42)),
  file('exactly k fragments', noise(shape.payloadSize, 3)),
  file('k fragments and one', noise(shape.payloadSize + 1, 4)),
  file('big', noise(7_000_000, 5)),
  file('big again', noise(7_000_000, 5)),
  file('text', Buffer.from('to be or not to be\n'.repeat(100_000))),
  link('link', 'big'),
];

/** What a new machine does: footer, catalog, manifest. */
async function open(source: Network, options: { keys?: CodecKeys; bundle?: number; name?: string } = {}) {
  const context: DecodeContext = { platform, keys: options.keys ?? keys, source };
  const bundle = options.bundle ?? 0;
  const locator = await openFooter(platform, options.keys ?? keys, source.footer(bundle));
  const catalog = await readCatalog(context, { locator, home: { agreement: AGREEMENT, bundle } });
  const ref = latestVersion(catalog, options.name ?? 'home')!;
  return { context, catalog, manifest: await readManifest(context, ref) };
}

async function expectTree(source: Network, expected: readonly SourceObject[], options: Parameters<typeof open>[1] = {}): Promise<void> {
  const { context, manifest } = await open(source, options);
  let i = 0;
  for await (const { open: read, ...info } of manifestObjects(context, manifest)) {
    const { open: original, ...wanted } = expected[i++]!;
    expect(info).toEqual(wanted);
    expect(Buffer.from(await collect(read())).equals(await collect(original()))).toBe(true);
  }
  expect(i).toBe(expected.length);
}

async function committed(bundle: Bundle, lost: number[] = []): Promise<Network> {
  const source = new Network();
  await source.commit(0, bundle, lost);
  return source;
}

describe('decode', () => {
  test.each([[[]], [[0, 1]], [[0, 5]], [[4, 5]], [[2, 3]]])('restores everything when slots %j are lost', async (lost) => {
    await expectTree(await committed(await put(tree()), lost), tree());
  });

  test.each([[1, 1, 16], [1, 2, 20], [2, 2, 22], [7, 6, 18], [10, 6, 24], [32, 32, 17]])('restores with %i+%i and 2^%i after losing m slots', async (k, m, batchLog2) => {
    const bundle = await put(tree(), { geometry: geometry({ k, m, batchLog2 }) });
    await expectTree(await committed(bundle, Array.from({ length: m }, (_, i) => i)), tree());
  });

  test.each([{ dedupe: false }, { chunking: 'fixed' as const }, { visibility: 'public' as const }])('restores with %j', async (options) => {
    await expectTree(await committed(await put(tree(), options)), tree());
  });

  test('restores 3,000 small files', async () => {
    const many = Array.from({ length: 3000 }, (_, i) => file(`f${String(i).padStart(5, '0')}`, noise(i % 700, i)));
    await expectTree(await committed(await put(many)), many);
  });

  test('follows chunks into older bundles', async () => {
    const first = await put(tree());
    const source = await committed(first);
    const known = new ChunkIndex();
    known.add(first.result.chunks, HOME);
    const grown = [...tree(), file('new', noise(5000, 8))];
    const second = await put(grown, { known, catalog: resolveCatalog(first.result.catalog, HOME), created: CREATED + 1 });
    await source.commit(1, second);
    await expectTree(source, grown, { bundle: 1 });
    const { catalog, context, manifest } = await open(source, { bundle: 1 });
    expect(manifest.parent?.contentId).toBe(first.result.manifest.contentId);
    const [older] = catalog.names.get('home')!;
    expect(older?.kind === 'stored' && (await readManifest(context, older.manifest)).entries.length).toBe(tree().length);
    expect((await readManifest(context, manifest.parent!)).root).toEqual(first.result.manifest.root);
  });

  test('the other key says wrong key, at every level', async () => {
    const other = await deriveKeys(platform, master(2));
    const source = await committed(await put(tree()));
    const { catalog, manifest } = await open(source);
    const locator = await openFooter(platform, keys, source.footer(0));
    const wrong: DecodeContext = { platform, keys: other, source };
    await expect(openFooter(platform, other, source.footer(0))).rejects.toThrow(WrongKeyError);
    await expect(readCatalog(wrong, { locator, home: HOME })).rejects.toThrow(WrongKeyError);
    await expect(readManifest(wrong, latestVersion(catalog, 'home')!)).rejects.toThrow(WrongKeyError);
    const entry = manifest.entries.find(({ path }) => path === 'big')!;
    await expect(collect(readFile(wrong, { manifest, entry }))).rejects.toThrow(WrongKeyError);
    await expect(collect(readFile({ ...wrong, keys: null }, { manifest, entry }))).rejects.toThrow(WrongKeyError);
  });

  test('public objects need no key', async () => {
    const source = await committed(await put([file('f', noise(2_000_000))], { visibility: 'public' }));
    const { catalog } = await open(source);
    const context: DecodeContext = { platform, keys: null, source };
    const manifest = await readManifest(context, latestVersion(catalog, 'home')!);
    expect(manifest.contentId).toBe(latestVersion(catalog, 'home')!.contentId);
    expect(Buffer.from(await collect(readFile(context, { manifest, entry: manifest.entries[0]! }))).equals(noise(2_000_000))).toBe(true);
  });

  test('ranges give exactly their bytes and read only their chunks', async () => {
    const source = await committed(await put(tree()));
    const { context, manifest } = await open(source);
    const entry = manifest.entries.find(({ path }) => path === 'big')!;
    const bytes = noise(7_000_000, 5);
    const sizes = entry.chunks.map((i) => manifest.chunks[i]!.size);
    const edge = sizes[0]!;
    for (const [start, end] of [[0, 1], [edge - 1, edge + 1], [edge, edge + sizes[1]!], [3, 6_999_999], [6_999_999, 7_000_000], [0, 7_000_000], [5, 5], [0, 0], [7_000_000, 7_000_000]] as const) {
      expect(Buffer.from(await collect(readFile(context, { manifest, entry, range: { start, end } }))).equals(bytes.subarray(start, end))).toBe(true);
    }
    source.readBytes = 0;
    await collect(readFile(context, { manifest, entry, range: { start: edge, end: edge + 10 } }));
    expect(source.readBytes).toBe(manifest.chunks[entry.chunks[1]!]!.storedSize);
    for (const range of [{ start: -1, end: 5 }, { start: 6, end: 5 }, { start: 0, end: 7_000_001 }, { start: 0.5, end: 2 }]) {
      await expect(collect(readFile(context, { manifest, entry, range }))).rejects.toThrow(CodecInputError);
    }
  });

  test('a damaged record is refused, the others still read', async () => {
    const bundle = await put(tree());
    const source = await committed(bundle);
    const { context, manifest } = await open(source);
    const bad = manifest.entries.find(({ path }) => path === 'big')!;
    const good = manifest.entries.find(({ path }) => path === 'text')!;
    const target = manifest.chunks[bad.chunks[2]!]!;
    const damaged: DecodeContext = {
      ...context,
      source: {
        async read(location) {
          const stored = await source.read(location);
          if (location.batch === target.batch && location.offset === target.offset) stored[stored.length >> 1]! ^= 4;
          return stored;
        },
      },
    };
    await expect(collect(readFile(damaged, { manifest, entry: bad }))).rejects.toThrow(CorruptRecordError);
    expect(await collect(readFile(damaged, { manifest, entry: good }))).toHaveLength(good.size);
  });

  test('chunks that somebody else opens are released one by one, and all of them when the reader leaves early or one fails', async () => {
    const source = await committed(await put(tree()));
    const { context, manifest } = await open(source);
    const entry = manifest.entries.find(({ path }) => path === 'big')!;
    const lent = new Set<Uint8Array>();
    let failing = -1;
    let opened = 0;
    const openChunk: DecodeContext['openChunk'] = async (recordKeys, ref) => {
      if (opened++ === failing) throw new CorruptRecordError('made to fail');
      const plain = await openRecord(platform, { keys: recordKeys, chunkId: ref.chunkId, size: ref.size, method: ref.method, stored: await source.read(ref) });
      lent.add(plain);
      return { plain, release: () => expect(lent.delete(plain)).toBe(true) };
    };
    const mine = { ...context, openChunk };
    expect(Buffer.compare(Buffer.from(await collect(readFile(mine, { manifest, entry }))), Buffer.from(noise(7_000_000, 5)))).toBe(0);
    expect(lent.size).toBe(0);
    for await (const _ of readFile(mine, { manifest, entry })) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(lent.size).toBe(0);
    [opened, failing] = [0, 1];
    await expect(collect(readFile(mine, { manifest, entry }))).rejects.toThrow(CorruptRecordError);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(lent.size).toBe(0);
  });

  test('a manifest that does not fit the root of its reference is refused', async () => {
    const source = await committed(await put(tree()));
    const { context, catalog } = await open(source);
    await expect(readManifest(context, { ...latestVersion(catalog, 'home')!, root: new Uint8Array(32) })).rejects.toThrow(MalformedError);
  });

  test('a catalog too large for the footer is found through a list', async () => {
    let catalog: Catalog = EMPTY_CATALOG;
    const names = new Map(catalog.names);
    for (let i = 0; i < 30_000; i++) {
      const ref = {
        visibility: 'private' as const, contentId: rawCid(noise(32, i)).toString(), root: noise(32, i), created: i, size: 9, agreement: 1, bundle: 1,
        chunks: [{ chunkId: noise(32, -i), size: 9, method: 0 as const, agreement: 1, bundle: 1, batch: 0, offset: i, storedSize: 45 }],
      };
      names.set(`name ${i}`, [{ kind: 'stored', manifest: ref }]);
    }
    catalog = { sequence: 30_000, names };
    const first = await put([file('f', noise(10))], { catalog });
    const source = await committed(first);
    expect((await openFooter(platform, keys, source.footer(0))).kind).toBe('list');
    const opened = await open(source);
    expect(opened.catalog.names.size).toBe(30_001);
    // The next catalog stores only the chunks that changed: those of "home" (its bundle has a number now) and of the end.
    const known = new ChunkIndex();
    known.add(first.result.chunks, HOME);
    const second = await put([file('g', noise(11))], { catalog: opened.catalog, known, name: 'zebra' });
    expect(second.result.stats.storedBytes).toBeLessThan(first.result.stats.storedBytes / 2);
    await source.commit(1, second);
    expect((await open(source, { bundle: 1 })).catalog.names.size).toBe(30_002);
  });

  test('versions keep their order through storing', async () => {
    const first = await put([file('f', noise(10))]);
    const catalog = withVersion(resolveCatalog(first.result.catalog, HOME), 'other', { ...first.result.manifest, ...HOME, chunks: first.result.manifest.chunks.map((chunk) => ({ ...chunk, ...HOME })) });
    const second = await put([file('f', noise(11))], { catalog });
    const source = new Network();
    await source.commit(1, second);
    const { catalog: restored } = await open(source, { bundle: 1 });
    expect(restored.sequence).toBe(3);
    expect([...restored.names.keys()]).toEqual(['home', 'other']);
    expect(restored.names.get('home')).toHaveLength(2);
  });
});
