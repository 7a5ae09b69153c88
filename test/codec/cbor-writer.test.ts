import { encode } from '@ipld/dag-cbor';
import { describe, expect, test } from 'vitest';
import { encodeCbor, encodeCborPieces, mapRows } from '../../offchain/codec/cbor-writer.ts';
import { CodecInputError } from '../../offchain/codec/format-errors.ts';

const integers = [0, 23, 24, 255, 256, 0xffff, 0x1_0000, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER];
const texts = ['', 'a', 'x'.repeat(23), 'x'.repeat(24), 'ä'.repeat(12), 'ä'.repeat(20), '日'.repeat(100), 'x'.repeat(255), 'x'.repeat(256), '🧱'.repeat(20_000)];

describe('dag-cbor', () => {
  test.each([
    null, ...integers, ...integers.map((value) => -1 - value).filter(Number.isSafeInteger), ...texts, new Uint8Array(0), new Uint8Array(70_000).fill(7),
    [], [1, [2, [null, 'three']]], Array.from({ length: 300 }, (_, i) => i), {}, { b: 1, a: 2, aa: 3, é: 4, 'a\0': 5 }, { v: 1, homes: [[1, null]], table: new Uint8Array(53) },
  ])('%j is written as the reference library writes it', (value) => {
    expect(Buffer.compare(encodeCbor(value), encode(value))).toBe(0);
  });

  test('rows that are made on the way are a list like any other', () => {
    const rows = mapRows(mapRows(['a', 'b', 'c'], (text, i) => [text, i]), ([text, i]) => ({ text, i }));
    expect(Buffer.compare(encodeCbor({ rows }), encode({ rows: [...rows] }))).toBe(0);
  });

  test('pieces are the same bytes, however long the lists and byte strings in them', () => {
    const rows = mapRows(Array.from({ length: 5_000 }, (_, i) => i), (i) => [`path ${i}`, i, null, new Uint8Array(i % 100).fill(i)]);
    const bytes = new Uint8Array(32).fill(9);
    const table = { sizeBytes: 53 * 5_000, *[Symbol.iterator]() { for (let i = 0; i < 5_000; i++) yield new Uint8Array(53).fill(i); } };
    for (const value of [null, [], {}, 'ä'.repeat(40_000), { v: 1, rows, table: [[[1, null]], table], list: [1, [2, rows]], bytes }, ['private', rows]]) {
      const pieces = [...encodeCborPieces(value)].map((piece) => piece.length);
      const joined = Buffer.concat(Array.from(encodeCborPieces(value), (piece) => Buffer.from(piece)));
      expect(Buffer.compare(joined, encodeCbor(value))).toBe(0);
      expect(Math.max(...pieces)).toBeLessThan(128 << 10);
    }
    const whole = encode({ rows: [...rows], table: Buffer.concat([...table]) });
    expect(Buffer.compare(encodeCbor({ rows, table }), whole)).toBe(0);
  });

  test('what the formats do not know is refused', () => {
    for (const value of [undefined, 1.5, NaN, Infinity, 2 ** 53, true, 1n, () => 1, [undefined]]) expect(() => encodeCbor(value)).toThrow(CodecInputError);
    expect(() => encodeCbor({ length: 2, *[Symbol.iterator]() { yield 1; } })).toThrow('gave 1');
    expect(() => encodeCbor({ sizeBytes: 2, *[Symbol.iterator]() { yield new Uint8Array(3); } })).toThrow('gave 3');
  });
});
