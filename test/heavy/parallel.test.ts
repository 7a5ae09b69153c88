import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { mapLimited } from '../../offchain/heavy/parallel.ts';

it('keeps the order of the items and the limit', async () => {
  let running = 0;
  let most = 0;
  const results = await mapLimited([5, 1, 3, 2, 4], 2, async (item) => {
    most = Math.max(most, ++running);
    await sleep(item);
    running--;
    return item * 10;
  });
  expect(results).toEqual([50, 10, 30, 20, 40]);
  expect(most).toBe(2);
});

it('begins nothing after the first failure, and throws it when all that was begun has ended', async () => {
  const begun: number[] = [];
  const ended: number[] = [];
  const work = mapLimited([0, 1, 2, 3], 2, async (item) => {
    begun.push(item);
    if (item === 0) throw new Error('the first');
    await sleep(20);
    ended.push(item);
  });
  await expect(work).rejects.toThrow('the first');
  expect(begun).toEqual([0, 1]);
  expect(ended).toEqual([1]);
});
