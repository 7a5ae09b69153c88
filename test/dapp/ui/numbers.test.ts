import { describe, expect, test } from 'vitest';
import { formatAmount, formatBps, formatBytes, formatDuration, formatProven, formatRelative, shortHex } from '../../../offchain/dapp/src/ui/format.ts';
import { parseAmount, parseBytes, parseWhole } from '../../../offchain/dapp/src/ui/parse.ts';

const TOKEN = 10n ** 18n;

describe('amounts', () => {
  test.each([
    [0n, '0'], [TOKEN, '1'], [1_234_567n * TOKEN, '1,234,567'], [TOKEN / 3n, '0.3333'], [29_200_000_000_000_204_400n, '29.2'],
    [1n, '0.000000000000000001'], [TOKEN - 1n, '0.9999'], [-TOKEN / 2n, '−0.5'], [12_345n * 10n ** 11n, '0.0012'],
  ])('%s units: %s', (units, text) => expect(formatAmount(units)).toBe(text));

  test.each([['1', TOKEN], ['.5', TOKEN / 2n], ['1,234.5', 12_345n * TOKEN / 10n], [' 2 ', 2n * TOKEN]] as const)('%j is read', (text, units) => expect(parseAmount(text)).toEqual({ value: units }));

  test.each(['', '-1', '1e3', '0', 'abc', '1.2.3', '0.0000000000000000001', '∞'])('%j is refused with a sentence', (text) => expect(parseAmount(text).problem).toMatch(/\.$/));

  test('bounds', () => expect(parseAmount('5', { max: TOKEN, tooMuch: 'You have 1.' })).toEqual({ problem: 'You have 1.' }));
});

test('bytes', () => {
  expect([0, 1, 1023, 1024, 1_572_864, 5 * 2 ** 40].map(formatBytes)).toEqual(['0 bytes', '1 byte', '1023 bytes', '1 KiB', '1.5 MiB', '5 TiB']);
  expect(parseBytes('1.5 GiB')).toEqual({ value: 1.5 * 2 ** 30 });
  expect(parseBytes('10')).toEqual({ value: 10 * 2 ** 30 });
  expect(parseBytes('64MiB')).toEqual({ value: 64 * 2 ** 20 });
  for (const text of ['', 'much', '-1 GiB', '1 parsec', '0', '1 toString', '1 constructor']) expect(parseBytes(text).problem).toMatch(/\.$/);
});

test('whole numbers', () => {
  expect(parseWhole('12', { min: 1, max: 20 })).toEqual({ value: 12 });
  for (const text of ['', '0', '21', '1.5', 'x', '9'.repeat(30)]) expect(parseWhole(text, { min: 1, max: 20 }).problem).toMatch(/\.$/);
});

test('time and shares', () => {
  expect([0, 1, 90, 3_600, 7_500, 86_400 * 3].map((seconds) => formatDuration(seconds, { parts: 2 }))).toEqual(['0 seconds', '1 second', '1 minute and 30 seconds', '1 hour', '2 hours and 5 minutes', '3 days']);
  expect([formatRelative(100, 160), formatRelative(160, 100), formatRelative(100, 100)]).toEqual(['1 minute ago', 'in 1 minute', 'now']);
  expect([0, 9_999, 10_000, 5_015].map(formatBps)).toEqual(['0 %', '99.9 %', '100 %', '50.1 %']);
  expect([0, 9_998, 9_999, 10_000].map(formatProven)).toEqual(['0 %', '99.9 %', '100 %', '100 %']);
  expect(shortHex(`0x${'ab'.repeat(20)}`)).toBe('0xabab…abab');
});
