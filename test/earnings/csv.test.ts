import { describe, expect, it } from 'vitest';
import { toCsv } from '../../offchain/earnings/csv.ts';

describe('a table', () => {
  it('follows RFC 4180, with exact units and a column for people', () => {
    const rows = [{ what: 'plain', count: 3, rent: 10n ** 18n + 1n }, { what: 'with "quotes", commas\nand lines', count: null, rent: -(10n ** 17n) }];
    expect(toCsv(['what', 'count', 'rent'], rows)).toBe(
      'what,count,rent units,rent tokens\r\nplain,3,1000000000000000001,1.000000000000000001\r\n"with ""quotes"", commas\nand lines",,-100000000000000000,-0.1\r\n',
    );
  });

  it('has its head even when it is empty', () => {
    expect(toCsv(['a', 'b'], [])).toBe('a,b\r\n');
  });
});
