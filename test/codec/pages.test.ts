import fc from 'fast-check';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ChunkTable } from '../../offchain/codec/chunk-table.ts';
import { EntryTable } from '../../offchain/codec/entry-table.ts';
import type { ManifestEntry } from '../../offchain/codec/manifest.ts';
import { NumberList } from '../../offchain/codec/number-list.ts';
import { openPageFile } from '../../offchain/codec/page-file-node.ts';
import { type Page, PAGE_BYTES, Pages } from '../../offchain/codec/pages.ts';
import { TextList } from '../../offchain/codec/text-list.ts';
import type { ChunkRef } from '../../offchain/codec/types.ts';
import { noise } from './pipeline.ts';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'pages-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As little memory as there can be: nearly everything lies in the file. */
const FEW = 2 * PAGE_BYTES;
const few = (maxBytes = FEW): Pages => new Pages({ maxBytes, open: () => openPageFile(folder) });

describe('pages', () => {
  test('keep what was written in any order, with two of them in memory', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 19 }), fc.integer({ min: 0, max: PAGE_BYTES / 4 - 1 }), fc.integer({ min: 0, max: 2 ** 32 - 1 })), { maxLength: 300 }), (writes) => {
      const pages = few();
      try {
        const own = Array.from({ length: 20 }, () => pages.add(Uint32Array));
        const model = own.map(() => new Map<number, number>());
        for (const [page, index, value] of writes) {
          expect(pages.in(own[page]!)[index]).toBe(model[page]!.get(index) ?? 0);
          pages.toChange(own[page]!)[index] = value;
          model[page]!.set(index, value);
          expect(pages.bytesInMemory).toBeLessThanOrEqual(FEW);
        }
        for (const [page, values] of model.entries()) for (const [index, value] of values) expect(pages.in(own[page]!)[index]).toBe(value);
      } finally {
        pages.close();
      }
    }), { numRuns: 50 });
  });

  test('are zeroes when they are new, whatever lay there before', () => {
    const pages = few();
    for (let round = 0; round < 5; round++) {
      const own = Array.from({ length: 6 }, () => pages.add(Uint8Array));
      for (const page of own) expect(pages.in(page).every((byte) => byte === 0)).toBe(true);
      for (const page of own) pages.toChange(page).fill(255);
      for (const page of own) pages.drop(page);
    }
    pages.close();
  });

  test('use the places of dropped ones again', () => {
    let places = 0;
    const pages = new Pages({ maxBytes: FEW, open: () => {
      const file = openPageFile(folder);
      return { ...file, write: (place, page) => (places = Math.max(places, place + 1), file.write(place, page)) };
    } });
    for (let round = 0; round < 20; round++) {
      const own: Page[] = Array.from({ length: 10 }, () => pages.add(Uint8Array));
      for (const page of own) pages.drop(page);
    }
    expect(places).toBeLessThanOrEqual(10);
    pages.close();
  });

  test('leave no file behind, and open none as long as all fits', () => {
    const pages = few(10 * PAGE_BYTES);
    for (let i = 0; i < 10; i++) pages.add(Uint8Array);
    let opened = 0;
    const none = new Pages({ maxBytes: FEW, open: () => (opened++, openPageFile(folder)) });
    none.add(Uint8Array);
    none.close();
    for (let i = 0; i < 10; i++) pages.add(Uint8Array);
    pages.close();
    expect([opened, readdirSync(folder)]).toEqual([0, []]);
  });

  test('stay in memory where the disk takes nothing, and lose nothing', () => {
    const file = openPageFile(folder);
    let left = 3;
    const full = (): never => {
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    };
    const pages = new Pages({ maxBytes: FEW, open: () => ({ ...file, write: (place, page) => (left-- > 0 ? file.write(place, page) : full()) }) });
    const list = new NumberList(Uint32Array, pages);
    for (let i = 0; i < 40_000; i++) list.push(i);
    expect(list.slice(0, 40_000)).toEqual(Array.from({ length: 40_000 }, (_, i) => i));
    expect(pages.bytesInMemory).toBeGreaterThan(FEW);
    pages.close();
    const closed = new Pages({ maxBytes: FEW, open: full });
    const numbers = new NumberList(Uint8Array, closed);
    for (let i = 0; i < 5 * PAGE_BYTES; i++) numbers.push(i & 255);
    expect(numbers.at(4 * PAGE_BYTES + 7)).toBe(7);
  });
});

