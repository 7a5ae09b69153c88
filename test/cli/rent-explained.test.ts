import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainLines, explained } from '../../offchain/cli/rent-explained.ts';
import { policyChoice, rentRequest } from '../../offchain/cli/rent-request.ts';
import { PriceAboveLimitError, TooFewProvidersError } from '../../offchain/client/errors.ts';
import type { Quote } from '../../offchain/client/rent.ts';

const terms = { creator: `0x${'c0'.repeat(20)}`, nonce: 0, heavy: 3, feeBps: 150, k: 1, m: 1, batchLog2: 20, quota: 4, endPeriod: 9 } as const;
const offer = { provider: 7, price: 10n ** 18n, expiry: 1, signature: '0x', endpoint: '', region: 2, code: 'best-price', reason: 'price 1' } as const;
const quoted: Quote = {
  match: { terms, offers: [offer], refused: [{ provider: 9, code: 'stake-short', reason: 'its free stake of 1 is below the 2 that this rent needs' }], counts: { 'stake-short': 1, 'above-limit': 40 }, considered: 42 },
  heavyUrl: 'http://a', distrusted: [{ url: 'http://b', why: 'it lied' }], proposals: 2, cost: 1n, perEpoch: 1n,
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-explain-'));
  await writeFile(join(folder, 'policy.json'), JSON.stringify({ place: { minUptime: 0.95 }, rules: [{ name: 'videos', match: { contentType: 'video/*' }, copies: 3, tier: 'edge' }] }));
});
afterAll(() => rm(folder, { recursive: true }));

describe('rent --explain', () => {
  it('shows of everybody why it was chosen or refused, and what was only counted', async () => {
    const told = await explained(async () => quoted);
    expect(told).toMatchObject({ heavy: 3, considered: 42, chosen: [{ slot: 0, provider: 7, code: 'best-price' }], refused: [{ provider: 9, code: 'stake-short' }] });
    const lines = explainLines(told).join('\n');
    expect(lines).toMatch(/7 +slot 0 +best-price +price 1 \(region 2, 1 tokens\)/);
    expect(lines).toMatch(/9 +refused +stake-short +its free stake/);
    expect(lines).toMatch(/40 left out by above-limit\n +1 left out by stake-short/);
    expect(lines).toContain('40 more are only counted.');
    expect(lines).toContain('The heavy node at http://b was passed over: it lied.');
    expect(lines).toContain('Nothing was rented or paid.');
  });

  it('explains a shortage the same way, and nothing else', async () => {
    const short = new TooFewProvidersError('4 providers are needed and 1 of 3 fit.', { asked: 3, counts: { 'wrong-tier': 2 }, refused: [{ provider: 5, code: 'wrong-tier', reason: 'its tier is edge' }] });
    const told = await explained(() => Promise.reject(short));
    expect(told).toMatchObject({ problem: { code: 'TOO_FEW_PROVIDERS' }, considered: 3, chosen: [], counts: { 'wrong-tier': 2 } });
    expect(explainLines(told)[0]).toBe('4 providers are needed and 1 of 3 fit.');
    const dear = await explained(() => Promise.reject(new PriceAboveLimitError('too dear', { needed: '5' })));
    expect(dear).toMatchObject({ problem: { code: 'PRICE_ABOVE_LIMIT' }, chosen: [], refused: [] });
    await expect(explained(() => Promise.reject(new Error('no chain')))).rejects.toThrow('no chain');
  });
});

describe('rent --policy', () => {
  const base = { space: '10GiB', periods: '4' };

  it('takes scheme, tier and rules from the file, and the scheme of the command line before it', async () => {
    const policy = join(folder, 'policy.json');
    const video = await policyChoice({ ...base, policy, for: 'film.mp4' });
    expect(video).toEqual({ rule: 'videos', scheme: '1+2', policy: { minUptime: 0.95, tiers: ['edge'] } });
    expect(rentRequest({ ...base, ...video } as never).scheme).toEqual({ k: 1, m: 2 });
    expect(await policyChoice({ ...base, policy, for: 'film.mp4', scheme: '4+4' })).toEqual({ rule: 'videos', policy: { minUptime: 0.95, tiers: ['edge'] } });
    expect(await policyChoice({ ...base, policy, for: 'text/plain' })).toEqual({ rule: undefined, policy: { minUptime: 0.95 } });
    expect(await policyChoice(base)).toEqual({ rule: undefined, policy: undefined });
  });

  it('says what is wrong with the words that choose a rule', async () => {
    await expect(policyChoice({ ...base, for: 'video/mp4' })).rejects.toMatchObject({ message: expect.stringContaining('--policy') });
    await expect(policyChoice({ ...base, policy: join(folder, 'policy.json'), prefer: 'nice' })).rejects.toMatchObject({ message: expect.stringContaining('cheap, durable or fast') });
    await expect(policyChoice({ ...base, policy: join(folder, 'none.json') })).rejects.toMatchObject({ code: 'BAD_POLICY' });
  });
});
