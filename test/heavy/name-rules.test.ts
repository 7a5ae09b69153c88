import { keccak256, toHex } from 'viem';
import { describe, expect, it } from 'vitest';
import { decideCopy, decideWrite } from '../../offchain/heavy/name-rules.ts';
import type { VersionedValue } from '../../offchain/heavy/name-rules.ts';

function record(version: number, value: string): VersionedValue {
  return { version, valueHash: keccak256(toHex(value)) };
}

describe('name records', () => {
  it('store the first and every higher version', () => {
    expect(decideWrite(undefined, record(1, 'a'))).toBe('store');
    expect(decideWrite(record(1, 'a'), record(2, 'a'))).toBe('store');
    expect(decideWrite(record(1, 'a'), record(9, 'b'))).toBe('store');
  });

  it('accept the same again, and refuse another value of the same or an older version', () => {
    expect(decideWrite(record(3, 'a'), record(3, 'a'))).toBe('keep');
    expect(decideWrite(record(3, 'a'), record(3, 'b'))).toBe('conflict');
    expect(decideWrite(record(3, 'a'), record(2, 'b'))).toBe('conflict');
  });

  it('compare hashes whatever their letter case', () => {
    const { version, valueHash } = record(1, 'a');
    expect(decideWrite(record(1, 'a'), { version, valueHash: `0x${valueHash.slice(2).toUpperCase()}` })).toBe('keep');
  });

  it('end equal at all heavy nodes, in whatever order copies arrive', () => {
    const records = [record(1, 'a'), record(2, 'b'), record(2, 'c'), record(2, 'd')];
    const orders = records.flatMap((a) => records.flatMap((b) => records.flatMap((c) => records.map((d) => [a, b, c, d]))));
    const complete = orders.filter((order) => new Set(order).size === records.length);
    const ends = complete.map((order) => {
      let stored: VersionedValue | undefined;
      for (const incoming of order) if (decideCopy(stored, incoming) === 'store') stored = incoming;
      return stored?.valueHash;
    });
    expect(ends).toHaveLength(24);
    expect(new Set(ends).size).toBe(1);
  });
});
