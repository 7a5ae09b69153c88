/** A provider that serves records as it likes: whatever comes back, content is right or refused. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assertName, assertSafePath } from '../../offchain/codec/archive.ts';
import { latestVersion } from '../../offchain/codec/catalog.ts';
import { type DecodeContext, manifestObjects, readCatalog, readManifest } from '../../offchain/codec/decode.ts';
import { openFooter } from '../../offchain/codec/footer.ts';
import { type CodecKeys, deriveKeys } from '../../offchain/codec/keys.ts';
import { restoreInto } from '../../offchain/codec/restore-node.ts';
import type { RecordLocation } from '../../offchain/codec/types.ts';
import { typed, typedLater, within } from '../support/hostile.ts';
import { AGREEMENT, collect, file, folder, link, master, Network, noise, platform, put, stream } from './pipeline.ts';

const OBJECTS = [folder('d'), file('d/text', Buffer.from('to be or not to be\n'.repeat(500))), file('d/noise', noise(3000, 2)), link('l', 'd')];

/** What is done to the bytes of one read. */
type Lie = (bytes: Uint8Array, location: RecordLocation) => Uint8Array;

const lies: readonly (readonly [string, Lie])[] = [
  ['nothing', () => new Uint8Array(0)],
  ['one byte less', (bytes) => bytes.slice(0, -1)],
  ['one byte more', (bytes) => Uint8Array.from([...bytes, 7])],
  ['the first bit turned over', (bytes) => bytes.with(0, bytes[0]! ^ 1)],
  ['the middle turned over', (bytes) => bytes.with(bytes.length >> 1, bytes[bytes.length >> 1]! ^ 0x80)],
  ['the last bit turned over', (bytes) => bytes.with(bytes.length - 1, bytes.at(-1)! ^ 0x80)],
  ['zeros', (bytes) => new Uint8Array(bytes.length)],
  ['noise', (bytes) => noise(bytes.length, 77)],
  ['itself backwards', (bytes) => bytes.toReversed()],
  ['its halves swapped', (bytes) => Uint8Array.from([...bytes.subarray(bytes.length >> 1), ...bytes.subarray(0, bytes.length >> 1)])],
  ['sixteen mebibytes', () => new Uint8Array(16 << 20)],
];

describe.each(['private', 'public'] as const)('records of a %s object from a source that lies', (visibility) => {
  let keys: CodecKeys;
  let honest: Network;
  let reads = 0;

  /** Everything a new machine reads, in order; `lie` is told at the read number `at`, or at all of them. */
  async function readAll(lie: Lie, at: number | 'all'): Promise<Uint8Array[]> {
    let number = 0;
    const source = {
      async read(location: RecordLocation): Promise<Uint8Array> {
        const bytes = await honest.read(location);
        return at === 'all' || number++ === at ? lie(bytes, location) : bytes;
      },
    };
    const context: DecodeContext = { platform, keys, source };
    const catalog = await readCatalog(context, { locator: await openFooter(platform, keys, honest.footer(0)), home: { agreement: AGREEMENT, bundle: 0 } });
    const manifest = await readManifest(context, latestVersion(catalog, 'home')!);
    const contents: Uint8Array[] = [];
    for await (const object of manifestObjects(context, manifest)) contents.push(await collect(object.open()));
    reads = number;
    return contents;
  }
  let truth: Uint8Array[];

  beforeAll(async () => {
    keys = await deriveKeys(platform, master(1));
    honest = new Network();
    await honest.commit(0, await put(OBJECTS, { visibility }));
    truth = await readAll((bytes) => bytes, 99);
    expect(truth.map((bytes) => bytes.length)).toEqual([0, 9500, 3000, 0]);
    expect(reads).toBeGreaterThan(3);
  });

  test.each(lies)('%s: refused, or the right content', async (_, lie) => {
    await within(256, async () => {
      for (const at of ['all', ...Array.from({ length: reads }, (_, i) => i)] as const) {
        const found = await typedLater(() => readAll(lie, at));
        if (found !== undefined) expect(found).toEqual(truth);
      }
    });
  });

  test('another record in its place: refused', async () => {
    const others: Uint8Array[] = [];
    await readAll((bytes) => (others.push(bytes), bytes), 'all');
    for (const [at, other] of others.entries()) {
      const wrong = others[(at + 1) % others.length]!;
      expect(await typedLater(() => readAll(() => wrong, at)), `read ${at} of ${other.length} bytes`).toBeUndefined();
    }
  });
});

describe('hostile names', () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'hostile-'));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const parts = ['..', '.', '', 'a', ' ', 'ü', '日本', '\n', '\u202e', '~', 'C:', '\\', '..\\..', '%2e%2e', 'a\0b', '\ud800', 'x'.repeat(300), '-rf', '$(id)', 'CON', '.holdfast-0', '__proto__'];
  const paths = parts.flatMap((a) => ['', ...parts].flatMap((b) => [a, `${a}/${b}`, `/${a}/${b}`, `${b}/../${a}`, `d/${a}/../../${b}`]));

  test('never lead out of the folder that is restored into', async () => {
    const into = join(root, 'deep', 'into');
    mkdirSync(into, { recursive: true });
    const objects = paths.flatMap((path) => [file(path, Uint8Array.of(1)), folder(path), link(path, '../../..'), file(`${path}/inside`, Uint8Array.of(2))]);
    const { restored, failed } = await restoreInto(into, stream(objects));
    expect(restored + failed.length).toBe(objects.length);
    expect(restored).toBeGreaterThan(10);
    expect(readdirSync(root)).toEqual(['deep']);
    expect(readdirSync(join(root, 'deep'))).toEqual(['into']);
    expect(readdirSync(into).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  test('are accepted or refused with a typed error', () => {
    for (const path of paths) {
      typed(() => assertSafePath(path));
      typed(() => assertName(path));
      const isEscape = path.startsWith('/') || path.split('/').some((part) => part === '' || part === '.' || part === '..') || /\0|\ud800/.test(path);
      if (isEscape) expect(() => assertSafePath(path)).toThrow();
    }
  });
});
