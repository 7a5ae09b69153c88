import { describe, expect, it } from 'vitest';
import { formatDecimal, parseDecimal } from '../../offchain/indexer/schema/decimal.ts';
import { plural, singular } from '../../offchain/indexer/query/names.ts';
import { decimalOf, integerOf, sortableDecimal, sortableInteger } from '../../offchain/indexer/store/sortable.ts';

describe('numbers as text', () => {
  const whole = [-(10n ** 40n), -(2n ** 128n), -101n, -100n, -99n, -10n, -9n, -1n, 0n, 1n, 9n, 10n, 11n, 99n, 100n, 2n ** 64n, 2n ** 256n];
  const decimal = ['-1200', '-12.5', '-12.49', '-1', '-0.5', '-0.05', '-0.049', '0', '0.000001', '0.05', '0.5', '0.55', '1', '1.5', '9.99', '10', '1200', '12000000000000000000000000000000'];

  it('sort as the numbers do, and come back', () => {
    expect(whole.map(sortableInteger)).toEqual(whole.map(sortableInteger).toSorted());
    expect(whole.map(sortableInteger).map(integerOf)).toEqual(whole);
    expect(decimal.map(sortableDecimal)).toEqual(decimal.map(sortableDecimal).toSorted());
    expect(decimal.map(sortableDecimal).map(decimalOf)).toEqual(decimal);
  });

  it('decimals lose zeros and digits beyond 34', () => {
    expect(['1.500', '-0.0', '1e3', '12345678901234567890123456789012345678', '0.12345678901234567890123456789012345'].map((one) => formatDecimal(parseDecimal(one)))).toEqual(['1.5', '0', '1000', '12345678901234567890123456789012350000', '0.1234567890123456789012345678901235']);
    for (const bad of ['', '.', '1,5', '0x10', 'NaN', '1e99999']) expect(() => parseDecimal(bad)).toThrow();
  });
});

describe('names of query fields', () => {
  it('are the ones of The Graph', () => {
    expect(['HeavyNode', 'Epoch', 'Batch', 'Miss', 'Penalty', 'Proof', 'Network', 'CommonsPool', 'Relay', 'News'].map((one) => [singular(one), plural(one)])).toEqual([
      ['heavyNode', 'heavyNodes'], ['epoch', 'epoches'], ['batch', 'batches'], ['miss', 'misses'], ['penalty', 'penalties'], ['proof', 'proofs'], ['network', 'networks'], ['commonsPool', 'commonsPools'], ['relay', 'relays'],
      ['news', 'news_collection'],
    ]);
  });
});
