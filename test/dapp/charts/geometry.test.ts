import { describe, expect, test } from 'vitest';
import { movedPlace, nearestPlace, sayPlace, stack, tableOf } from '../../../offchain/dapp/src/charts/chart-data.ts';
import type { ChartData } from '../../../offchain/dapp/src/charts/chart-data.ts';
import { arcsOf, areaPath, linePath, ringPath } from '../../../offchain/dapp/src/charts/path.ts';
import { epochCells, runsOf, sayRun, sayStrip } from '../../../offchain/dapp/src/charts/proof-strip.ts';
import { niceScale, placeOn, shownLabels } from '../../../offchain/dapp/src/charts/scale.ts';
import { conditionOfSlot, saySlot, saySlots } from '../../../offchain/dapp/src/charts/slot-words.ts';

describe('scales', () => {
  test('ticks are round, hold every value, and begin at zero', () => {
    expect(niceScale([3, 17, 42]).ticks).toEqual([0, 20, 40, 60]);
    expect(niceScale([0.0031]).ticks.at(-1)).toBeGreaterThanOrEqual(0.0031);
    expect(niceScale([-3, 9])).toMatchObject({ min: -5, max: 10 });
    expect(niceScale([98.2, 99.7], { fromZero: false }).min).toBeGreaterThan(97);
  });
  test('nothing, nulls, one value and what is not finite give a scale too', () => {
    for (const values of [[], [null, null], [0], [Number.NaN, Infinity]]) expect(niceScale(values)).toEqual({ min: 0, max: 1, ticks: [0, 1] });
    expect(niceScale([5, 5], { fromZero: false })).toMatchObject({ min: 0 });
    expect(niceScale([1e-18]).max).toBeGreaterThanOrEqual(1e-18);
    expect(niceScale([2 ** 61]).max).toBeGreaterThanOrEqual(2 ** 61);
  });
  test('many random ranges: bounded in number, in order, holding all', () => {
    for (let i = 0; i < 500; i++) {
      const values = [Math.sin(i) * 10 ** (i % 25 - 12), Math.cos(i * 7) * 10 ** (i % 19 - 9)];
      const { min, max, ticks } = niceScale(values);
      expect(ticks.length).toBeLessThan(12);
      expect(min).toBeLessThanOrEqual(Math.min(0, ...values) * (1 - 1e-9));
      expect(max).toBeGreaterThanOrEqual(Math.max(0, ...values) * (1 - 1e-9));
      expect([...ticks].sort((a, b) => a - b)).toEqual(ticks);
    }
  });
  test('places, also on a domain without width', () => {
    expect(placeOn([0, 10], [100, 0])(5)).toBe(50);
    expect(placeOn([3, 3], [7, 9])(3)).toBe(7);
  });
  test('labels that fit, the last one always', () => {
    expect(shownLabels(0, 5)).toEqual([]);
    expect(shownLabels(3, 5)).toEqual([0, 1, 2]);
    expect(shownLabels(100, 5).at(-1)).toBe(99);
    expect(shownLabels(100, 5).length).toBeLessThanOrEqual(5);
    expect(shownLabels(4, 0)).toEqual([3]);
  });
});

describe('paths', () => {
  test('gaps break a line, and a lonely spot is a dot', () => {
    expect(linePath([{ x: 0, y: 1 }, { x: 1, y: 2 }, null, { x: 3, y: 4 }])).toBe('M0 1L1 2M3 4L3 4');
    expect(linePath([])).toBe('');
    expect(areaPath([{ x: 0, y: 1 }, null, { x: 2, y: 3 }], 9)).toBe('M0 9L0 1L0 9ZM2 9L2 3L2 9Z');
  });
  test('shares of a ring', () => {
    expect(arcsOf([])).toEqual([]);
    expect(arcsOf([0, 0])).toEqual([]);
    expect(arcsOf([1, -4, 3])).toEqual([{ from: 0, to: 0.25 }, { from: 0.25, to: 0.25 }, { from: 0.25, to: 1 }]);
    expect(ringPath({ from: 0.2, to: 0.2 }, { inner: 1, outer: 2 })).toBe('');
    expect(ringPath({ from: 0, to: 1 }, { inner: 1, outer: 2 }).match(/M/g)).toHaveLength(2);
    expect(ringPath({ from: 0, to: 0.25 }, { inner: 1, outer: 2 })).toBe('M0 -2A2 2 0 0 1 2 0L1 0A1 1 0 0 0 0 -1Z');
  });
});

