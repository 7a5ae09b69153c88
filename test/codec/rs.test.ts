import { describe, expect, it } from 'vitest';
import { GeometryError } from '../../offchain/codec/geometry.ts';
import { encodeParity, ErasureError, parityMatrix, reconstruct } from '../../offchain/codec/rs.ts';
import rsJson from '../vectors/rs.json' with { type: 'json' };
import { range, seededRandom, toHex } from './random.ts';
import { slowCoefficient, slowParity } from './slow-code.ts';
import { rsData, rsVectors } from './vectors.ts';

const schemes = [[1, 1], [1, 2], [2, 1], [2, 2], [3, 5], [4, 3], [8, 5], [10, 6], [12, 6], [17, 9], [32, 32], [29, 51], [128, 127], [254, 1], [1, 254]] as const;

function encode(k: number, m: number, data: readonly Uint8Array[]): Uint8Array[] {
  const parity = range(m).map(() => new Uint8Array(data[0]!.length));
  encodeParity({ k, m, data, parity });
  return parity;
}

describe('parityMatrix', () => {
  it.each(schemes)('%i+%i follows the formula, with ones in the first row and column', (k, m) => {
    const matrix = parityMatrix(k, m);
    expect(matrix.length).toBe(m);
    matrix.forEach((row, i) => row.forEach((coefficient, j) => expect(coefficient).toBe(slowCoefficient(k, i, j))));
    expect([...matrix[0]!]).toEqual(Array(k).fill(1));
    expect(matrix.map((row) => row[0])).toEqual(Array(m).fill(1));
  });

  it('makes 1+m plain copies and k+1 plain parity', () => {
    const random = seededRandom(1);
    const copy = random.bytes(100);
    for (const parity of encode(1, 3, [copy])) expect(parity).toEqual(copy);
    const [a, b, c] = [random.bytes(77), random.bytes(77), random.bytes(77)];
    expect(encode(3, 1, [a, b, c])[0]).toEqual(a.map((byte, x) => byte ^ b[x]! ^ c[x]!));
  });

  it('refuses schemes that the field has no room for', () => {
    expect(() => parityMatrix(0, 2)).toThrow(GeometryError);
    expect(() => parityMatrix(200, 56)).toThrow(GeometryError);
  });
});

describe('encodeParity', () => {
  it('equals the frozen vectors', () => {
    expect(rsJson).toEqual(rsVectors());
    for (const { k, m, parity } of rsJson.cases) {
      expect(encode(k, m, range(k).map((slot) => rsData(slot, rsJson.sizeBytes))).map(toHex)).toEqual(parity);
    }
  });

  it.each(schemes)('%i+%i equals the slow code at every length around a step', (k, m) => {
    const random = seededRandom(k * 256 + m);
    for (const sizeBytes of k + m > 100 ? [1, 65] : [0, 1, 15, 16, 31, 32, 33, 63, 64, 65, 127, 1000]) {
      const data = range(k).map(() => random.bytes(sizeBytes));
      expect(encode(k, m, data)).toEqual(slowParity(k, m, data));
    }
  });

  it('equals the slow code across several passes of the kernel', () => {
    const random = seededRandom(3);
    const data = range(10).map(() => random.bytes(20_011));
    expect(encode(10, 6, data)).toEqual(slowParity(10, 6, data));
  });

  it('writes only into the parity arrays it was given, also when they are parts of larger ones', () => {
    const random = seededRandom(4);
    const data = range(4).map(() => random.bytes(300));
    const whole = new Uint8Array(3 * 400).fill(0xee);
    const parity = range(3).map((i) => whole.subarray(i * 400 + 7, i * 400 + 307));
    encodeParity({ k: 4, m: 3, data, parity });
    expect(parity.map((bytes) => bytes.slice())).toEqual(slowParity(4, 3, data));
    expect(whole.filter((byte, x) => (x % 400 < 7 || x % 400 >= 307) && byte !== 0xee).length).toBe(0);
  });

  it('refuses wrong counts and unequal lengths', () => {
    const one = () => new Uint8Array(8);
    expect(() => encodeParity({ k: 2, m: 1, data: [one()], parity: [one()] })).toThrow(ErasureError);
    expect(() => encodeParity({ k: 2, m: 1, data: [one(), one()], parity: [] })).toThrow(ErasureError);
    expect(() => encodeParity({ k: 2, m: 1, data: [one(), new Uint8Array(9)], parity: [one()] })).toThrow(ErasureError);
    expect(() => encodeParity({ k: 2, m: 1, data: [one(), one()], parity: [new Uint8Array(7)] })).toThrow(ErasureError);
  });
});

