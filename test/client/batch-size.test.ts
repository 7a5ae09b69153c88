import { describe, expect, it } from 'vitest';
import { batchLog2For } from '../../offchain/client/batch-size.ts';

const MIB = 1n << 20n;
const GIB = 1n << 30n;

describe('the batch size for a space', () => {
  it.each([
    [1n, 20], [256n * MIB, 20], [256n * MIB + 1n, 21], [GIB, 22], [4n * GIB, 24], [10n * GIB, 26], [32n * GIB, 27], [32n * GIB + 1n, 28], [10_000n * GIB, 28],
  ])('%d bytes: 2^%i', (spaceBytes, log2) => expect(batchLog2For(spaceBytes)).toBe(log2));
});