const DATA: ChartData = {
  title: 'Pay', axis: 'Epoch', labels: ['7', '8'], format: (value) => `${value} HOLD`,
  series: [{ name: 'earned', values: [1, 2], texts: ['1.000000000000000001 HOLD', '2 HOLD'] }, { name: 'lost', values: [null, 3] }],
};

describe('what a chart says', () => {
  test('its table has every value, exact where exact is known', () => {
    expect(tableOf(DATA)).toEqual({ head: ['Epoch', 'earned', 'lost'], rows: [['7', '1.000000000000000001 HOLD', 'not known'], ['8', '2 HOLD', '3 HOLD']] });
    expect(sayPlace(DATA, 1)).toBe('Epoch 8: earned 2 HOLD, lost 3 HOLD');
    expect(sayPlace(DATA, 9)).toBe('No data yet');
  });
  test('bars stand on each other', () => expect(stack(DATA)[1]).toEqual([{ from: 0, to: 2 }, { from: 2, to: 5 }]));
  test('keys move as on a slider, and stay inside', () => {
    expect(movedPlace('ArrowRight', 1, 2)).toBe(1);
    expect(movedPlace('ArrowLeft', 5, 10)).toBe(4);
    expect(movedPlace('Home', 5, 10)).toBe(0);
    expect(movedPlace('End', 5, 10)).toBe(9);
    expect(movedPlace('PageUp', 0, 100)).toBe(10);
    expect(movedPlace('x', 5, 10)).toBeUndefined();
    expect(nearestPlace(5, 0.49)).toBe(2);
    expect(nearestPlace(5, 7)).toBe(4);
  });
});

describe('proof strips', () => {
  const cells = epochCells({ from: 0, to: 9, current: 7, proven: new Set([2, 3, 5, 7]), held: [{ from: 2, to: 9 }] });
  test('each epoch is one of four states', () => {
    expect(cells.map(({ state }) => state)).toEqual(['idle', 'idle', 'proven', 'proven', 'missed', 'proven', 'missed', 'proven', 'ahead']);
    expect(sayStrip(cells)).toBe('4 of 6 epochs proven, 2 missed');
    expect(sayStrip(cells.slice(0, 2))).toBe('Nothing was to be proven in these epochs');
  });
  test('runs are read out together', () => {
    expect(runsOf(cells).map(sayRun)).toEqual(['Epochs 0 to 1: nothing to prove', 'Epochs 2 to 3: proven', 'Epoch 4: missed', 'Epoch 5: proven', 'Epoch 6: missed', 'Epoch 7: proven', 'Epoch 8: not over yet']);
  });
});

test('slots have words beside their colours', () => {
  const base = { provider: 4, faulted: false, provedThisEpoch: true };
  const conditions = [base, { ...base, provedThisEpoch: false }, { ...base, faulted: true }, { ...base, noticeFrom: 3 }, { ...base, provider: 0 }, { ...base, provider: 0, vacancy: {} }].map(conditionOfSlot);
  expect(conditions).toEqual(['proven', 'waiting', 'faulted', 'notice', 'released', 'vacant']);
  const marks = conditions.map((condition, slot) => ({ slot, condition, provider: 4 }));
  expect(saySlots([...marks, { slot: 6, condition: 'proven', provider: 1 }])).toBe('2 proven, 1 waiting, 1 faulted, 1 leaving, 1 vacant, 1 ended');
  expect(saySlots([])).toBe('no slots');
  expect(saySlot({ slot: 3, condition: 'faulted', provider: 9, note: 'Rent 1 HOLD an epoch' })).toBe('Slot 3, provider 9: Faulted, its provider missed a run of epochs: it is being replaced. Rent 1 HOLD an epoch');
});
