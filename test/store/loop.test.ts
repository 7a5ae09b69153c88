import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { loopFacts } from '../../offchain/health/loop-facts.ts';
import { createLogger } from '../../offchain/store/log.ts';
import { startLoop } from '../../offchain/store/loop.ts';
import type { Loop } from '../../offchain/store/loop.ts';

let loop: Loop | undefined;
let events: string[] = [];
const log = createLogger({ name: 'loops', write: (line) => events.push((JSON.parse(line) as { event: string }).event) });
afterEach(async () => {
  await loop?.stop();
  events = [];
});
const facts = (more = 0) => loopFacts([loop!.report()], { nowMs: Date.now() + more, loopFailures: 3 }).map(({ code }) => code);

it('reports successes, and failures in a row until the next success; each fault is said once', async () => {
  let fault: string | undefined = 'away';
  loop = startLoop({ name: 'work', intervalMs: 5, log, tick: async () => { if (fault !== undefined) throw new Error(fault); } });
  await expect.poll(() => loop!.report().failures).toBeGreaterThan(3);
  expect(loop.report()).toMatchObject({ name: 'work', lastFailure: { cause: 'away' } });
  expect(loop.report().lastSuccessMs).toBeUndefined();
  expect(facts()).toEqual(['LOOP_FAILING']);
  fault = 'lost';
  await expect.poll(() => loop!.report().lastFailure!.cause).toBe('lost');
  fault = undefined;
  await expect.poll(() => loop!.report().failures).toBe(0);
  expect(loop.report().lastSuccessMs).toBeGreaterThan(0);
  expect(facts()).toEqual([]);
  expect(events).toEqual(['work.failed', 'work.failed', 'work.recovered']);
});

it('is stuck when one turn takes too long, and only then', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  loop = startLoop({ name: 'long', intervalMs: 5, log, longestMs: 1_000, tick: () => promise });
  await sleep(20);
  expect(loop.report().runningSinceMs).toBeGreaterThan(0);
  expect(facts()).toEqual([]);
  expect(facts(2_000)).toEqual(['LOOP_STUCK']);
  resolve();
  await expect.poll(() => loop!.report().lastSuccessMs ?? 0).toBeGreaterThan(0);
});

it('ends when it was stopped, behind the turn under way', async () => {
  let [begun, ended] = [0, 0];
  loop = startLoop({ name: 'work', intervalMs: 1, log, tick: async () => { begun += 1; await sleep(20); ended += 1; } });
  await sleep(5);
  await loop.stop();
  expect([begun, ended]).toEqual([1, 1]);
  await sleep(30);
  expect(begun).toBe(1);
});
