import { describe, expect, it } from 'vitest';
import { pause } from '../../offchain/client/aborting.ts';
import { SharedReads } from '../../offchain/client/fetch/shared-reads.ts';

const bytes = (sizeBytes: number): Uint8Array => new Uint8Array(sizeBytes).fill(7);

describe('SharedReads', () => {
  it('asks once for what several want, and keeps it within its limit', async () => {
    const shared = new SharedReads(100);
    let asked = 0;
    const read = (key: string): Promise<Uint8Array> => shared.read(key, undefined, async () => {
      asked++;
      return bytes(40);
    });
    await Promise.all([read('a'), read('a'), read('a')]);
    expect(asked).toBe(1);
    await read('b');
    await read('a');
    await read('c');
    expect([shared.has('a'), shared.has('b'), shared.has('c')]).toEqual([true, false, true]);
    expect(asked).toBe(3);
  });

  it('forgets failures', async () => {
    const shared = new SharedReads(100);
    await expect(shared.read('a', undefined, async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect((await shared.read('a', undefined, async () => bytes(1))).length).toBe(1);
  });

  it('cancels the request only when the last asker has left', async () => {
    const shared = new SharedReads(100);
    const cancelled: string[] = [];
    const start = (signal: AbortSignal): Promise<Uint8Array> => pause(60_000, signal).then(() => bytes(1), (error: unknown) => {
      cancelled.push('yes');
      throw error;
    });
    const [first, second] = [new AbortController(), new AbortController()];
    const reads = [shared.read('a', first.signal, start), shared.read('a', second.signal, start)];
    first.abort(new Error('first'));
    await expect(reads[0]).rejects.toThrow('first');
    await pause(0);
    expect(cancelled).toEqual([]);
    second.abort(new Error('second'));
    await expect(reads[1]).rejects.toThrow('second');
    await pause(0);
    expect(cancelled).toEqual(['yes']);
    expect(shared.has('a')).toBe(false);
  });
});
