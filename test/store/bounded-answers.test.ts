import { describe, expect, it } from 'vitest';
import { BoundedAnswers } from '../../offchain/store/bounded-answers.ts';

const bounded = (limits: { maxBytes?: number; maxEntries?: number; atOnce?: number } = {}) => new BoundedAnswers<number>({ maxBytes: 100, maxEntries: 10, sizeOf: (answer) => answer, ...limits });

describe('answers that are kept', () => {
  it('take so many bytes, whatever was asked; the least recently used go first', async () => {
    const answers = bounded();
    const asked: string[] = [];
    const get = (key: string, sizeBytes: number) => answers.get(key, async () => (asked.push(key), sizeBytes));
    for (const key of ['a', 'b', 'c']) await get(key, 30);
    await get('a', 30);
    await get('d', 30);
    expect(answers.bytes).toBe(90);
    for (const key of ['c', 'd', 'a', 'b']) await get(key, 30);
    expect(asked).toEqual(['a', 'b', 'c', 'd', 'b']);
    // One that is too large for itself is there until the next one comes.
    await get('e', 500);
    await get('f', 1);
    expect(answers.bytes).toBe(1);
  });

  it('are asked for once by all who want them at the same time, and not kept when that fails', async () => {
    const answers = bounded();
    let asked = 0;
    const fail = () => answers.get('a', async () => Promise.reject(new Error(`failure ${(asked += 1)}`)));
    expect((await Promise.allSettled([fail(), fail(), fail()])).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(asked).toBe(1);
    expect(await Promise.all([1, 2, 3].map((one) => answers.get('a', async () => one)))).toEqual([1, 1, 1]);
    expect(answers.bytes).toBe(1);
  });

  it('count once, and are bounded in number; so are the questions under way', async () => {
    const few = bounded({ maxEntries: 2, atOnce: 2 });
    const { promise, resolve } = Promise.withResolvers<number>();
    const waiting = ['a', 'b', 'c'].map((key) => few.get(key, () => promise));
    await expect(waiting[2]).rejects.toMatchObject({ code: 'BUSY' });
    resolve(5);
    expect(await Promise.all(waiting.slice(0, 2))).toEqual([5, 5]);
    for (const key of ['d', 'e', 'f']) await few.get(key, async () => 5);
    expect(few.bytes).toBe(10);
  });
});
