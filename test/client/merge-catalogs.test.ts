import { describe, expect, it } from 'vitest';
import type { Catalog, CatalogVersion } from '../../offchain/codec/catalog.ts';
import { missingVersions, withVersions } from '../../offchain/client/merge-catalogs.ts';

const stored = (created: number, agreement: number, bundle: number): CatalogVersion => ({
  kind: 'stored',
  manifest: { visibility: 'private', contentId: 'x', root: Uint8Array.of(created), created, size: 1, agreement, bundle, chunks: [] },
});
const deleted = (created: number): CatalogVersion => ({ kind: 'deleted', created });
const catalog = (sequence: number, names: Record<string, CatalogVersion[]>): Catalog => ({ sequence, names: new Map(Object.entries(names)) });
const merge = (base: Catalog, other: Catalog, from = 0): Catalog => withVersions(base, missingVersions(base, other, ({ bundle }) => (bundle ?? -1) >= from));

describe('merging two catalogs', () => {
  it('adds what only the older one has, in the order of time, and keeps the sequence', () => {
    const base = catalog(3, { a: [stored(10, 1, 0), stored(30, 1, 2)] });
    const other = catalog(2, { a: [stored(10, 1, 0), stored(20, 2, 0)], b: [stored(5, 2, 0)] });
    expect(merge(base, other)).toEqual(catalog(3, { a: [stored(10, 1, 0), stored(20, 2, 0), stored(30, 1, 2)], b: [stored(5, 2, 0)] }));
  });

  it('is the base itself when there is nothing to add', () => {
    const base = catalog(3, { a: [stored(10, 1, 0)] });
    expect(merge(base, catalog(2, { a: [stored(10, 1, 0)] }))).toBe(base);
  });

  it('leaves out what was committed before: the newer one dropped it on purpose', () => {
    const base = catalog(5, {});
    expect(merge(base, catalog(4, { a: [stored(10, 2, 3)], b: [stored(20, 2, 4)] }), 4)).toEqual(catalog(5, { b: [stored(20, 2, 4)] }));
  });

  it('takes a deletion of what is still listed, not one of what came after it or is unknown', () => {
    const base = catalog(3, { a: [stored(10, 1, 0)], b: [stored(30, 1, 1)] });
    const other = catalog(3, { a: [stored(10, 1, 0), deleted(15)], b: [deleted(20)], c: [deleted(20)] });
    expect(merge(base, other)).toEqual(catalog(3, { a: [stored(10, 1, 0), deleted(15)], b: [stored(30, 1, 1)] }));
  });

  it('keeps the place of a version that was repacked', () => {
    const base = catalog(4, { a: [stored(10, 7, 1)] });
    expect(merge(base, catalog(2, { a: [stored(10, 2, 0)] }))).toBe(base);
  });
});
