import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { compactSignature, expandSignature } from '../../offchain/wire/compact-signature.ts';
import { parseAs, toJson } from '../../offchain/wire/json.ts';
import * as messages from '../../offchain/wire/messages.ts';
import { sessionHeader, verifySessionHeader } from '../../offchain/wire/session.ts';
import { flips, truncations, typed, typedLater, within } from '../support/hostile.ts';

const hash = `0x${'ab'.repeat(32)}` as const;
const signature = `0x${'cd'.repeat(64)}` as const;
const creator = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
const txHash = hash;
const terms = { creator, nonce: 0, heavy: 1, feeBps: 100, k: 10, m: 6, batchLog2: 28, quota: 4, endPeriod: 9 } as const;
const offer = { provider: 2, price: 2n ** 96n - 1n, expiry: 1_800_000_000, signature } as const;
const batches = [{ batchId: hash, fragmentRoots: [hash, hash] }];
const refused = [{ provider: 3, code: 'declined', reason: 'full' }];
const matched = { ...offer, endpoint: 'http://a', region: 1, reason: 'cheap' };

/** One example of every body; a body without one here fails the test below. */
const examples = {
  TermsMessage: terms,
  SignedOffer: offer,
  ErrorMessage: { code: 'NO', message: 'no', retryable: true, nextStep: 'wait', details: { a: [1, null] } },
  Health: { ok: false, condition: 'read-only', causes: [{ code: 'DISK_FULL', sentence: 'Nothing new is taken.', since: 1_800_000_000 }] },
  ProofReport: { epoch: 4, ok: true, txHash },
  ScrubReport: { pass: 2, started: 1_800_000_000, checkedBytes: 7, damaged: 0, lastEnd: 1_790_000_000 },
  DamagedReply: { batchIds: [hash] },
  ProviderStatus: {
    id: 1, operator: creator, tier: 'standard', region: 3, epoch: 4, mode: 'normal', freeBytes: 5, storedBytes: 6, agreements: 7, damaged: 0,
    scrub: { pass: 1, started: 1, checkedBytes: 0, damaged: 0 }, lastProof: { epoch: 3, ok: false, error: 'late' },
  },
  OfferRequest: { terms },
  FragmentStored: { root: hash },
  BatchDescription: batches[0],
  BundleRequest: { bundle: 0, root: hash, batches, slot: 63 },
  ReceiptReply: { signature },
  BundleDescription: { root: hash, batches },
  SuccessionRequest: { agreement: 1, slot: 2, repairer: creator },
  SuccessionReply: { ...offer, bundles: 1, turn: 0, repairer: creator },
  ExtensionRequest: { agreement: 1, newEndPeriod: 4 },
  ExtensionReply: { slot: 0, endPeriod: 3, newEndPeriod: 4, turn: 1, signature },
  ChildStatus: { id: 1, endpoint: 'http://a', alive: true },
  RepairStatus: { agreement: 1, slot: 0, from: 2, to: 3, state: 'done' },
  IndexerStatus: { block: 40, chainBlock: 41, behind: 1, events: 9, queriesCutOff: 0, failure: 'a mapping gave up' },
  HeavyStatus: { id: 1, epoch: 2, children: [], agreements: 0, repairs: [], mode: 'repair-only' },
  MatchRequest: { creator, k: 1, m: 2, batchLog2: 16, quota: 1, periods: 520, priceLimit: 10n ** 18n, nonce: 0, feeBps: 0, exclude: [4], hops: 1 },
  MatchedOffer: matched,
  Refusal: refused[0],
  MatchReply: { terms, offers: [matched], refused },
  CandidatesRequest: { terms, hops: 2, seen: [1] },
  CandidatesReply: { offers: [matched], refused },
  ProofRequest: { provider: 1, epoch: 2, proof: '0x00ff' },
  ProofReply: { proven: true, txHash },
  SealRequest: { sealKey: hash, expiry: 1, signature },
  NameMessage: { version: 1, value: '0x00', keyCheck: `0x${'00'.repeat(8)}`, signature },
} as const;

type Body = keyof typeof messages & keyof typeof examples;
const bodies = (Object.keys(messages) as (keyof typeof messages)[]).filter((name): name is Body => {
  const { type } = messages[name].def;
  return type === 'object';
});

/** As a handler reads a body: bytes, text, JSON, schema. A JSON parser's own error is the server's to answer (400). */
function read(schema: z.ZodType, bytes: Uint8Array): unknown {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    expect(error).toBeInstanceOf(SyntaxError);
    return undefined;
  }
  return typed(() => parseAs(schema, value, 'The body'));
}

const bytesOf = (value: unknown) => new TextEncoder().encode(toJson(value));

it('every body of the interfaces has an example here', () => {
  expect(bodies.filter((name) => !(name in examples))).toEqual([]);
  expect(bodies.length).toBeGreaterThan(25);
});

