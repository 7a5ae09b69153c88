import { describe, expect, test } from 'vitest';
import type { CreatorLine } from '../../../offchain/earnings/creator-lines.ts';
import { roomiest, sayProven, standingOf } from '../../../offchain/dapp/src/creator/agreements/facts.ts';
import { sayMap, slotsOf, verdictOf } from '../../../offchain/dapp/src/creator/files/slot-signs.ts';
import { sayTransfer, stagesOf } from '../../../offchain/dapp/src/creator/files/stages.ts';
import { nameFor, nameProblem } from '../../../offchain/dapp/src/creator/files/store-as.ts';
import { detectionOdds, formatDurability, yearlyLoss } from '../../../offchain/dapp/src/creator/rent/odds.ts';
import { periodsFor, planOf, schemeChoices } from '../../../offchain/dapp/src/creator/rent/plan.ts';
import { shortTimes, stretchesOf } from '../../../offchain/dapp/src/creator/spending/series.ts';
import { matchRoute } from '../../../offchain/dapp/src/frame/match.ts';

describe('odds', () => {
  test('of being caught: the table of the design', () => {
    expect(detectionOdds({ share: 0.1, epochs: 1 })).toBeCloseTo(0.41, 2);
    expect(detectionOdds({ share: 0.05, epochs: 1 })).toBeCloseTo(0.23, 2);
    expect(detectionOdds({ share: 0.1, epochs: 12 })).toBeCloseTo(0.998, 3);
    expect(detectionOdds({ share: 0, epochs: 100 })).toBe(0);
  });

  test('of losing data: less with more parity, one for one copy over long times', () => {
    const losses = [1, 2, 4, 6].map((m) => yearlyLoss({ k: 10, m }));
    expect([...losses].sort((a, b) => b - a)).toEqual(losses);
    expect(yearlyLoss({ k: 1, m: 0, repairDays: 365 })).toBeCloseTo(1 - Math.exp(-1), 6);
    expect(yearlyLoss({ k: 10, m: 6 })).toBeLessThan(1e-9);
  });

  test('are written without rounding up', () => {
    expect([0.5, 0.011, 0.0099, 0.000_01, 1e-9, 0].map(formatDurability)).toEqual(['50.0 %', '98.9 %', '99 %', '99.999 %', '99.999 999 9 %', '99.999 999 999 %']);
  });
});

describe('a plan', () => {
  test('has room for what was asked for', () => {
    for (const spaceBytes of [1, 2 ** 20, 64 * 2 ** 20, 10 * 2 ** 30, 2 ** 40]) {
      const plan = planOf({ spaceBytes, k: 10, m: 6, periods: 4 });
      expect(plan.spaceBytes).toBeGreaterThanOrEqual(spaceBytes);
      expect(plan.spaceBytes - spaceBytes).toBeLessThan(plan.payloadBytes);
      expect(plan.bytesPerProvider * 10).toBeGreaterThanOrEqual(plan.spaceBytes);
    }
  });

  test('covers the days in whole periods, within the protocol', () => {
    const clock = { genesis: 0, epochSeconds: 7_200, epochsPerPeriod: 84 };
    expect([1, 7, 8, 30, 100_000].map((days) => periodsFor(days, clock))).toEqual([1, 1, 2, 5, 520]);
  });

  test('offers only schemes for providers that are there', () => {
    expect(schemeChoices(4).map(({ id }) => id)).toEqual(['2+2', '1+1', '1+2']);
    expect(schemeChoices(1)).toEqual([]);
    expect(schemeChoices(undefined).map(({ id }) => id)).toContain('10+6');
  });
});

