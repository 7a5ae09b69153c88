import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { choose, parsePolicy, tighten } from '../../offchain/client/placement-policy.ts';
import { readPolicy } from '../../offchain/client/policy-file.ts';
import { contentTypeOf } from '../../offchain/cli/content-type.ts';

const file = {
  place: { minReputation: 0.8, perRegion: 3, maxPrice: '1000' },
  default: { scheme: '10+6' },
  rules: [
    { name: 'hot videos', match: { contentType: 'video/*', minReadsPerDay: 100 }, copies: 3, tier: 'edge', place: { perRegion: 1 } },
    { name: 'videos', match: { contentType: 'video/*', minBytes: '1GiB' }, scheme: '1+2' },
    { match: { prefer: 'durable' }, scheme: '20+40', tier: 'archival', place: { minUptime: 0.99, minReputation: 0.7 } },
  ],
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-policy-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a policy file', () => {
  const policy = parsePolicy(file);

  it('chooses scheme, tier and rules by type, size, popularity and preference; the first rule that matches', () => {
    expect(choose(policy, { contentType: 'video/mp4', readsPerDay: 500, sizeBytes: 5e9 })).toEqual({ rule: 'hot videos', scheme: { k: 1, m: 2 }, policy: { minReputation: 0.8, perRegion: 1, maxPrice: 1000n, tiers: ['edge'] } });
    expect(choose(policy, { contentType: 'VIDEO/MP4; codecs=x', sizeBytes: 2 ** 30 })).toMatchObject({ rule: 'videos', scheme: { k: 1, m: 2 } });
    expect(choose(policy, { contentType: 'video/mp4', sizeBytes: 2 ** 30 - 1 })).toMatchObject({ rule: undefined, scheme: { k: 10, m: 6 } });
    // The rule's 0.7 would loosen what holds for everything.
    expect(choose(policy, { prefer: 'durable' })).toMatchObject({ rule: 'rule 3', scheme: { k: 20, m: 40 }, policy: { minReputation: 0.8, minUptime: 0.99, tiers: ['archival'] } });
    expect(choose(policy)).toEqual({ rule: undefined, scheme: { k: 10, m: 6 }, policy: { minReputation: 0.8, perRegion: 3, maxPrice: 1000n } });
  });

  it('never matches by what is not known', () => {
    const popular = parsePolicy({ rules: [{ match: { maxReadsPerDay: 5 }, copies: 2 }] });
    expect(choose(popular, {}).rule).toBeUndefined();
    expect(choose(popular, { readsPerDay: 5 }).scheme).toEqual({ k: 1, m: 1 });
  });

  it.each([
    ['an unknown key', { plaice: {} }, /plaice/],
    ['an unknown key deep inside', { rules: [{ match: { contentTyp: 'x/y' } }] }, /contentTyp/],
    ['an unknown rule of placement', { place: { minSpeed: 1 } }, /minSpeed/],
    ['scheme and copies', { rules: [{ match: {}, scheme: '1+2', copies: 3 }] }, /exclude each other/],
    ['too many slots', { default: { scheme: '60+30' } }, /64 slots/],
    ['a share above 1', { place: { minUptime: 1.5 } }, /minUptime/],
    ['no tier at all', { place: { tiers: [] } }, /tiers/],
    ['a size without sense', { rules: [{ match: { minBytes: 'lots' } }] }, /minBytes/],
  ])('refuses %s, naming it', (_, value, words) => expect(() => parsePolicy(value)).toThrow(words));

  it('is read from a file, whose faults are named', async () => {
    const path = join(folder, 'policy.json');
    await writeFile(path, JSON.stringify(file));
    expect(choose(await readPolicy(path)).scheme).toEqual({ k: 10, m: 6 });
    await writeFile(path, '{');
    await expect(readPolicy(path)).rejects.toMatchObject({ code: 'BAD_POLICY', message: expect.stringContaining('policy.json') });
    await expect(readPolicy(join(folder, 'none.json'))).rejects.toMatchObject({ code: 'BAD_POLICY' });
  });
});

describe('tighten', () => {
  it('takes the stricter of both, whichever comes first', () => {
    const a = { perRegion: 2, minUptime: 0.9, maxPrice: 5n, regions: [1, 2, 3], neverRegions: [9], tiers: ['standard' as const, 'archival' as const], networkBits4: 16 };
    const b = { perRegion: 3, minUptime: 0.95, maxPrice: 4n, regions: [2, 3, 4], neverRegions: [8], tiers: ['archival' as const], networkBits4: 24 };
    const both = { perRegion: 2, minUptime: 0.95, maxPrice: 4n, regions: [2, 3], tiers: ['archival'], networkBits4: 16 };
    expect(tighten(a, b)).toMatchObject(both);
    expect(tighten(b, a)).toMatchObject(both);
    expect(new Set(tighten(a, b).neverRegions)).toEqual(new Set([8, 9]));
  });

  it('says when nothing is left', () => {
    expect(() => tighten({ tiers: ['edge'] }, { tiers: ['archival'] })).toThrow(/leaves no tiers/);
  });
});

describe('contentTypeOf', () => {
  it('takes types as they are and files by their endings', () => {
    expect(['Video/MP4', 'holiday.MOV', 'a/b/c.tar', 'README', 'x.unheard'].map(contentTypeOf)).toEqual(['video/mp4', 'video/quicktime', 'application/x-tar', 'application/octet-stream', 'application/octet-stream']);
  });
});