describe('reconstruct', () => {
  it.each(schemes)('%i+%i survives any loss of m slots', (k, m) => {
    const random = seededRandom(k * 1000 + m);
    const data = range(k).map(() => random.bytes(97));
    const all = [...data, ...encode(k, m, data)];
    for (let round = 0; round < (k + m > 100 ? 3 : 20); round += 1) {
      const slots = random.shuffled(range(k + m));
      const present = new Map(slots.slice(0, k).map((slot) => [slot, all[slot]!]));
      const rebuilt = reconstruct({ k, m, present, wanted: range(k + m) });
      expect([...rebuilt.keys()]).toEqual(range(k + m));
      for (const [slot, bytes] of rebuilt) expect(bytes).toEqual(all[slot]);
    }
  });

  it('survives every single choice of k slots, for small schemes', () => {
    for (const [k, m] of [[2, 2], [3, 3], [4, 3]] as const) {
      const data = range(k).map((slot) => rsData(slot, 40));
      const all = [...data, ...encode(k, m, data)];
      for (let chosen = 0; chosen < 2 ** (k + m); chosen += 1) {
        const slots = range(k + m).filter((slot) => (chosen >> slot) & 1);
        if (slots.length !== k) continue;
        const rebuilt = reconstruct({ k, m, present: new Map(slots.map((slot) => [slot, all[slot]!])), wanted: range(k + m) });
        expect([...rebuilt.values()]).toEqual(all);
      }
    }
  });

  it('uses k slots when more are present, and returns copies of present ones', () => {
    const data = range(4).map((slot) => rsData(slot, 64));
    const all = [...data, ...encode(4, 3, data)];
    const present = new Map([6, 5, 4, 3, 2, 1].map((slot) => [slot, all[slot]!]));
    const rebuilt = reconstruct({ k: 4, m: 3, present, wanted: [0, 6] });
    expect(rebuilt).toEqual(new Map([[0, all[0]], [6, all[6]]]));
    expect(rebuilt.get(6)).not.toBe(all[6]);
  });

  it('writes into given arrays', () => {
    const data = range(4).map((slot) => rsData(slot, 64));
    const all = [...data, ...encode(4, 3, data)];
    const target = new Uint8Array(64);
    const present = new Map([2, 3, 4, 5].map((slot) => [slot, all[slot]!]));
    const rebuilt = reconstruct({ k: 4, m: 3, present, wanted: [1, 0], into: new Map([[1, target]]) });
    expect(rebuilt.get(1)).toBe(target);
    expect([target, rebuilt.get(0)]).toEqual([all[1], all[0]]);
  });

  it('says when too few slots are present, and that more may come', () => {
    const present = new Map([[0, new Uint8Array(8)]]);
    const act = () => reconstruct({ k: 2, m: 2, present, wanted: [1] });
    expect(act).toThrow(expect.objectContaining({ code: 'RS_TOO_FEW', retryable: true }));
    expect(reconstruct({ k: 2, m: 2, present, wanted: [0] }).get(0)).toEqual(new Uint8Array(8));
    expect(reconstruct({ k: 2, m: 2, present: new Map(), wanted: [] }).size).toBe(0);
  });

  it('refuses impossible slots and unequal lengths', () => {
    const bytes = new Uint8Array(8);
    for (const slot of [-1, 4, 1.5, Number.NaN]) {
      expect(() => reconstruct({ k: 2, m: 2, present: new Map([[slot, bytes]]), wanted: [0] })).toThrow(ErasureError);
      expect(() => reconstruct({ k: 2, m: 2, present: new Map([[0, bytes], [1, bytes]]), wanted: [slot] })).toThrow(ErasureError);
    }
    expect(() => reconstruct({ k: 2, m: 2, present: new Map([[0, bytes], [1, new Uint8Array(7)]]), wanted: [2] })).toThrow(ErasureError);
  });
});
