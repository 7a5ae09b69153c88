import { describe, expect, it } from 'vitest';
import { pause } from '../../offchain/client/aborting.ts';
import { type SharedBytes, SharedReads } from '../../offchain/client/fetch/shared-reads.ts';

/** Bytes that say under which name they were given back. */
function lender() {
  const released: string[] = [];
  const lend = (name: string, sizeBytes: number): SharedBytes => ({ bytes: new Uint8Array(sizeBytes).fill(7), release: () => void released.push(name) });
  return { released, lend };
}

describe('SharedReads', () => {
  it('asks once for what several want, and keeps it within its limit', async () => {
    const shared = new SharedReads(100);
    const { lend } = lender();
    let asked = 0;
    const read = (key: string) => shared.read(key, undefined, async () => {
      asked++;
      return lend(key, 40);
    });
    await Promise.all([read('a'), read('a'), read('a')]);
    expect(asked).toBe(1);
    await read('b');
    await read('a');
    await read('c');
    expect([shared.has('a'), shared.has('b'), shared.has('c')]).toEqual([true, false, true]);
    expect(asked).toBe(3);
  });

  it('keeps more for who comes back to more, and never less again', async () => {
    const shared = new SharedReads(100);
    const { lend } = lender();
    const read = (key: string) => shared.read(key, undefined, async () => lend(key, 60));
    shared.keepAtLeast(180);
    shared.keepAtLeast(120);
    for (const key of ['a', 'b', 'c', 'd']) (await read(key)).release();
    expect(['a', 'b', 'c', 'd'].map((key) => shared.has(key))).toEqual([false, true, true, true]);
  });

  it('gives memory back once it is forgotten and the last reader has left, and only once', async () => {
    const shared = new SharedReads(100);
    const { released, lend } = lender();
    const read = (key: string) => shared.read(key, undefined, async () => lend(key, 60));
    const [first, second] = await Promise.all([read('a'), read('a')]);
    const other = await read('b');
    expect(shared.has('a')).toBe(false);
    first.release();
    first.release();
    expect(released).toEqual([]);
    expect(second.bytes[0]).toBe(7);
    second.release();
    expect(released).toEqual(['a']);
    other.release();
    expect(released).toEqual(['a']);
    (await read('c')).release();
    expect(released).toEqual(['a', 'b']);
  });

  it('does not keep what is not worth it, but shares it while it runs', async () => {
    const shared = new SharedReads(100);
    const { released, lend } = lender();
    const start = async (): Promise<SharedBytes> => ({ ...lend('a', 10), isKept: false });
    const [first, second] = await Promise.all([shared.read('a', undefined, start), shared.read('a', undefined, start)]);
    expect(shared.has('a')).toBe(false);
    expect(second.bytes).toBe(first.bytes);
    first.release();
    expect(released).toEqual([]);
    second.release();
    expect(released).toEqual(['a']);
  });

  it('forgets failures', async () => {
    const shared = new SharedReads(100);
    await expect(shared.read('a', undefined, async () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect((await shared.read('a', undefined, async () => lender().lend('a', 1))).bytes.length).toBe(1);
  });

  it('cancels the request only when the last asker has left', async () => {
    const shared = new SharedReads(100);
    const cancelled: string[] = [];
    const start = (signal: AbortSignal): Promise<SharedBytes> => pause(60_000, signal).then(() => lender().lend('a', 1), (error: unknown) => {
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

  it('gives back what came although nobody waited for it any more', async () => {
    const shared = new SharedReads(100);
    const { released, lend } = lender();
    const control = new AbortController();
    const late = shared.read('a', control.signal, async () => {
      await pause(5);
      return lend('a', 1);
    });
    control.abort(new Error('enough'));
    await expect(late).rejects.toThrow('enough');
    await pause(20);
    expect(released).toEqual(['a']);
  });
});
