import { describe, expect, test } from 'vitest';
import { DEVNET, PRODUCTION } from '../../../offchain/chain/devnet-parameters.ts';
import { ProviderConfig } from '../../../offchain/provider/config.ts';
import type { Line } from '../../../offchain/earnings/group.ts';
import { linesAround } from '../../../offchain/dapp/src/provider/earnings-charts.ts';
import { exitSteps } from '../../../offchain/dapp/src/provider/exit-steps.ts';
import { configOf, endpointProblem, exactBytes, outcomeOf } from '../../../offchain/dapp/src/provider/plan.ts';
import { parseBytes } from '../../../offchain/dapp/src/ui/parse.ts';

const GIB = 2n ** 30n;
const TOKEN = 10n ** 18n;

describe('what an offer comes to', () => {
  const plan = { capacityBytes: 1024n * GIB, perGibEpoch: TOKEN / 100_000n, stake: 1_000n * TOKEN };
  test('rent, pay, stake and slash by the integers of the contracts', () => {
    const outcome = outcomeOf(plan, { ...PRODUCTION, slashEpochs: PRODUCTION.standard.slashEpochs });
    expect(outcome.fullRent).toBe((1024n * TOKEN) / 100_000n);
    expect(outcome.fullPay).toBe(outcome.fullRent - (outcome.fullRent * 150n) / 10_000n);
    expect(outcome.neededStake).toBe(outcome.fullRent * 168n);
    expect(outcome.coveredBytes).toBe(plan.capacityBytes);
    expect(outcome.slashAtMost).toBe(outcome.fullRent * 84n);
    expect(outcome.monthPay).toBe(outcome.yearPay / 12n);
    expect(outcome.yearPay).toBe((outcome.fullPay * 31_557_600n) / 7_200n);
  });
  test('a stake that is too small covers a part, and bounds what can be slashed', () => {
    const outcome = outcomeOf({ ...plan, stake: TOKEN / 100n }, { ...DEVNET, slashEpochs: 30 });
    expect(outcome.coveredBytes).toBeLessThan(plan.capacityBytes);
    expect((outcome.coveredBytes * plan.perGibEpoch) / GIB * BigInt(DEVNET.stakeEpochs)).toBeLessThanOrEqual(TOKEN / 100n);
    expect(outcome.slashAtMost).toBe(TOKEN / 100n);
  });
  test('no price and no stake divide by nothing', () => {
    expect(outcomeOf({ capacityBytes: 5n, perGibEpoch: 0n, stake: 0n }, { ...DEVNET, slashEpochs: 6 })).toMatchObject({ fullRent: 0n, coveredBytes: 5n, slashAtMost: 0n });
    expect(outcomeOf({ capacityBytes: 5n * GIB, perGibEpoch: 7n, stake: 0n }, { ...DEVNET, slashEpochs: 6 })).toMatchObject({ coveredBytes: 0n });
  });
  test('the lines for the node are what the node reads', () => {
    const { provider } = JSON.parse(configOf({ ...plan, tier: 'archival', region: 4, parent: 1, endpoint: ' https://p.example ', payout: '0x70997970C51812dc3A010C7d01b50e0d17dc79C8' })) as { provider: object };
    expect(ProviderConfig.parse({ home: 'p', ...provider })).toMatchObject({ tier: 'archival', region: 4, parent: 1, endpoint: 'https://p.example', capacityBytes: plan.capacityBytes, stake: plan.stake, price: { perGibEpoch: plan.perGibEpoch } });
  });
});

test('of many lines those around now are drawn', () => {
  const lines = Array.from({ length: 400 }, (_, key): Line => ({ key, elapsed: 1, proven: 1, earned: 1n, missed: 0n, potential: 0n, other: 0n, slashed: 0n }));
  const shown = (now: number, by: 'epoch' | 'agreement' = 'epoch', some = lines) => linesAround(some, { now, by, count: 120 }).map(({ key }) => key);
  expect([shown(200)[0], shown(200).at(-1), shown(200).length]).toEqual([111, 230, 120]);
  expect([shown(10)[0], shown(10).at(-1)]).toEqual([0, 119]);
  expect([shown(399)[0], shown(399).at(-1)]).toEqual([280, 399]);
  expect([shown(10, 'agreement')[0], shown(10, 'agreement').at(-1)]).toEqual([280, 399]);
  expect(shown(3, 'epoch', lines.slice(0, 9))).toHaveLength(9);
});

test('a capacity as it is typed says the same when it is read', () => {
  for (const bytes of [1n, 1_048_577n, 64n << 20n, 100n << 30n, 3n << 40n, (1n << 45n) + 1n]) expect(parseBytes(exactBytes(bytes)).value).toBe(Number(bytes));
  expect(exactBytes(100n << 30n)).toBe('100 GiB');
});

describe('endpoints', () => {
  const real = { isDevnet: false, maxCharacters: 256 };
  test.each(['', 'https://provider.example:8443', 'http://203.0.113.7/base'])('fine: %j', (text) => expect(endpointProblem(text, real)).toBeUndefined());
  test.each(['provider.example', 'ftp://a.example', 'javascript:alert(1)', 'https://u:p@a.example', 'https://a.example/?x=1', 'https://a.example/#x', 'http://127.0.0.1:80', 'http://192.168.1.4', 'http://172.20.0.1', 'http://localhost:1', `https://${'a'.repeat(300)}`])('refused with a sentence: %j', (text) => expect(endpointProblem(text, real)).toMatch(/\.$/));
  test('a devnet lives on loopback', () => expect(endpointProblem('http://127.0.0.1:80', { ...real, isDevnet: true })).toBeUndefined());
});

describe('leaving', () => {
  const clock = { genesis: 1_000, epochSeconds: 10, epochsPerPeriod: 6 };
  const none = { stake: 0n, locked: 0n, queued: 0n, free: 0n, readyEpoch: 0 };
  const done = (steps: ReturnType<typeof exitSteps>) => steps.filter(({ isDone }) => isDone).map(({ id }) => id);
  test('with slots: the last agreement says when at the latest', () => {
    const steps = exitSteps({ standing: { ...none, stake: 9n, locked: 9n }, slots: [{ endPeriod: 4, openChallenges: 0 }, { endPeriod: 7, openChallenges: 1 }], clock, epoch: 5 });
    expect(done(steps)).toEqual([]);
    expect(steps.find(({ id }) => id === 'slots')).toMatchObject({ title: 'Hand over 2 slots', atSeconds: 1_000 + 7 * 6 * 10 });
    expect(steps.find(({ id }) => id === 'slots')!.text).toContain('1 of them must answer a challenge first');
    expect(steps.find(({ id }) => id === 'queue')!.text).toContain('still stands behind promises');
  });
  test('with stake on its way', () => {
    const standing = { ...none, stake: 9n, queued: 9n, readyEpoch: 20 };
    expect(exitSteps({ standing, slots: [], clock, epoch: 5 }).find(({ id }) => id === 'take')).toMatchObject({ isDone: false, atSeconds: 1_200 });
    expect(exitSteps({ standing, slots: [], clock, epoch: 20 }).find(({ id }) => id === 'take')).toMatchObject({ isDone: false, text: 'It is ready.' });
  });
  test('when nothing is left everything is done', () => expect(done(exitSteps({ standing: none, slots: [], clock, epoch: 5 }))).toEqual(['announce', 'slots', 'queue', 'take', 'off']));
});
