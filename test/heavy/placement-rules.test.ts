import { describe, expect, it } from 'vitest';
import { TooFewProvidersError } from '../../offchain/heavy/errors.ts';
import type { Candidate } from '../../offchain/heavy/placement/candidate.ts';
import { place } from '../../offchain/heavy/placement/place.ts';
import { MIN_RENT, rulesFor } from '../../offchain/heavy/placement/rules.ts';
import type { HouseRules, PlacementRules } from '../../offchain/heavy/placement/rules.ts';
import { countRefusals, countsText, someOfEach } from '../../offchain/heavy/placement/tally.ts';
import { VETTING, vettingLimitBytes } from '../../offchain/heavy/placement/vetting.ts';
import { ChoiceCode, RefusalCode } from '../../offchain/wire/placement.ts';
import type { Refusal } from '../../offchain/wire/placement.ts';

const PRICE = MIN_RENT;
const GIB = 2 ** 30;
const rules: PlacementRules = { count: 4, perRegion: 2, quota: 1, slotBytes: GIB, stakeEpochs: 10, priceLimit: PRICE * 2n, exemptLoopback: false };
const address = (provider: number): string => `0x${provider.toString(16).padStart(40, '0')}`;

/** One good provider: its own owner, region and network. */
function candidate(provider: number, changes: Partial<Candidate> = {}): Candidate {
  return {
    provider, operator: address(provider), payout: address(provider), region: provider, parent: 1, tier: 'standard', price: PRICE, freeStake: PRICE * 100n, alive: true,
    addresses: [`203.0.${provider}.1`], freeBytes: 100 * GIB, capacityBytes: 200 * GIB, reputation: 0.95, uptime: 0.99, bytesPerSecond: 10 * 2 ** 20, ageEpochs: 100,
    vetting: { successes: 100, heldBytes: 0 }, ...changes,
  };
}
const pool = (count: number): Candidate[] => Array.from({ length: count }, (_, i) => candidate(i + 1));

/** What the one named 99 is refused for. */
function refusal(changes: Partial<Candidate>, more: Partial<PlacementRules> = {}): Refusal | undefined {
  const { refused } = place([...pool(6), candidate(99, changes)], { ...rules, ...more });
  return refused.find(({ provider }) => provider === 99);
}

describe('rules on each provider', () => {
  it.each<[RefusalCode, Partial<Candidate>, Partial<PlacementRules>, RegExp]>([
    ['unreachable', { alive: false }, {}, /does not answer/],
    ['faulted', { faulted: true }, {}, /missed its last proofs/],
    ['read-only', { readOnly: 'The disk is full.' }, {}, /disk is full/],
    ['not-public', { addresses: ['127.0.0.1'] }, {}, /127\.0\.0\.1/],
    ['not-public', { addresses: ['169.254.3.4'] }, { exemptLoopback: true }, /169\.254\.3\.4/],
    ['wrong-tier', { tier: 'edge' }, {}, /edge.*standard or archival/],
    ['wrong-tier', {}, { tiers: ['standard'] }, /archival.*standard/],
    ['region-refused', { region: 7 }, { neverRegions: [7] }, /region 7/],
    ['low-reputation', { reputation: 0.7 }, { minReputation: 0.8 }, /0\.7 is below 0\.8/],
    ['low-uptime', { uptime: 0.85 }, { minUptime: 0.9 }, /85\.0 %.*90\.0 %/],
    ['low-bandwidth', { bytesPerSecond: 1024 }, { minBytesPerSecond: 131_072 }, /1\.0 KiB\/s.*128\.0 KiB\/s/],
    ['low-capacity', { capacityBytes: 1000 }, {}, /1000 B is below 1\.0 MiB/],
    ['too-young', { ageEpochs: 3 }, { minAgeEpochs: 12 }, /3 epochs, wanted are 12/],
    ['vetting-full', { vetting: { successes: 3, heldBytes: 32 * GIB } }, {}, /3 passed audits it may hold 32\.0 GiB.*33\.0 GiB/],
    ['space-short', { freeBytes: GIB - 1 }, {}, /needs 1\.0 GiB/],
    ['stake-short', { freeStake: 0n }, {}, /free stake of 0/],
    ['rent-out-of-bounds', { price: PRICE - 1n }, {}, /not within/],
    ['above-limit', { price: PRICE * 3n, freeStake: PRICE * 1_000n }, {}, /above the limit/],
    ['not-needed', { price: PRICE * 2n }, {}, /came after/],
  ])('%s', (code, changes, more, reason) => {
    const base = code === 'wrong-tier' && more.tiers !== undefined ? { tier: 'archival' as const } : {};
    expect(refusal({ ...base, ...changes }, more)).toMatchObject({ provider: 99, code, reason: expect.stringMatching(reason) });
  });

  it('takes nothing for a fault that is not known', () => {
    const bare = (provider: number): Candidate => ({ provider, operator: address(provider), region: provider, price: PRICE, freeStake: PRICE * 100n, alive: true });
    const strict = { ...rules, minReputation: 0.8, minUptime: 0.9, minBytesPerSecond: 1e6 };
    expect(place([1, 2, 3, 4].map(bare), strict).chosen).toHaveLength(4);
  });
});

