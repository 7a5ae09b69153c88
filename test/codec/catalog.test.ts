import { decode, encode } from '@ipld/dag-cbor';
import { describe, expect, test } from 'vitest';
import { type Catalog, EMPTY_CATALOG, decodeCatalog, encodeCatalog, isUnresolved, latestVersion, resolveCatalog, withDeletion, withVersion, withoutVersions } from '../../offchain/codec/catalog.ts';
import { MalformedError, UnsafePathError } from '../../offchain/codec/format-errors.ts';
import type { ManifestRef } from '../../offchain/codec/manifest-ref.ts';
import { rawCid } from '../../offchain/codec/unixfs.ts';
import { noise } from './pipeline.ts';

const version = (seed: number, bundle: number | null = 1): ManifestRef => ({
  visibility: seed % 2 === 0 ? 'private' : 'public', contentId: rawCid(noise(32, seed)).toString(), root: noise(32, seed + 100), created: seed, size: 500,
  agreement: 7, bundle, chunks: [{ chunkId: noise(32, seed), size: 500, method: 1, agreement: 7, bundle, batch: 0, offset: seed, storedSize: 400 }],
});

function sample(): Catalog {
  let catalog = withVersion(EMPTY_CATALOG, 'photos', version(1));
  catalog = withVersion(catalog, 'photos', version(2));
  catalog = withVersion(catalog, '__proto__', version(3));
  catalog = withVersion(catalog, '日本\n🧱', version(4, null));
  return withDeletion(catalog, '__proto__', 77);
}

describe('catalog', () => {
  test('keeps versions in order and counts its changes', () => {
    const catalog = sample();
    expect(catalog.sequence).toBe(5);
    expect(catalog.names.get('photos')).toHaveLength(2);
    expect(latestVersion(catalog, 'photos')?.created).toBe(2);
    expect(latestVersion(catalog, '__proto__')).toBeUndefined();
    expect(latestVersion(catalog, 'unknown')).toBeUndefined();
  });

  test('changes leave the old catalog as it was', () => {
    const before = sample();
    const copy = encodeCatalog(before);
    withVersion(before, 'photos', version(8));
    withDeletion(before, 'photos', 9);
    withoutVersions(before, 'photos');
    expect(encodeCatalog(before)).toEqual(copy);
  });

  test('deleting what is not there changes nothing', () => {
    const catalog = sample();
    expect(withDeletion(catalog, 'unknown', 1)).toBe(catalog);
    expect(withDeletion(catalog, '__proto__', 1)).toBe(catalog);
  });

  test('versions can be forgotten, one by one or with their name', () => {
    const catalog = sample();
    const pruned = withoutVersions(catalog, 'photos', (item) => item.kind === 'stored' && item.manifest.created > 1);
    expect(pruned.names.get('photos')).toHaveLength(1);
    expect(pruned.sequence).toBe(6);
    expect(withoutVersions(catalog, 'photos').names.has('photos')).toBe(false);
    expect(withoutVersions(catalog, 'unknown')).toBe(catalog);
  });

  test('round trip, in any order of insertion', () => {
    const catalog = sample();
    expect(decodeCatalog(encodeCatalog(catalog))).toEqual({ ...catalog, names: new Map([...catalog.names].sort(([a], [b]) => (a < b ? -1 : 1))) });
    const reversed = { ...catalog, names: new Map([...catalog.names].reverse()) };
    expect(encodeCatalog(reversed)).toEqual(encodeCatalog(catalog));
    expect(decodeCatalog(encodeCatalog(EMPTY_CATALOG))).toEqual(EMPTY_CATALOG);
  });

  test('resolving fills in the bundle where it was open, and only there', () => {
    const catalog = sample();
    expect(isUnresolved(catalog)).toBe(true);
    const settled = resolveCatalog(catalog, { agreement: 9, bundle: 12 });
    expect(isUnresolved(settled)).toBe(false);
    expect(latestVersion(settled, '日本\n🧱')).toMatchObject({ agreement: 9, bundle: 12, chunks: [{ agreement: 9, bundle: 12 }] });
    expect(latestVersion(settled, 'photos')).toEqual(version(2));
  });

  test('refuses names that cannot be stored', () => {
    for (const name of ['', 'a\0b', '\ud800', 'x'.repeat(4097)]) expect(() => withVersion(EMPTY_CATALOG, name, version(1))).toThrow(UnsafePathError);
  });

  test('truncations and flipped bits give typed errors', () => {
    const bytes = encodeCatalog(sample());
    for (let length = 0; length < bytes.length; length++) expect(() => decodeCatalog(bytes.slice(0, length))).toThrow(MalformedError);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      try {
        decodeCatalog(flipped);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedError);
      }
    }
  });

  test.each<[string, (data: any) => void]>([
    ['unknown version', (data) => { data.v = 0; }],
    ['names out of order', (data) => { data.names.reverse(); }],
    ['repeated name', (data) => { data.names.push(data.names.at(-1)); }],
    ['name without versions', (data) => { data.names[0][1] = []; }],
    ['negative sequence', (data) => { data.sequence = -1; }],
    ['fractional sequence', (data) => { data.sequence = 0.5; }],
    ['chunks that do not add up', (data) => { data.names[1][1][0].size = 1; }],
    ['size of a chunk beyond its maximum', (data) => { data.names[1][1][0].chunks[1][35] = 1; }],
    ['unknown method', (data) => { data.names[1][1][0].chunks[1][36] = 3; }],
    ['negative deletion time', (data) => { data.names[0][1][1] = -1; }],
  ])('refuses: %s', (_, change) => {
    const data: any = decode(encodeCatalog(sample()));
    change(data);
    expect(() => decodeCatalog(encode(data))).toThrow(MalformedError);
  });
});
