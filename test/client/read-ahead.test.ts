import { describe, expect, it } from 'vitest';
import { ReadAhead } from '../../offchain/client/fetch/read-ahead.ts';
import type { RecordLocation } from '../../offchain/codec/types.ts';

const at = (offset: number): RecordLocation => ({ agreement: 1, bundle: 0, batch: 0, offset, storedSize: 10 });

function countingSource() {
  const asked: number[] = [];
  const released: number[] = [];
  const lend = async ({ offset }: RecordLocation) => {
    asked.push(offset);
    return [{ bytes: Uint8Array.of(offset), release: () => void released.push(offset) }];
  };
  return { asked, released, lend };
}

async function bytesOf(parts: Promise<readonly { readonly bytes: Uint8Array }[]>): Promise<number[]> {
  return (await parts).flatMap(({ bytes }) => [...bytes]);
}

describe('reading ahead', () => {
  it('begins what comes next, each once, within its bytes', async () => {
    const source = countingSource();
    const ahead = new ReadAhead(source.lend, [at(0), at(1), at(0), at(2), at(3), at(4)], 30);
    expect(await bytesOf(ahead.read(at(0)))).toEqual([0]);
    expect(source.asked).toEqual([0, 1, 2]);
    await ahead.read(at(1));
    expect(source.asked).toEqual([0, 1, 2, 3]);
    for (const offset of [2, 3, 4]) expect(await bytesOf(ahead.read(at(offset)))).toEqual([offset]);
    expect(source.asked).toEqual([0, 1, 2, 3, 4]);
  });

  it('reads anew what is asked for twice, and what it does not know', async () => {
    const source = countingSource();
    const ahead = new ReadAhead(source.lend, [at(0), at(1)], 100);
    for (const offset of [0, 0, 9]) expect(await bytesOf(ahead.read(at(offset)))).toEqual([offset]);
    expect(source.asked).toEqual([0, 1, 0, 9]);
  });

  it('goes on behind what is never asked for', async () => {
    const source = countingSource();
    const ahead = new ReadAhead(source.lend, Array.from({ length: 20 }, (_, i) => at(i)), 20);
    await ahead.read(at(0));
    expect(await bytesOf(ahead.read(at(10)))).toEqual([10]);
    expect(await bytesOf(ahead.read(at(11)))).toEqual([11]);
    expect(source.asked).toEqual([0, 1, 2, 10, 11, 12]);
    // What was begun and is never asked for is given back.
    expect(source.released).toEqual([1, 2]);
  });

  it('tells a failure to whoever asks', async () => {
    const ahead = new ReadAhead(async ({ offset }) => (offset === 1 ? Promise.reject(new Error('gone')) : []), [at(0), at(1)], 100);
    await ahead.read(at(0));
    await new Promise((resolve) => setImmediate(resolve));
    await expect(ahead.read(at(1))).rejects.toThrow('gone');
  });

  it('gives back what it began when it is closed, and begins nothing more', async () => {
    const source = countingSource();
    const ahead = new ReadAhead(source.lend, [at(0), at(1), at(2), at(3)], 20);
    await ahead.read(at(0));
    ahead.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(source.released).toEqual([1]);
    expect(await bytesOf(ahead.read(at(1)))).toEqual([1]);
    expect(source.asked).toEqual([0, 1, 1]);
  });
});