describe('rules that bind the slots to each other', () => {
  it('gives one slot to an owner, however many keys, networks and regions it has', () => {
    const owner = address(500);
    const sybils = Array.from({ length: 12 }, (_, i) => candidate(50 + i, { payout: owner, price: PRICE / 1n }));
    const { chosen, refused } = place([...sybils, ...pool(6).map((one) => ({ ...one, price: PRICE * 2n }))], rules);
    expect(chosen.filter(({ candidate: one }) => one.payout === owner)).toHaveLength(1);
    expect(refused.filter(({ code }) => code === 'operator-taken')).toHaveLength(11);
    expect(refused.find(({ code }) => code === 'operator-taken')?.reason).toContain(`provider 50 of the same owner ${owner}`);
  });

  it('knows an operator that is another one\'s payout address', () => {
    const { chosen } = place([candidate(1, { payout: address(9) }), candidate(9), ...[2, 3, 4].map((id) => candidate(id, { price: PRICE * 2n }))], rules);
    expect(chosen.map(({ candidate: one }) => one.provider)).toEqual([1, 2, 3, 4]);
  });

  it('gives one slot to a /24 and to a /48, whoever owns the nodes in it', () => {
    const four = Array.from({ length: 6 }, (_, i) => candidate(20 + i, { addresses: [`198.51.100.${i + 1}`] }));
    const six = Array.from({ length: 6 }, (_, i) => candidate(30 + i, { addresses: [`2001:db8:1:${i}::1`] }));
    const { chosen, refused } = place([...four, ...six, ...[1, 2].map((id) => candidate(id, { price: PRICE * 2n }))], rules);
    expect(chosen.map(({ candidate: one }) => one.provider).sort((a, b) => a - b)).toEqual([1, 2, 20, 30]);
    expect(refused.filter(({ code }) => code === 'network-taken')).toHaveLength(10);
    expect(refused.find(({ provider }) => provider === 21)?.reason).toBe('provider 20 in the same network 198.51.100.0/24 has a slot');
  });

  it('counts every address that a name resolves to', () => {
    const twoFaced = candidate(40, { addresses: ['192.0.2.1', '203.0.1.9'] });
    const { refused } = place([...pool(5), twoFaced], { ...rules, priceLimit: PRICE * 3n });
    expect(refused.find(({ provider }) => provider === 40)?.code).toBe('network-taken');
  });

  it('exempts loopback only where it is told to', () => {
    const local = [1, 2, 3, 4].map((id) => candidate(id, { addresses: ['127.0.0.1'] }));
    expect(place(local, { ...rules, exemptLoopback: true }).chosen).toHaveLength(4);
    expect(() => place(local, rules)).toThrow(TooFewProvidersError);
  });

  it('limits children of one heavy node, and newcomers, where the creator wants it', () => {
    const others = [5, 6].map((id) => candidate(id, { parent: 2, price: PRICE * 2n }));
    const placement = place([...pool(4), ...others], { ...rules, perParent: 2 });
    expect(placement.chosen.map(({ candidate: one }) => one.parent)).toEqual([1, 1, 2, 2]);
    expect(placement.refused.map(({ code }) => code)).toEqual(['parent-full', 'parent-full']);
    const young = pool(4).map((one) => ({ ...one, vetting: { successes: 0, heldBytes: 0 } }));
    const mixed = place([...young, ...[5, 6, 7].map((id) => candidate(id, { price: PRICE * 2n }))], { ...rules, maxNewcomers: 1 });
    expect(mixed.chosen.map(({ candidate: one }) => one.provider)).toEqual([1, 5, 6, 7]);
    expect(mixed.refused.map(({ code }) => code)).toEqual(['newcomers-full', 'newcomers-full', 'newcomers-full']);
  });

  it('exchanges a choice that leaves a slot empty', () => {
    // The cheapest takes the only network that region 2 has; another provider of region 1 does as well.
    const tight: PlacementRules = { ...rules, count: 2, perRegion: 1 };
    const candidates = [candidate(1, { region: 1, addresses: ['192.0.2.1'] }), candidate(2, { region: 1, price: PRICE * 2n }), candidate(3, { region: 2, price: PRICE * 2n, addresses: ['192.0.2.9'] })];
    expect(place(candidates, tight).chosen.map(({ candidate: one }) => one.provider).sort()).toEqual([2, 3]);
  });
});

