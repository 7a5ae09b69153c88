import { describe, expect, it } from 'vitest';
import { reciprocalConfig } from '../../offchain/cli/reciprocal-config.ts';
import { ReciprocalConfig, giveBytesOf, namedFolders } from '../../offchain/reciprocal/config.ts';
import { needs } from '../../offchain/reciprocal/funding.ts';
import { choicesFor, isBetter, quotaFor, requireGiven, reservedBytes } from '../../offchain/reciprocal/plan.ts';
import { Retries } from '../../offchain/reciprocal/retries.ts';

const GIB = 2n ** 30n;
const told = (others: number, wanted?: { k: number; m: number }): string[] => choicesFor({ others, wanted }).map(({ scheme: { k, m }, needsOwn }) => `${k}+${m}${needsOwn ? ' with us' : ''}`);

describe('the scheme follows the size of the network', () => {
  it.each([
    [0, []],
    [1, ['1+1 with us']],
    [2, ['1+2 with us', '1+1', '1+1 with us']],
    [3, ['1+2', '1+1', '1+1 with us']],
    [40, ['1+2', '1+1', '1+1 with us']],
  ])('with %i others', (others, choices) => expect(told(others)).toEqual(choices));

  it('takes the wanted one as soon as there is a provider for each slot', () => {
    expect(told(15, { k: 10, m: 6 })[0]).toBe('1+2');
    expect(told(16, { k: 10, m: 6 })[0]).toBe('10+6');
  });

  it('goes to what survives more losses, or to what was wanted, and never back', () => {
    expect(isBetter({ k: 1, m: 2 }, { k: 1, m: 1 })).toBe(true);
    expect(isBetter({ k: 1, m: 1 }, { k: 1, m: 2 })).toBe(false);
    expect(isBetter({ k: 1, m: 2 }, { k: 1, m: 2 })).toBe(false);
    expect(isBetter({ k: 4, m: 2 }, { k: 1, m: 2 }, { k: 4, m: 2 })).toBe(true);
    expect(isBetter({ k: 1, m: 2 }, { k: 4, m: 2 }, { k: 4, m: 2 })).toBe(false);
  });
});

describe('half and half', () => {
  const space = { k: 1, m: 2, batchLog2: 20, quota: quotaFor({ dataBytes: 100n << 20n, scheme: { k: 1, m: 2 }, batchLog2: 20 }) };

  it('reserves the data, a tenth for changes, in every copy', () => {
    expect(space.quota).toBe(110);
    expect(reservedBytes(space)).toBe(3n * (110n << 20n));
  });

  it('takes as much as is given, and says what a byte more would take', () => {
    const facts = { space, dataBytes: 100n << 20n, takenBytes: 0n };
    expect(() => requireGiven({ ...facts, giveBytes: reservedBytes(space) })).not.toThrow();
    expect(() => requireGiven({ ...facts, giveBytes: reservedBytes(space) - 1n })).toThrow('3 copies of 100.0 MiB with room for changes take 330.0 MiB of the network; this node gives 330.0 MiB, and takes no more than it gives. Give more of the disk (--give, --disk), or store less.');
    expect(() => requireGiven({ ...facts, giveBytes: GIB, takenBytes: GIB })).toThrow('and other agreements of this wallet take 1.0 GiB');
  });

  it('gives half of the disk where nothing else is said', () => {
    const config = ReciprocalConfig.parse({ folders: ['a', 'b/c'], diskBytes: 100n * GIB });
    expect(giveBytesOf(config)).toBe(50n * GIB);
    expect(namedFolders(config).map(({ name }) => name)).toEqual(['a', 'c']);
    expect(() => namedFolders({ folders: ['x/a', 'y/a'] })).toThrow('cannot be stored as "a", for');
    expect(ReciprocalConfig.safeParse({ folders: [], diskBytes: 1n }).success).toBe(false);
    expect(ReciprocalConfig.safeParse({ folders: ['a'], diskBytes: 1n, gives: 2 }).success).toBe(false);
  });
});

describe('the command line', () => {
  const said = { folder: ['/photos'], disk: '100GiB' };

  it('wins over config.json, and reads shares as percents or sizes', () => {
    expect(reciprocalConfig(undefined, { ...said, give: '40GiB', scheme: '10+6', price: '0.002', parent: '7' })).toMatchObject({ folders: ['/photos'], diskBytes: 100n * GIB, givePercent: 40, scheme: '10+6', pricePerGibEpoch: 2n * 10n ** 15n, parent: 7 });
    const section = ReciprocalConfig.parse({ folders: ['/a'], diskBytes: 1n, givePercent: 30, scheme: '2+1' });
    expect(ReciprocalConfig.parse(reciprocalConfig(section, { give: '60%' }))).toMatchObject({ folders: ['/a'], givePercent: 60, scheme: { k: 2, m: 1 } });
  });

  it.each([
    ['no folder', { disk: '1GiB' }, 'No folder is named.'],
    ['no disk', { folder: ['/a'] }, 'No part of the disk is named.'],
    ['a share of nothing', { folder: ['/a'], disk: '0', give: '0%' }, 'cannot be given'],
    ['all of the disk', { ...said, give: '100GiB' }, '100GiB of the disk cannot be given. Give from 1% to 99% of it'],
    ['no share', { ...said, give: 'much' }, '"much" is no size.'],
    ['no scheme', { ...said, scheme: '3' }, '"3" is no scheme.'],
  ])('refuses %s', (_what, options, sentence) => expect(() => reciprocalConfig(undefined, { give: '50GiB', ...options })).toThrow(sentence));
});

it('tells what to begin with, and what of it is gone for good', () => {
  const config = ReciprocalConfig.parse({ folders: ['a'], diskBytes: 100n * GIB });
  expect(needs(config, { stakeEpochs: 168, epochsPerPeriod: 84 })).toEqual({
    stake: 8_400_000_000_000_000_000n,
    float: 21_000_000_000_000_000_000n,
    perPeriod: 4_200_000_000_000_000_000n,
    feePerPeriod: 63_000_000_000_000_000n,
  });
});

it('tries again after pauses that double, and at once when the facts are others', () => {
  let nowMs = 0;
  const retries = new Retries({ firstMs: 100, lastMs: 300, now: () => nowMs });
  expect(retries.isDue('a')).toBe(true);
  for (const pauseMs of [100, 200, 300, 300]) {
    retries.failed('a', 'two nodes');
    expect(retries.isFailing('a')).toBe(true);
    nowMs += pauseMs - 1;
    expect(retries.isDue('a', 'two nodes')).toBe(false);
    expect(retries.isDue('a', 'three nodes')).toBe(true);
    nowMs += 1;
    expect(retries.isDue('a', 'two nodes')).toBe(true);
  }
  retries.succeeded('a');
  expect(retries.isFailing('a')).toBe(false);
});
