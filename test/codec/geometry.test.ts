import { describe, expect, it } from 'vitest';
import { geometry, GeometryError } from '../../offchain/codec/geometry.ts';

const MIB = 1024 * 1024;

describe('geometry', () => {
  it('gives the default scheme in full', () => {
    expect(geometry({ k: 10, m: 6, batchLog2: 28 })).toEqual({
      k: 10, m: 6, n: 16, batchLog2: 28, fragmentSize: 26_843_392, leaves: 104_857, unit: MIB, stripes: 26, payloadSize: 268_433_920,
    });
  });

  it('gives a small fragment one stripe of its own width', () => {
    expect(geometry({ k: 10, m: 6, batchLog2: 16 })).toMatchObject({ fragmentSize: 6400, leaves: 25, unit: 6400, stripes: 1, payloadSize: 64_000 });
  });

  it('fills stripes exactly when the fragment is whole units', () => {
    expect(geometry({ k: 1, m: 2, batchLog2: 28 })).toMatchObject({ fragmentSize: 256 * MIB, leaves: 2 ** 20, stripes: 256 });
    expect(geometry({ k: 4, m: 3, batchLog2: 22 })).toMatchObject({ fragmentSize: MIB, stripes: 1 });
  });

  it('keeps a leaf in every fragment and never exceeds the batch, for all k', () => {
    for (let batchLog2 = 16; batchLog2 <= 28; batchLog2 += 1) {
      for (let k = 1; k <= 254; k += 1) {
        const { fragmentSize, leaves, unit, stripes, payloadSize } = geometry({ k, m: 1, batchLog2 });
        expect(leaves).toBeGreaterThanOrEqual(1);
        expect(fragmentSize).toBe(leaves * 256);
        expect(payloadSize).toBeLessThanOrEqual(2 ** batchLog2);
        expect(payloadSize + k * 256).toBeGreaterThan(2 ** batchLog2);
        expect((stripes - 1) * unit).toBeLessThan(fragmentSize);
        expect(stripes * unit).toBeGreaterThanOrEqual(fragmentSize);
      }
    }
  });

  it.each([
    { k: 0, m: 1, batchLog2: 20 },
    { k: 1, m: 0, batchLog2: 20 },
    { k: 1.5, m: 1, batchLog2: 20 },
    { k: Number.NaN, m: 1, batchLog2: 20 },
    { k: 250, m: 6, batchLog2: 20 },
    { k: 10, m: 6, batchLog2: 15 },
    { k: 10, m: 6, batchLog2: 29 },
    { k: 10, m: 6, batchLog2: 20.5 },
    { k: -1, m: 6, batchLog2: 20 },
    { k: Infinity, m: 6, batchLog2: 20 },
  ])('refuses $k+$m with 2^$batchLog2', (options) => {
    expect(() => geometry(options)).toThrow(GeometryError);
  });
});