describe('tables whose pages lie in a file', () => {
  test('of numbers hold the range of their type', () => {
    const pages = few();
    const bytes = new NumberList(Uint8Array, pages);
    const words = new NumberList(Uint32Array, pages);
    const floats = new NumberList(Float64Array, pages);
    const at = [0, 1, PAGE_BYTES - 1, PAGE_BYTES, 3 * PAGE_BYTES + 5];
    for (const [i, index] of at.entries()) {
      bytes.set(index, 255 - i);
      words.set(index, 2 ** 32 - 1 - i);
      floats.set(index, -8.64e15 + i);
    }
    expect(at.map((index) => [bytes.at(index), words.at(index), floats.at(index)])).toEqual(at.map((_, i) => [255 - i, 2 ** 32 - 1 - i, -8.64e15 + i]));
    expect([bytes.at(2), words.at(10 ** 6), bytes.length]).toEqual([0, 0, 3 * PAGE_BYTES + 6]);
    pages.close();
  });

  test('of texts give them back, across pages, with any letters', () => {
    const pages = few();
    const texts = new TextList(pages);
    const all = ['', 'a', 'ü\n', '😀'.repeat(9000), '\ufeffbegins with a mark', ...Array.from({ length: 3000 }, (_, i) => `folder ${i % 7}/ファイル-${i}.bin`), 'x'.repeat(32_768)];
    expect(all.map((text) => texts.push(text))).toEqual(all.map((_, i) => i));
    expect(all.map((_, i) => texts.at(i))).toEqual(all);
    expect([texts.at(-1), texts.at(all.length)]).toEqual([undefined, undefined]);
    pages.close();
  });

  test('of chunks find every id after they have grown', () => {
    const pages = few(4 * PAGE_BYTES);
    const table = new ChunkTable(pages);
    const ref = (i: number): ChunkRef => ({ chunkId: noise(32, i), size: 1000 + i, method: i % 2 === 0 ? 0 : 1, agreement: 3, bundle: i % 3 === 0 ? null : i, batch: i, offset: 17 * i, storedSize: 900 + i });
    for (let i = 0; i < 6000; i++) expect(table.add(ref(i))).toBe(i);
    for (let i = 0; i < 6000; i++) expect(table.at(table.rowOf(noise(32, i)))).toEqual(ref(i));
    expect(table.rowOf(noise(32, 6000))).toBe(-1);
    expect(pages.bytesInMemory).toBe(4 * PAGE_BYTES);
    pages.close();
  });

  test('of entries give back files, folders and links with their chunks', () => {
    const pages = few();
    const table = new EntryTable(pages);
    const entries: ManifestEntry[] = [];
    for (let i = 0, chunk = 0; i < 3000; i++) {
      const kind = (['file', 'folder', 'symlink'] as const)[i % 3]!;
      const chunks = kind === 'file' ? Array.from({ length: i % 5 }, () => chunk++) : [];
      entries.push({ path: `folder/${i}-ö`, kind, mode: i % 0o7777, mtimeMs: 1.7e12 + i, size: i * 2 ** 33, ...(kind === 'symlink' ? { target: i % 2 === 0 ? '' : `../${i}` } : {}), chunks });
      for (const index of chunks) table.addChunk(index);
      const { chunks: _, ...info } = entries.at(-1)!;
      table.push(info);
    }
    expect([...table]).toEqual(entries);
    expect(table.at(3000)).toBeUndefined();
    pages.close();
  });
});
