import { describe, expect, test } from 'vitest';
import { mapAhead } from '../../offchain/codec/map-ahead.ts';
import { seededRandom } from './random.ts';

/** Maps the weights; each call ends when the event loop has gone round some times. */
async function run(weights: readonly number[], depth: number, seed: number): Promise<{ order: number[]; most: number; atOnce: number }> {
  const random = seededRandom(seed);
  let running = 0;
  let calls = 0;
  const facts = { order: [] as number[], most: 0, atOnce: 0 };
  const start = async (index: number): Promise<number> => {
    const weight = Math.min(depth, weights[index]!);
    running += weight;
    calls++;
    facts.most = Math.max(facts.most, running);
    facts.atOnce = Math.max(facts.atOnce, calls);
    for (let i = random.below(4); i >= 0; i--) await new Promise<void>((resolve) => setImmediate(resolve));
    running -= weight;
    calls--;
    return index;
  };
  for await (const index of mapAhead(weights.keys(), depth, start, (index) => weights[index]!)) facts.order.push(index);
  return facts;
}

describe('mapAhead', () => {
  test('keeps the order, and within its depth, whatever items weigh', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const random = seededRandom(seed);
      const weights = Array.from({ length: random.below(60) }, () => 1 + random.below(12));
      const { order, most } = await run(weights, 8, seed);
      expect(order).toEqual([...weights.keys()]);
      expect(most).toBeLessThanOrEqual(8);
    }
  });

  test('runs as many light ones at once as its depth, and a heavy one alone', async () => {
    expect((await run(Array.from({ length: 50 }, () => 1), 8, 1)).atOnce).toBe(8);
    expect((await run(Array.from({ length: 20 }, () => 100), 8, 1)).atOnce).toBe(1);
  });

  test('fails with the first failure in order, and starts nothing behind it', async () => {
    const started: number[] = [];
    const results: number[] = [];
    const start = async (item: number): Promise<number> => {
      started.push(item);
      if (item >= 3) throw new Error(`item ${item}`);
      return item;
    };
    await expect((async () => {
      for await (const item of mapAhead([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 3, start)) results.push(item);
    })()).rejects.toThrow('item 3');
    expect([results, started.length]).toEqual([[0, 1, 2], 6]);
  });
});
