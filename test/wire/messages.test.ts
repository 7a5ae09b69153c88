import { describe, expect, it } from 'vitest';
import { parseAs, toJson } from '../../offchain/wire/json.ts';
import { BATCHES_PER_BUNDLE_MAX, NAME_VALUE_BYTES } from '../../offchain/wire/limits.ts';
import { BundleRequest, MatchReply, MatchRequest, NameMessage, OfferRequest, SignedOffer, SuccessionReply } from '../../offchain/wire/messages.ts';

const root = `0x${'ab'.repeat(32)}` as const;
const signature = `0x${'cd'.repeat(64)}` as const;
const creator = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
const terms = { creator, nonce: 0, heavy: 1, feeBps: 100, k: 10, m: 6, batchLog2: 28, quota: 4, endPeriod: 9 } as const;
const offer = { provider: 2, price: 2n ** 96n - 1n, expiry: 1_800_000_000, signature };
const batch = { batchId: root, fragmentRoots: [root, root] };

const samples = [
  { name: 'OfferRequest', schema: OfferRequest, value: { terms } },
  { name: 'SignedOffer', schema: SignedOffer, value: offer },
  { name: 'BundleRequest', schema: BundleRequest, value: { bundle: 0, root, batches: [batch], slot: 63 } },
  { name: 'SuccessionReply', schema: SuccessionReply, value: { ...offer, bundles: 1, turn: 0, repairer: `0x${'0'.repeat(40)}` } },
  { name: 'MatchRequest', schema: MatchRequest, value: { creator, k: 1, m: 2, batchLog2: 16, quota: 1, periods: 520, priceLimit: 10n ** 18n, nonce: 0, exclude: [4] } },
  { name: 'MatchReply', schema: MatchReply, value: { terms, offers: [{ ...offer, endpoint: 'http://a', region: 1, reason: 'cheap' }], refused: [{ provider: 3, code: 'declined', reason: 'full' }] } },
  { name: 'NameMessage', schema: NameMessage, value: { version: 1, value: '0x00', keyCheck: `0x${'00'.repeat(8)}`, signature } },
] as const;

describe.each(samples)('$name', ({ schema, value }) => {
  it('comes back from JSON as it went in', () => {
    expect(parseAs(schema, JSON.parse(toJson(value)), 'it')).toEqual(value);
  });

  it('does not do without any of its fields', () => {
    for (const key of Object.keys(value)) {
      if (key === 'exclude') continue;
      const { [key as keyof typeof value]: _gone, ...rest } = value as Record<string, unknown>;
      expect(() => parseAs(schema, rest, 'it')).toThrow(expect.objectContaining({ code: 'BAD_REQUEST', status: 400 }));
    }
  });

  it('refuses other types in its fields', () => {
    for (const key of Object.keys(value)) {
      for (const bad of [null, -1, 1.5, {}, 'x', Number.NaN, '0xzz', '0x0']) {
        const altered: unknown = { ...value, [key]: bad };
        // A few numbers, and any text where text is meant, are legal: what passes must at least have been understood.
        const result = schema.safeParse(altered);
        if (result.success) expect(typeof bad).toBe(typeof (value as Record<string, unknown>)[key]);
      }
    }
  });
});

describe('limits', () => {
  it('bound lists', () => {
    const many = Array.from({ length: BATCHES_PER_BUNDLE_MAX + 1 }, () => batch);
    expect(BundleRequest.safeParse({ bundle: 0, root, batches: many, slot: 0 }).success).toBe(false);
    expect(BundleRequest.safeParse({ bundle: 0, root, batches: [], slot: 0 }).success).toBe(false);
    const wide = { batchId: root, fragmentRoots: Array.from({ length: 65 }, () => root) };
    expect(BundleRequest.safeParse({ bundle: 0, root, batches: [wide], slot: 0 }).success).toBe(false);
  });

  it('bound byte strings', () => {
    const name = { version: 1, keyCheck: `0x${'00'.repeat(8)}`, signature };
    expect(NameMessage.safeParse({ ...name, value: `0x${'00'.repeat(NAME_VALUE_BYTES)}` }).success).toBe(true);
    expect(NameMessage.safeParse({ ...name, value: `0x${'00'.repeat(NAME_VALUE_BYTES + 1)}` }).success).toBe(false);
    expect(SignedOffer.safeParse({ ...offer, signature: `${signature}00` }).success).toBe(false);
  });

  it('bound numbers', () => {
    expect(OfferRequest.safeParse({ terms: { ...terms, feeBps: 201 } }).success).toBe(false);
    expect(OfferRequest.safeParse({ terms: { ...terms, quota: 2 ** 32 } }).success).toBe(false);
    expect(OfferRequest.safeParse({ terms: { ...terms, batchLog2: 29 } }).success).toBe(false);
    expect(SignedOffer.safeParse({ ...offer, price: '1'.repeat(80) }).success).toBe(false);
    expect(SignedOffer.safeParse({ ...offer, price: '01' }).success).toBe(false);
    expect(SignedOffer.safeParse({ ...offer, price: 5 }).success).toBe(false);
  });

  it('a fault names the field', () => {
    expect(() => parseAs(OfferRequest, { terms: { ...terms, k: 0 } }, 'The offer request')).toThrow(/The offer request .*terms\.k/);
  });
});
