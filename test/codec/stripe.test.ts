import { describe, expect, it } from 'vitest';
import { geometry, GeometryError } from '../../offchain/codec/geometry.ts';
import { decodeBatch, encodeBatch, recoverRange, slotRanges, stripeRange } from '../../offchain/codec/stripe.ts';
import type { Geometry } from '../../offchain/codec/types.ts';
import { range, seededRandom } from './random.ts';
import { slowParity } from './slow-code.ts';

const several = geometry({ k: 3, m: 2, batchLog2: 23 });
const small = geometry({ k: 10, m: 6, batchLog2: 16 });
const single = geometry({ k: 1, m: 2, batchLog2: 22 });

/** The README's rule for one payload byte. */
function placeOf({ k, unit, fragmentSize }: Geometry, payloadOffset: number) {
  const stripe = Math.floor(payloadOffset / (k * unit));
  const x = payloadOffset - stripe * k * unit;
  const width = Math.min((stripe + 1) * unit, fragmentSize) - stripe * unit;
  return { slot: Math.floor(x / width), fragmentOffset: stripe * unit + (x % width) };
}

function randomPayload(sizeBytes: number, seed: number): Uint8Array {
  const block = seededRandom(seed).bytes(65_521);
  return Uint8Array.from({ length: sizeBytes }, (_, x) => block[x % block.length]! ^ (x >>> 16));
}

describe('stripeRange', () => {
  it('cuts the fragment into units, the last one shorter', () => {
    expect(several).toMatchObject({ stripes: 3, unit: 2 ** 20, fragmentSize: 2_796_032 });
    expect(range(3).map((stripe) => stripeRange(several, stripe))).toEqual([
      { start: 0, end: 2 ** 20 },
      { start: 2 ** 20, end: 2 ** 21 },
      { start: 2 ** 21, end: 2_796_032 },
    ]);
    for (const stripe of [-1, 3, 0.5]) expect(() => stripeRange(several, stripe)).toThrow(GeometryError);
  });
});

describe('slotRanges', () => {
  it.each([['several stripes', several], ['one stripe', small], ['one data slot', single]] as const)('%s: covers any range once, each byte where the README says', (_, shape) => {
    const random = seededRandom(shape.k);
    for (let round = 0; round < 200; round += 1) {
      const start = random.below(shape.payloadSize);
      const sizeBytes = random.below(shape.payloadSize - start + 1);
      let at = start;
      for (const part of slotRanges(shape, start, sizeBytes)) {
        expect(part.payloadOffset).toBe(at);
        expect(part.sizeBytes).toBeGreaterThan(0);
        for (const x of [0, part.sizeBytes - 1, random.below(part.sizeBytes)]) {
          expect({ slot: part.slot, fragmentOffset: part.fragmentOffset + x }).toEqual(placeOf(shape, at + x));
        }
        at += part.sizeBytes;
      }
      expect(at).toBe(start + sizeBytes);
    }
  });

  it('asks one range of the only data slot, and one per unit otherwise', () => {
    expect(slotRanges(single, 5, single.payloadSize - 5)).toEqual([
      { slot: 0, fragmentOffset: 5, payloadOffset: 5, sizeBytes: single.payloadSize - 5 },
    ]);
    expect(slotRanges(several, 0, several.payloadSize).length).toBe(9);
    expect(slotRanges(several, 7, 0)).toEqual([]);
  });

  it('refuses ranges outside the payload', () => {
    for (const [offset, sizeBytes] of [[-1, 1], [0, small.payloadSize + 1], [small.payloadSize, 1], [0, -1], [0.5, 1], [0, Number.NaN], [0, Infinity]] as const) {
      expect(() => slotRanges(small, offset, sizeBytes)).toThrow(GeometryError);
    }
  });
});

describe('encodeBatch and decodeBatch', () => {
  it.each([['several stripes', several], ['one stripe', small], ['one data slot', single]] as const)('%s: round-trips from any k fragments', (_, shape) => {
    const payload = randomPayload(shape.payloadSize, shape.n);
    const fragments = encodeBatch(shape, payload);
    expect(fragments.map((fragment) => fragment.length)).toEqual(Array(shape.n).fill(shape.fragmentSize));
    const random = seededRandom(shape.n);
    for (const slots of [range(shape.k), range(shape.n).slice(-shape.k), random.shuffled(range(shape.n)).slice(0, shape.k)]) {
      const decoded = decodeBatch(shape, new Map(slots.map((slot) => [slot, fragments[slot]!])));
      expect(Buffer.compare(decoded, payload)).toBe(0);
    }
  });

  it('codes parity over the fragments as they lie', () => {
    const fragments = encodeBatch(small, randomPayload(small.payloadSize, 9));
    expect(fragments.slice(10)).toEqual(slowParity(10, 6, fragments.slice(0, 10)));
  });

  it('pads a short payload with zeros', () => {
    const payload = randomPayload(10_001, 5);
    const padded = new Uint8Array(small.payloadSize);
    padded.set(payload);
    expect(encodeBatch(small, payload)).toEqual(encodeBatch(small, padded));
    expect(encodeBatch(small, new Uint8Array(0)).every((fragment) => fragment.every((byte) => byte === 0))).toBe(true);
  });

  it('refuses too long a payload, short fragments, too few fragments', () => {
    expect(() => encodeBatch(small, new Uint8Array(small.payloadSize + 1))).toThrow(GeometryError);
    const fragments = encodeBatch(small, randomPayload(500, 5));
    const first = (count: number) => new Map(fragments.slice(0, count).map((fragment, slot) => [slot, fragment]));
    expect(() => decodeBatch(small, first(9))).toThrow(expect.objectContaining({ code: 'RS_TOO_FEW' }));
    expect(() => decodeBatch(small, first(10).set(3, fragments[3]!.subarray(1)))).toThrow(GeometryError);
  });
});

describe('recoverRange', () => {
  it('recomputes any range of any slot from the same range of k others', () => {
    const fragments = encodeBatch(several, randomPayload(several.payloadSize, 8));
    const random = seededRandom(6);
    for (let round = 0; round < 20; round += 1) {
      const [slot, ...others] = random.shuffled(range(several.n)).slice(0, several.k + 1) as [number, ...number[]];
      const start = random.below(several.fragmentSize);
      const end = start + random.below(Math.min(several.fragmentSize - start, 200_000) + 1);
      const present = new Map(others.map((other) => [other, fragments[other]!.subarray(start, end)]));
      expect(Buffer.compare(recoverRange(several, { slot, start, end, present }), fragments[slot]!.subarray(start, end))).toBe(0);
    }
  });

  it('refuses ranges outside the fragment and pieces of another length', () => {
    const present = new Map(range(10).map((slot) => [slot, new Uint8Array(16)]));
    expect(recoverRange(small, { slot: 12, start: 0, end: 16, present })).toEqual(new Uint8Array(16));
    expect(() => recoverRange(small, { slot: 12, start: 0, end: 17, present })).toThrow(GeometryError);
    expect(() => recoverRange(small, { slot: 12, start: 6390, end: 6406, present })).toThrow(GeometryError);
    expect(() => recoverRange(small, { slot: 12, start: 16, end: 0, present })).toThrow(GeometryError);
    expect(() => recoverRange(small, { slot: 16, start: 0, end: 16, present })).toThrow(expect.objectContaining({ code: 'RS_INPUT' }));
  });
});
