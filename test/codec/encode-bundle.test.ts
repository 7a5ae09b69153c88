import { beforeAll, describe, expect, test } from 'vitest';
import type { SourceObject } from '../../offchain/codec/archive.ts';
import { hex } from '../../offchain/codec/bytes.ts';
import { EMPTY_CATALOG, latestVersion, resolveCatalog, withDeletion } from '../../offchain/codec/catalog.ts';
import { ChunkIndex } from '../../offchain/codec/chunk-ref.ts';
import { encodeBundle, encodeCatalogBundle } from '../../offchain/codec/encode-bundle.ts';
import { openFooter } from '../../offchain/codec/footer.ts';
import { CodecInputError, UnreadableSourceError, UnsafePathError } from '../../offchain/codec/format-errors.ts';
import { geometry } from '../../offchain/codec/geometry.ts';
import { type CodecKeys, deriveKeys } from '../../offchain/codec/keys.ts';
import { FragmentHasher } from '../../offchain/proof/fragment-hasher.ts';
import { treeRoot } from '../../offchain/proof/tree.ts';
import { publicContentId } from '../../offchain/codec/content-id.ts';
import { AGREEMENT, type Bundle, CREATED, collect, file, folder, link, master, noise, payloads, platform, put, stream } from './pipeline.ts';

let keys: CodecKeys;
beforeAll(async () => {
  keys = await deriveKeys(platform, master(1));
});
const names = ({ batches, result }: Bundle) => ({ ids: batches.map((batch) => hex(batch.batchId)), roots: batches.map((batch) => hex(batch.batchRoot)), root: hex(result.bundleRoot!) });
const tree = (): SourceObject[] => [folder('a'), file('a/big', noise(6_000_000)), file('a/copy', noise(6_000_000)), file('empty', new Uint8Array(0)), link('l', 'a/big')];

/** A second upload after the first was committed as bundle 0. */
async function after(first: Bundle, objects: SourceObject[], options: Parameters<typeof put>[1] = {}): Promise<Bundle> {
  const known = new ChunkIndex();
  const home = { agreement: AGREEMENT, bundle: 0 };
  known.add(first.result.chunks, home);
  return put(objects, { known, catalog: resolveCatalog(first.result.catalog, home), created: CREATED + 1, ...options });
}

