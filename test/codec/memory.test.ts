import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const MIB = 2 ** 20;
const child = join(import.meta.dirname, '../../scripts/bench/cpu/put-child.ts');

describe('an upload of a gigabyte', () => {
  test.each([[24, 256], [28, 1024]])('with batches of 2^%i bytes takes less than %i MiB in all', (batchLog2, limitMib) => {
    const { bytes, rssBytes } = JSON.parse(execFileSync(process.execPath, [child, `random:${1024 * MIB}`, '2', String(batchLog2)], { encoding: 'utf8' })) as Record<'bytes' | 'rssBytes', number>;
    expect(bytes).toBe(1024 * MIB);
    expect(rssBytes).toBeLessThan(limitMib * MIB);
  });
});