describe('reasons', () => {
  it('come from closed sets, with a sentence each', () => {
    const mixed = [...pool(8), candidate(50, { alive: false }), candidate(51, { freeStake: 0n }), candidate(52, { reputation: 0.1, price: PRICE / 1n })];
    const { chosen, refused } = place(mixed, { ...rules, minReputation: 0.6 });
    for (const { code, reason } of chosen) expect([ChoiceCode.safeParse(code).success, reason !== '']).toEqual([true, true]);
    for (const { code, reason } of refused) expect([RefusalCode.safeParse(code).success, reason !== '']).toEqual([true, true]);
  });

  it('tell price from spreading from reputation from necessity', () => {
    const twins = [candidate(1, { region: 1 }), candidate(2, { region: 1, price: PRICE + 1n }), candidate(3, { region: 2, price: (PRICE * 105n) / 100n })];
    expect(place(twins, { ...rules, count: 2 }).chosen.map(({ code }) => code)).toEqual(['best-price', 'spreads-regions']);
    const worse = [candidate(1, { reputation: 0.61 }), candidate(2, { price: (PRICE * 105n) / 100n })];
    expect(place(worse, { ...rules, count: 1 }).chosen.map(({ candidate: one, code }) => [one.provider, code])).toEqual([[2, 'better-reputation']]);
    expect(place(pool(1), { ...rules, count: 1 }).chosen[0]?.code).toBe('only-fit');
  });

  it('are counted in full and told in part, some of each kind', () => {
    const refused: Refusal[] = [...Array.from({ length: 1_000 }, (_, i): Refusal => ({ provider: i, code: 'above-limit', reason: 'dear' })), { provider: 5_000, code: 'stake-short', reason: 'poor' }];
    expect(countRefusals(refused)).toEqual({ 'above-limit': 1_000, 'stake-short': 1 });
    expect(countsText(countRefusals(refused))).toBe('1,000 above-limit, 1 stake-short');
    const some = someOfEach(refused, 20);
    expect(some.length).toBeLessThanOrEqual(20);
    expect(some.at(-1)?.code).toBe('stake-short');
  });

  it('say which rule left how many out when nothing is found', () => {
    const none = [...Array.from({ length: 30 }, (_, i) => candidate(i + 1, { freeStake: 0n })), ...Array.from({ length: 10 }, (_, i) => candidate(i + 100, { tier: 'edge' }))];
    expect(() => place(none, rules)).toThrow(/left out: 30 stake-short, 10 wrong-tier/);
  });
});

describe('a policy', () => {
  const house: HouseRules = { minReputation: 0.6, minUptime: 0.9, minBytesPerSecond: 1_000, minCapacityBytes: 2_000, exemptLoopback: false, vetting: VETTING };
  const terms = { count: 4, perRegion: 2, quota: 1, stakeEpochs: 10, priceLimit: 100n };

  it('tightens every rule', () => {
    const tight = rulesFor(terms, house, { perRegion: 1, perParent: 3, networkBits4: 16, networkBits6: 32, minReputation: 0.9, minUptime: 0.99, minBytesPerSecond: 5_000, minCapacityBytes: 9_000, minAgeEpochs: 7, maxNewcomers: 0, maxPrice: 50n, tiers: ['archival'], regions: [1], neverRegions: [2] });
    expect(tight).toMatchObject({ perRegion: 1, perParent: 3, networkBits4: 16, networkBits6: 32, minReputation: 0.9, minUptime: 0.99, minBytesPerSecond: 5_000, minCapacityBytes: 9_000, minAgeEpochs: 7, maxNewcomers: 0, priceLimit: 50n, tiers: ['archival'] });
  });

  it('loosens none', () => {
    const loose = rulesFor(terms, house, { perRegion: 64, networkBits4: 32, networkBits6: 128, minReputation: 0, minUptime: 0, minBytesPerSecond: 0, minCapacityBytes: 0, maxPrice: 10n ** 30n });
    expect(loose).toMatchObject({ perRegion: 2, networkBits4: 24, networkBits6: 48, minReputation: 0.6, minUptime: 0.9, minBytesPerSecond: 1_000, minCapacityBytes: 2_000, priceLimit: 100n, exemptLoopback: false });
  });
});

describe('vetting', () => {
  it('grows with passed audits and ends', () => {
    expect([0, 7, 8, 16, 63, 64].map((successes) => vettingLimitBytes(successes, VETTING) / GIB)).toEqual([32, 32, 64, 128, 4_096, Infinity]);
  });
});
