import { decode, encode } from '@ipld/dag-cbor';
import { bytesToHex } from 'viem';
import { describe, expect, test } from 'vitest';
import { type ForeignKeys, EMPTY_CATALOG, decodeCatalog, encodeCatalog, latestVersion, resolveCatalog, withDeletion, withForeign, withVersion, withoutVersions } from '../../offchain/codec/catalog.ts';
import { MalformedError } from '../../offchain/codec/format-errors.ts';
import type { ManifestRef } from '../../offchain/codec/manifest-ref.ts';
import { rawCid } from '../../offchain/codec/unixfs.ts';
import { noise } from './pipeline.ts';

const ref = (seed: number, bundle: number | null = 3): ManifestRef => ({
  visibility: 'public', contentId: rawCid(noise(32, seed)).toString(), root: noise(32, seed + 100), created: seed, size: 500,
  agreement: 7, bundle, chunks: [{ chunkId: noise(32, seed), size: 500, method: 1, agreement: 7, bundle, batch: 0, offset: seed, storedSize: 400 }],
});
const foreign: readonly ForeignKeys[] = [{ agreement: 7, bundle: 3, batch: 0, keys: noise(64, 9) }, { agreement: 8, bundle: 0, batch: 5, keys: noise(32, 10) }];

describe('references to what others stored', () => {
  test('round trip beside own versions, and survive every change of the catalog', () => {
    const catalog = withDeletion(withForeign(withVersion(withForeign(EMPTY_CATALOG, 'film', { manifest: ref(1), foreign }), 'mine', ref(2, null)), 'mine', { manifest: ref(3), foreign }), 'film', 99);
    expect(decodeCatalog(encodeCatalog(catalog))).toEqual(catalog);
    const settled = resolveCatalog(catalog, { agreement: 1, bundle: 4 });
    expect(settled.names.get('film')?.[0]).toEqual({ kind: 'stored', manifest: ref(1), foreign });
    expect(settled.names.get('mine')?.[0]).toMatchObject({ manifest: { agreement: 1, bundle: 4 } });
    expect(latestVersion(settled, 'mine')).toEqual(ref(3));
    expect(withoutVersions(settled, 'mine', (version) => version.kind === 'stored' && version.foreign !== undefined).names.get('mine')).toHaveLength(1);
  });

  test('frozen: a catalog without them is what it was, one with them is this', () => {
    const bare = encodeCatalog(withVersion(EMPTY_CATALOG, 'film', ref(1)));
    const row = (bytes: Uint8Array): unknown[] => (decode(bytes) as { names: [string, unknown[]][] }).names[0]![1];
    const [item] = row(bare);
    const [[manifest, keys]] = row(encodeCatalog(withForeign(EMPTY_CATALOG, 'film', { manifest: ref(1), foreign }))) as [[unknown, unknown]];
    expect(manifest).toEqual(item);
    expect(bytesToHex(encode(keys))).toBe(`0x828407030058${'40'}${bytesToHex(noise(64, 9)).slice(2)}840800055820${bytesToHex(noise(32, 10)).slice(2)}`);
  });

  test('refuses keys of another length, places that do not exist, and what says "this bundle"', () => {
    const written = (change: (item: [Record<string, unknown>, unknown[][]]) => unknown): Uint8Array => {
      const document = decode(encodeCatalog(withForeign(EMPTY_CATALOG, 'film', { manifest: ref(1), foreign }))) as { names: [string, unknown[]][] };
      document.names[0]![1] = [change(document.names[0]![1][0] as [Record<string, unknown>, unknown[][]])];
      return encode(document);
    };
    expect(decodeCatalog(written((item) => item)).names.size).toBe(1);
    const bad: ((item: [Record<string, unknown>, unknown[][]]) => unknown)[] = [
      ([manifest, rows]) => [manifest, [[...rows[0]!.slice(0, 3), noise(31, 1)]]],
      ([manifest, rows]) => [manifest, [[...rows[0]!.slice(0, 3), new Uint8Array(0)]]],
      ([manifest, rows]) => [manifest, [[0, ...rows[0]!.slice(1)]]],
      ([manifest, rows]) => [manifest, [rows[0]!.slice(0, 3)]],
      ([manifest]) => [manifest],
      ([manifest, rows]) => [{ ...manifest, home: [7, null] }, rows],
      ([, rows]) => ['film', rows],
    ];
    for (const change of bad) expect(() => decodeCatalog(written(change))).toThrow(MalformedError);
  });
});
