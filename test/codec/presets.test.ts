import { describe, expect, test } from 'vitest';
import { CodecInputError } from '../../offchain/codec/format-errors.ts';
import { geometry } from '../../offchain/codec/geometry.ts';
import { DEFAULT_PRESET, PRESETS, presetFor, quotaPerSupplier } from '../../offchain/codec/presets.ts';

describe('presets', () => {
  test('cover the supplier counts that people have', () => {
    expect(PRESETS.map((preset) => preset.suppliers)).toEqual([2, 4, 7, 13, 18, 26, 64]);
    expect(presetFor(13)).toMatchObject({ k: 7, m: 6, survives: 6 });
    expect(presetFor(2)).toMatchObject({ k: 1, m: 1, survives: 1 });
    expect(presetFor(16)).toBe(DEFAULT_PRESET);
    expect(DEFAULT_PRESET).toMatchObject({ k: 10, m: 6, expansion: 1.6 });
  });

  test.each(PRESETS)('$k+$m has about double redundancy and a geometry', ({ suppliers, k, m, survives, expansion }) => {
    expect(k + m).toBe(suppliers);
    expect(survives).toBe(m);
    expect(expansion).toBeGreaterThanOrEqual(1.75);
    expect(expansion).toBeLessThanOrEqual(2);
    expect(geometry({ k, m, batchLog2: 28 }).n).toBe(suppliers);
  });

  test('other counts name those that exist', () => {
    expect(() => presetFor(5)).toThrow(CodecInputError);
    expect(() => presetFor(5)).toThrow(/2, 4, 7, 13, 16, 18, 26, 64/);
  });

  test('quota for each supplier is rounded up', () => {
    expect(quotaPerSupplier(100n, { k: 10 })).toBe(10n);
    expect(quotaPerSupplier(101n, { k: 10 })).toBe(11n);
    expect(quotaPerSupplier(0n, { k: 3 })).toBe(0n);
    expect(quotaPerSupplier(2n ** 70n, { k: 1 })).toBe(2n ** 70n);
  });
});
