import { describe, expect, it } from 'vitest';
import { ReadAhead } from '../../offchain/client/fetch/read-ahead.ts';
import type { RecordLocation } from '../../offchain/codec/types.ts';

const at = (offset: number): RecordLocation => ({ agreement: 1, bundle: 0, batch: 0, offset, storedSize: 10 });

function countingSource() {
  const asked: number[] = [];
  return { asked, read: async ({ offset }: RecordLocation) => (asked.push(offset), Uint8Array.of(offset)) };
}

describe('reading ahead', () => {
  it('begins what comes next, each once, within its bytes', async () => {
    const source = countingSource();
    const ahead = new ReadAhead(source, [at(0), at(1), at(0), at(2), at(3), at(4)], 30);
    expect(await ahead.read(at(0))).toEqual(Uint8Array.of(0));
    expect(source.asked).toEqual([0, 1, 2]);
    await ahead.read(at(1));
    expect(source.asked).toEqual([0, 1, 2, 3]);
    for (const offset of [2, 3, 4]) expect(await ahead.read(at(offset))).toEqual(Uint8Array.of(offset));
    expect(source.asked).toEqual([0, 1, 2, 3, 4]);
  });

  it('reads anew what is asked for twice, and what it does not know', async () => {
    const source = countingSource();
    const ahead = new ReadAhead(source, [at(0), at(1)], 100);
    for (const offset of [0, 0, 9]) expect(await ahead.read(at(offset))).toEqual(Uint8Array.of(offset));
    expect(source.asked).toEqual([0, 1, 0, 9]);
  });

  it('goes on behind what is never asked for', async () => {
    const source = countingSource();
    const ahead = new ReadAhead(source, Array.from({ length: 20 }, (_, i) => at(i)), 20);
    await ahead.read(at(0));
    expect(await ahead.read(at(10))).toEqual(Uint8Array.of(10));
    expect(await ahead.read(at(11))).toEqual(Uint8Array.of(11));
    expect(source.asked).toEqual([0, 1, 2, 10, 11, 12]);
  });

  it('tells a failure to whoever asks', async () => {
    const ahead = new ReadAhead({ read: ({ offset }) => (offset === 1 ? Promise.reject(new Error('gone')) : Promise.resolve(new Uint8Array(1))) }, [at(0), at(1)], 100);
    await ahead.read(at(0));
    await new Promise((resolve) => setImmediate(resolve));
    await expect(ahead.read(at(1))).rejects.toThrow('gone');
  });
});
