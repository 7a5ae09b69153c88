import { expect, it } from 'vitest';
import { Uploads } from '../../offchain/provider/uploads.ts';

it('ends the slowest upload of whoever has most of them for somebody else, and none that is young or alone', async () => {
  let nowMs = 0;
  const uploads = new Uploads(3, () => nowMs);
  const ended: string[] = [];
  const start = (agreement: number, name: string) => {
    const dripping = uploads.run({ name, agreement }, (signal) => new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error))));
    return dripping.catch((error: { code: string }) => void ended.push(`${name} ${error.code}`));
  };
  const begun: Promise<unknown>[] = [];
  for (const name of ['a', 'b', 'c']) {
    begun.push(start(1, name));
    nowMs += 1_000;
  }
  await expect(uploads.run({ name: 'x', agreement: 2 }, async () => 'in')).rejects.toMatchObject({ code: 'BUSY' });
  nowMs += 10_000;
  await expect(uploads.run({ name: 'd', agreement: 1 }, async () => 'in')).rejects.toMatchObject({ code: 'BUSY' });
  expect(await uploads.run({ name: 'x', agreement: 2 }, async () => 'in')).toBe('in');
  expect(ended).toEqual(['a BUSY']);
  for (const name of ['b', 'c']) await uploads.end(name);
  await Promise.all(begun);
  expect(uploads.count).toBe(0);
});