describe('encodeBundle', () => {
  test('the same tree gives the same batches, roots and result, however the files are sliced', async () => {
    const a = await put(tree());
    const b = await put([folder('a'), file('a/big', noise(6_000_000), 7777), file('a/copy', noise(6_000_000), 1 << 20), file('empty', new Uint8Array(0)), link('l', 'a/big')]);
    expect(names(b)).toEqual(names(a));
    expect(b.result).toEqual(a.result);
    expect(a.batches.length).toBeGreaterThan(5);
  });

  test('roots commit to the sealed fragments, and the bundle root to all of them', async () => {
    const { batches, result, geometry: shape } = await put(tree());
    for (const [i, batch] of batches.entries()) {
      expect(batch.ordinal).toBe(i);
      expect(batch.fragments).toHaveLength(shape.n);
      for (const [slot, fragment] of batch.fragments.entries()) {
        expect(fragment).toHaveLength(shape.fragmentSize);
        const hasher = new FragmentHasher();
        hasher.update(fragment);
        expect(hex(hasher.finish().root)).toBe(hex(batch.roots[slot]!));
      }
      expect(hex(treeRoot(batch.roots))).toBe(hex(batch.batchRoot));
    }
    expect(hex(treeRoot(batches.map((batch) => batch.batchRoot)))).toBe(hex(result.bundleRoot!));
  });

  test('no two stored fragments are alike, not even of replicas', async () => {
    const { batches } = await put([file('zeros', new Uint8Array(3 << 20))], { geometry: geometry({ k: 1, m: 2, batchLog2: 16 }), dedupe: false, chunking: 'fixed' });
    const all = batches.flatMap((batch) => batch.roots.map(hex));
    expect(new Set(all).size).toBe(all.length);
  });

  test('names, not contents, of other agreements and seal keys change what is stored', async () => {
    const base = names(await put(tree()));
    const sealed = names(await put(tree(), { sealKey: master(8) }));
    expect(sealed.ids).toEqual(base.ids);
    expect(sealed.root).not.toBe(base.root);
    expect(names(await put(tree(), { agreement: 8 })).ids).not.toEqual(base.ids);
  });

  test('a file that occurs twice is stored once', async () => {
    const { result } = await put(tree());
    expect(result.stats).toMatchObject({ files: 3, plainBytes: 12_000_000, newBytes: 6_000_000, dedupedBytes: 6_000_000 });
    expect(result.stats.storedBytes).toBeLessThan(6_010_000);
  });

  test('deduplication can be switched off', async () => {
    const { result } = await put(tree(), { dedupe: false });
    expect(result.stats).toMatchObject({ newBytes: 12_000_000, dedupedBytes: 0 });
    expect(result.stats.storedBytes).toBeGreaterThan(12_000_000);
  });

  test('a second run of the same upload stores nothing and says so', async () => {
    const first = await put(tree());
    const second = await after(first, tree());
    expect(second.batches).toEqual([]);
    expect(second.result).toMatchObject({ unchanged: true, batches: 0, bundleRoot: null, chunks: [] });
    expect(second.result.manifest.contentId).toBe(first.result.manifest.contentId);
    expect(second.result.catalog.sequence).toBe(1);
  });

  test('another name, mode or visibility is a change, and stores no content again', async () => {
    const first = await put(tree());
    for (const [objects, options] of [[tree(), { name: 'other' }], [tree().map((object) => ({ ...object, mode: 0o600 })), {}]] as const) {
      const { result, batches } = await after(first, [...objects], options);
      expect(result).toMatchObject({ unchanged: false, batches: 1, stats: { newBytes: 0, dedupedBytes: 12_000_000 } });
      expect(batches).toHaveLength(1);
    }
    expect((await after(first, tree(), { visibility: 'public' })).result.stats.newBytes).toBe(6_000_000);
  });

  test('one per cent of changed bytes re-stores little', async () => {
    const bytes = noise(40 << 20, 3);
    const first = await put([file('db', bytes)]);
    const changed = bytes.slice();
    changed.set(noise(bytes.length / 100, 9), 17_000_000);
    const { result } = await after(first, [file('db', changed)]);
    expect(result.stats.newBytes).toBeLessThan(bytes.length / 10);
    expect(result.manifest.contentId).not.toBe(first.result.manifest.contentId);
    expect(result.catalog.names.get('home')).toHaveLength(2);
  });

  test('lost chunks are stored again even if the tree is the same', async () => {
    const first = await put(tree());
    const again = await after(first, tree(), { known: new ChunkIndex() });
    expect(again.result).toMatchObject({ unchanged: false, stats: { newBytes: 6_000_000 } });
  });

  test.each([-257, -256, -255, -1, 0, 1])('the footer finds its place when the records end %i bytes before or behind the batch', async (difference) => {
    const shape = geometry({ k: 4, m: 2, batchLog2: 18 });
    const probe = await put([file('f', noise(100_000))], { geometry: shape, dedupe: false });
    const others = probe.result.stats.storedBytes - 256 - 100_000;
    // The manifest's coding of the size has the same length for both.
    const { batches, result } = await put([file('f', noise(shape.payloadSize - others + difference))], { geometry: shape, dedupe: false });
    expect(result.stats.storedBytes - 256).toBe(shape.payloadSize + difference);
    expect(batches).toHaveLength(difference <= -256 ? 1 : 2);
    const last = (await payloads({ geometry: shape, sealKey: (await put([])).sealKey, batches, result })).at(-1)!;
    expect((await openFooter(platform, keys, last.slice(-256))).refs).toHaveLength(1);
  });

  test('a record larger than many batches runs through all of them', async () => {
    const { batches } = await put([file('f', noise(4 << 20))], { geometry: geometry({ k: 3, m: 2, batchLog2: 16 }), chunking: 'fixed' });
    expect(batches.length).toBeGreaterThan(64);
    expect(new Set(batches.map((batch) => hex(batch.batchId))).size).toBe(batches.length);
  });

  test('nothing at all makes a bundle of one batch', async () => {
    const { result } = await put([]);
    expect(result).toMatchObject({ unchanged: false, batches: 1, stats: { files: 0, plainBytes: 0 } });
  });

  test('a file that cannot be read is left out, the others are stored', async () => {
    const failing: SourceObject = {
      ...file('bad', noise(10)),
      async *open() {
        yield noise(300_000);
        throw new UnreadableSourceError('bad', new Error('EIO'));
      },
    };
    const { result } = await put([file('good', noise(1000)), failing, file('last', noise(2000))]);
    expect(result.unreadable).toEqual(['bad']);
    expect(result.stats.files).toBe(2);
  });

  test('an error that is no unreadable file ends the upload', async () => {
    const failing: SourceObject = { ...file('bad', noise(10)), open: () => { throw new TypeError('bug'); } };
    await expect(put([failing])).rejects.toThrow(TypeError);
  });

  test('a public single file has the CID of ipfs-car, other objects have one of their own', async () => {
    const bytes = noise(3_500_000, 4);
    const { result } = await put([file('movie', bytes)], { visibility: 'public' });
    expect(result.manifest.contentId).toBe(await publicContentId(file('movie', bytes).open));
    const two = await put([file('movie', bytes), file('x', bytes)], { visibility: 'public' });
    const hidden = await put([file('movie', bytes)]);
    expect(new Set([result, two.result, hidden.result].map(({ manifest }) => manifest.contentId)).size).toBe(3);
  });

  test('private data of two creators shares no chunk id and no ContentID', async () => {
    const a = await put(tree());
    const b = await put(tree(), { keys: await deriveKeys(platform, master(2)) });
    const ids = new Set([...a.result.chunks].map((chunk) => hex(chunk.chunkId)));
    expect([...b.result.chunks].some((chunk) => ids.has(hex(chunk.chunkId)))).toBe(false);
    expect(b.result.manifest.contentId).not.toBe(a.result.manifest.contentId);
  });

  test('refuses unsafe paths, names and unresolved catalogs', async () => {
    for (const path of ['../up', '/absolute', 'a//b', 'a/./b', '', 'nul\0', '\udc00']) await expect(put([file(path, noise(1))])).rejects.toThrow(UnsafePathError);
    await expect(put([], { name: '' })).rejects.toThrow(UnsafePathError);
    const { result } = await put([]);
    await expect(put([], { catalog: result.catalog })).rejects.toThrow(CodecInputError);
  });

  test('stops when asked to', async () => {
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    await expect(put(tree(), { signal: controller.signal })).rejects.toThrow('enough');
  });

  test('reports progress that ends at the totals', async () => {
    const seen: { plainBytes: number; path: string }[] = [];
    const { result } = await put(tree(), { onProgress: (progress) => seen.push(progress) });
    expect(seen.at(-1)).toMatchObject({ path: 'l', plainBytes: result.stats.plainBytes, files: 3 });
    expect(seen.map(({ plainBytes }) => plainBytes)).toEqual(seen.map(({ plainBytes }) => plainBytes).sort((a, b) => a - b));
  });

  test('reads no further ahead than a few chunks', async () => {
    let read = 0;
    const endless: SourceObject = {
      ...file('endless', noise(0)),
      async *open() {
        for (;;) yield noise(1 << 20, ++read);
      },
    };
    const run = encodeBundle({
      geometry: geometry({ k: 2, m: 1, batchLog2: 22 }), agreement: 1, keys, sealKey: master(3), platform, visibility: 'private', name: 'n', created: 0,
      objects: stream([endless]), known: new ChunkIndex(), catalog: EMPTY_CATALOG, chunking: 'fixed',
    });
    for (let batch = 1; batch <= 5; batch++) {
      await run.next();
      expect(read).toBeLessThan(4 * batch + 16);
    }
    await run.return(undefined as never);
  });

  test('a deletion is a bundle of its own, newer than the catalog before it', async () => {
    const first = await put(tree());
    const catalog = withDeletion(resolveCatalog(first.result.catalog, { agreement: AGREEMENT, bundle: 0 }), 'home', CREATED + 5);
    const run = encodeCatalogBundle({ geometry: first.geometry, agreement: AGREEMENT, keys, sealKey: first.sealKey, platform, catalog, known: new ChunkIndex() });
    const batches = [];
    let step = await run.next();
    for (; step.done !== true; step = await run.next()) batches.push(step.value);
    expect(batches).toHaveLength(1);
    expect(step.value.catalog.sequence).toBe(2);
    expect(latestVersion(step.value.catalog, 'home')).toBeUndefined();
  });

  test('the source is read once and closed', async () => {
    let closed = 0;
    const watched: SourceObject = {
      ...file('f', noise(10)),
      async *open() {
        try {
          yield noise(3 << 20);
        } finally {
          closed++;
        }
      },
    };
    await put([watched]);
    expect(closed).toBe(1);
    expect(await collect(watched.open())).toHaveLength(3 << 20);
  });
});
