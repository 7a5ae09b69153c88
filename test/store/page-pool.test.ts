import { describe, expect, it } from 'vitest';
import { isPageAligned } from '../../offchain/store/page-memory.ts';
import { PagePool } from '../../offchain/store/page-pool.ts';

describe('PagePool', () => {
  it('lends blocks that begin at pages and never overlap', () => {
    const pool = new PagePool({ blockBytes: 8192, freeMax: 8 });
    const lent = Array.from({ length: 9 }, () => pool.take());
    for (const [i, block] of lent.entries()) block.fill(i + 1);
    for (const [i, block] of lent.entries()) expect([isPageAligned(block), block.length, block.every((byte) => byte === i + 1)]).toEqual([true, 8192, true]);
  });

  it('lends a block again once it came back, whole, however much of it was asked for', () => {
    const pool = new PagePool({ blockBytes: 8192, freeMax: 8 });
    const part = pool.take(100);
    expect(part.length).toBe(100);
    pool.give(part.subarray(0, 10));
    expect(pool.take()).toHaveLength(8192);
  });

  it('makes what is larger than a block for the purpose, and does not keep it', () => {
    const pool = new PagePool({ blockBytes: 4096, freeMax: 8 });
    const large = pool.take(4097);
    expect(large).toHaveLength(4097);
    pool.give(large);
    expect(pool.take().buffer).not.toBe(large.buffer);
  });

  it('keeps no more free blocks than it was told', () => {
    const pool = new PagePool({ blockBytes: 4096, freeMax: 1 });
    const [a, b] = [pool.take(), pool.take()];
    const slab = a.buffer;
    pool.give(a);
    pool.give(b);
    const next = [pool.take(), pool.take()];
    expect(next.filter(({ buffer }) => buffer === slab).length).toBeLessThanOrEqual(1);
  });
});