describe('health', () => {
  const part = (map: string, spare: number, isRunning = true) => ({ agreement: 1, map, k: 2, m: 2, spare, regions: [], lastProof: null, isRunning, paidUntil: 0, bundles: [0] });

  test('of an agreement', () => {
    const of = (spare: number, isEnding = false, isRunning = true) => standingOf({ isRunning, spare, m: 6, isEnding });
    expect([of(6), of(6, true), of(3), of(2), of(1), of(0), of(-1), of(6, false, false)]).toEqual(['safe', 'closing-soon', 'safe', 'at-risk', 'at-risk', 'critical', 'lost', 'ended']);
  });

  test('files go where most room is, and nothing ends soon', () => {
    const facts = (usedBytes: number, standing: 'safe' | 'closing-soon' = 'safe') => ({ standing, totalBytes: 100, usedBytes });
    const [full, late, free] = [facts(90), facts(0, 'closing-soon'), facts(20)];
    expect(roomiest([late, full, free])).toBe(free);
    expect(roomiest([late])).toBe(late);
    expect(roomiest([])).toBeUndefined();
  });

  test('of the slots that have not proven yet', () => {
    expect([[4, 0], [2, 0], [2, 2], [1, 2], [3, 1]].map(([proven = 0, stopped = 0]) => sayProven({ proven, stopped, of: 4 }))).toEqual(['all of them', 'the others still have time', '2 have stopped', '2 have stopped, the others still have time', '1 has stopped']);
  });

  test('of an object: each sign has a mark and words', () => {
    expect(slotsOf(part('#+~?!.', 0)).map(({ mark, tone }) => mark + tone)).toEqual(['✓good', '·good', '~warn', '?warn', '!bad', '×bad']);
    expect(sayMap(part('###.', 1))).toBe('3 proved this epoch, 1 nobody at the moment');
    expect(slotsOf({ map: 'x' })[0]?.text).toBe('unknown');
  });

  test('the worst part speaks', () => {
    expect(verdictOf([part('####', 2)]).text).toBe('Complete');
    expect(verdictOf([part('####', 2), part('##..', 0)]).text).toBe('No spare left');
    expect(verdictOf([part('#...', -1)]).tone).toBe('bad');
    expect(verdictOf([part('####', 0, false)]).text).toBe('Its agreement ended');
    expect(verdictOf([]).tone).toBe('plain');
  });
});

test('names of uploads', () => {
  expect(nameFor([{ name: 'photos' }])).toBe('photos');
  expect(nameFor([{ name: 'photos' }, { name: 'photos' }])).toBe('photos');
  expect(nameFor([{ name: 'a' }, { name: 'b' }], new Date('2026-11-21T10:00:00Z'))).toBe('files of 2026-11-21');
  for (const name of ['', '  ', 'x'.repeat(5_000), '.holdfast/state', 'a\u0000b']) expect(nameProblem(name)).toMatch(/\.$/);
  for (const name of ['photos', 'Üñí/çødé 🌊.txt', 'con']) expect(nameProblem(name)).toBeUndefined();
});

test('stages: those with bytes that began, and the one that runs', () => {
  const shown = stagesOf({ kind: 'upload', stage: 'receipts', stages: { scan: { doneBytes: 5, totalBytes: 5 }, encode: { doneBytes: 10, totalBytes: 10 }, send: { doneBytes: 8, totalBytes: 16 }, receipts: { doneBytes: 0, totalBytes: undefined } } });
  expect(shown.map(({ stage, share }) => [stage, share])).toEqual([['encode', 1], ['send', 1], ['receipts', undefined]]);
  const sending = stagesOf({ kind: 'upload', stage: 'send', stages: { encode: { doneBytes: 4, totalBytes: 10 }, send: { doneBytes: 8, totalBytes: 16 } } });
  expect(sending.map(({ stage, share }) => [stage, share])).toEqual([['encode', 0.4], ['send', 0.5]]);
});

test('a transfer is told at each stage, and by what it came to', () => {
  const one = { kind: 'upload', name: 'film', result: undefined } as const;
  expect(sayTransfer({ ...one, state: 'running', stage: 'encode' })).toBe('Upload of film: Encrypting and coding.');
  expect(sayTransfer({ ...one, state: 'running', stage: undefined })).toBe('Upload of film: Under way.');
  expect(sayTransfer({ ...one, kind: 'download', state: 'done', stage: 'restore', result: 'Every byte checked.' })).toBe('Download of film: Done. Every byte checked.');
  expect(sayTransfer({ ...one, state: 'failed', stage: 'send' })).toBe('Upload of film: Stopped.');
});

test('spending: epochs are put together, and nothing is lost', () => {
  const line = (key: number): CreatorLine => ({ key, elapsed: 1, proven: 1, paid: 1n, refunded: 0n, used: 2n, fees: 0n, missed: 3n, ahead: 4n });
  const stretches = stretchesOf(Array.from({ length: 100 }, (_, i) => line(i + 7)), 32);
  expect(stretches.length).toBeLessThanOrEqual(32);
  expect(stretches.reduce((sum, { used }) => sum + used, 0n)).toBe(200n);
  expect(stretchesOf([], 32)).toEqual([]);
  expect(shortTimes([0, 60])[1]).toMatch(/^\d\d:\d\d:\d\d$/);
  expect(shortTimes([0, 3_600])[1]).toMatch(/^\d\d:\d\d$/);
  expect(shortTimes([0, 86_400 * 9])[1]).toMatch(/^\d+ [A-Z][a-z]+$/);
  expect(shortTimes([])).toEqual([]);
});

test('addresses of pages', () => {
  expect(matchRoute('/explorer/providers/:id', '/explorer/providers/7')).toBe(true);
  expect(matchRoute('/explorer/providers/:id', '/explorer/providers/')).toBe(false);
  expect(matchRoute('/', '/')).toBe(true);
  expect(matchRoute('/files', '/files/one')).toBe(false);
});