describe.each(bodies.map((name) => ({ name, schema: messages[name] as z.ZodType, value: examples[name] })))('hostile bytes as $name', ({ schema, value }) => {
  const bytes = bytesOf(value);

  it('round trip', () => {
    expect(read(schema, bytes)).toEqual(value);
    expect(read(schema, bytesOf(read(schema, bytes)))).toEqual(value);
  });

  it('cut anywhere: refused', () => {
    for (const cut of truncations(bytes)) expect(read(schema, cut)).toBeUndefined();
  });

  it('any bit turned over: refused with a sentence, or read as something that is written the same way again', () => {
    for (const { bytes: flipped } of flips(bytes)) {
      const understood = read(schema, flipped);
      if (understood !== undefined) expect(read(schema, bytesOf(understood))).toEqual(understood);
    }
  });

  it('every field of another type or size: refused, or of the type that it had', () => {
    const odd = [null, true, -1, 1.5, 2 ** 53, 1e300, '', 'x', '0x', '0x0', `0x${'0'.repeat(10_000)}`, 'x'.repeat(10_000), [], [[]], {}, '-1', '1e9', '9'.repeat(100)];
    for (const key of Object.keys(value as object)) {
      for (const bad of odd) {
        const understood = read(schema, bytesOf({ ...(value as object), [key]: bad })) as Record<string, unknown> | undefined;
        if (understood !== undefined && understood[key] !== undefined) expect(JSON.stringify(understood[key])).toBe(JSON.stringify(bad));
      }
    }
    for (const whole of [...odd, [value]]) expect(read(schema, bytesOf(whole))).toSatisfy((result) => result === undefined || typeof result === 'object');
  });

  it('nothing of what was not asked for comes through, least of all a prototype', () => {
    const text = new TextDecoder().decode(bytes).replace('{', '{"__proto__":{"polluted":1},"constructor":{"polluted":1},"extra":1,');
    const understood = read(schema, new TextEncoder().encode(text));
    expect(understood).toEqual(value);
    expect((understood as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('absurd bodies', () => {
  it('lists in lists, maps in maps, and lists of millions are refused without taking memory for them', async () => {
    const depth = 5_000;
    const nested = `${'['.repeat(depth)}${']'.repeat(depth)}`;
    const maps = `${'{"terms":'.repeat(depth)}1${'}'.repeat(depth)}`;
    await within(128, () => {
      for (const name of bodies) {
        for (const text of [nested, maps]) expect(read(messages[name] as z.ZodType, new TextEncoder().encode(text))).toBeUndefined();
      }
    });
    const many = { creator, k: 1, m: 2, batchLog2: 16, quota: 1, periods: 1, priceLimit: 1n, nonce: 0, exclude: Array.from({ length: 300_000 }, () => 1) };
    await within(64, () => expect(typed(() => parseAs(messages.MatchRequest, many, 'it'))).toBeUndefined());
    // A million faults are told as a handful.
    const wrong = { ...many, exclude: Array.from({ length: 4_096 }, () => 'x') };
    expect(() => parseAs(messages.MatchRequest, wrong, 'it')).toThrow(expect.objectContaining({ shortMessage: expect.stringMatching(/^.{1,600}$/s) }));
  });
});

describe('hostile signatures', () => {
  it('of any length and content are refused or brought into the one form', () => {
    for (let size = 0; size <= 70; size += 1) {
      const bytes = `0x${'11'.repeat(size)}` as const;
      const compact = typed(() => compactSignature(bytes));
      expect(compact === undefined).toBe(size !== 64 && size !== 65);
      // No signature has an s of zero, or one above the curve's order.
      for (const byte of ['00', 'ff']) if (size === 65) expect(typed(() => compactSignature(`0x${byte.repeat(size)}`))).toBeUndefined();
      const expanded = typed(() => expandSignature(bytes));
      expect(expanded === undefined).toBe(size !== 64);
    }
    for (let v = 0; v < 256; v += 1) expect(typed(() => compactSignature(`0x${'11'.repeat(64)}${v.toString(16).padStart(2, '0')}`))).toMatch(/^0x[0-9a-f]{128}$/);
  });
});

describe('hostile session headers', () => {
  const domain = { name: 'Holdfast', version: '1', chainId: 1, verifyingContract: creator } as const;
  const good = sessionHeader({ session: { agreement: 1, creator, expiry: 1_000 }, signature });
  const verify = (header: string | undefined) => typedLater(() => verifySessionHeader(header, { domain, agreement: 1, allowed: [creator], nowSeconds: 500 }));

  it('cut, changed, of other alphabets, far too long, or signed by nobody: refused', async () => {
    const headers = [undefined, '', ' ', 'Holdfast', 'Holdfast ', 'Bearer x', `${good} x`, `Holdfast ${'A'.repeat(2_000_000)}`, 'Holdfast ÿÿÿ', 'Holdfast bnVsbA', 'Holdfast W10', good];
    for (const header of headers) expect(await verify(header)).toBeUndefined();
    const bytes = new TextEncoder().encode(good);
    for (const cut of truncations(bytes)) expect(await verify(new TextDecoder().decode(cut))).toBeUndefined();
    for (const { bytes: flipped } of flips(bytes, 3)) expect(await verify(new TextDecoder('latin1').decode(flipped))).toBeUndefined();
  });
});
