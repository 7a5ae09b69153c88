import { describe, expect, test } from 'vitest';
import { ChunkTable } from '../../offchain/codec/chunk-table.ts';
import type { ChunkRef } from '../../offchain/codec/types.ts';
import { noise } from './pipeline.ts';

const U32_MAX = 0xffff_ffff;
const ref = (i: number, fields: Partial<ChunkRef> = {}): ChunkRef => ({
  chunkId: noise(32, i), size: 1000 + i, method: i % 2 === 0 ? 0 : 1, agreement: 3, bundle: i % 3 === 0 ? null : i, batch: i, offset: 17 * i, storedSize: 900 + i, ...fields,
});

describe('a table of chunks', () => {
  test('gives back every row as it was, and finds it by id', () => {
    const table = new ChunkTable();
    const refs = Array.from({ length: 5000 }, (_, i) => ref(i));
    for (const [row, one] of refs.entries()) expect(table.add(one)).toBe(row);
    for (const [row, one] of refs.entries()) {
      expect(table.at(row)).toEqual(one);
      expect(table.rowOf(one.chunkId)).toBe(row);
    }
    expect(table.rowOf(noise(32, 5000))).toBe(-1);
    expect(() => table.at(5000)).toThrow(RangeError);
  });

  test('holds the largest numbers', () => {
    const table = new ChunkTable();
    const largest = ref(1, { size: U32_MAX, agreement: U32_MAX, bundle: U32_MAX - 1, batch: U32_MAX, offset: U32_MAX, storedSize: U32_MAX });
    table.add(largest);
    expect(table.at(0)).toEqual(largest);
  });

  test('of rows with one id the newest is found, also when the table has grown since', () => {
    const table = new ChunkTable();
    table.add(ref(1));
    table.add(ref(1, { bundle: 9 }));
    for (let i = 10; i < 2000; i++) table.add(ref(i));
    expect(table.at(table.rowOf(noise(32, 1))).bundle).toBe(9);
    expect(table.at(0)).toEqual(ref(1));
  });

  test('ids that begin alike are told apart', () => {
    const table = new ChunkTable();
    const ids = Array.from({ length: 600 }, (_, i) => Uint8Array.from({ length: 32 }, (_, at) => (at < 30 ? 1 : at === 30 ? i >> 8 : i & 255)));
    for (const [i, chunkId] of ids.entries()) table.add(ref(i, { chunkId }));
    expect(ids.map((chunkId) => table.rowOf(chunkId))).toEqual(ids.map((_, i) => i));
  });
});
