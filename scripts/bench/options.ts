// What the benchmark is asked to do.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { parseSize } from '../../offchain/cli/units.ts';

export interface BenchRequest {
  readonly json: boolean;
  /** A smoke run: small sizes, no peers. Its figures mean nothing. */
  readonly quick: boolean;
  readonly sizeBytes: number;
  readonly smallFiles: number;
  readonly batchLog2: number;
  /** True for the rows that are wanted: those named, or all. */
  readonly wants: (name: string) => boolean;
  readonly cores: number;
}

const SMALL_FILES = 100_000;
const QUICK_BYTES = 8 << 20;
const QUICK_FILES = 500;

export function benchRequest(args: readonly string[]): BenchRequest {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      size: { type: 'string', default: '1GiB' },
      batch: { type: 'string', default: '16MiB' },
      only: { type: 'string', default: '' },
    },
  });
  const { json, quick } = values;
  const sizeBytes = quick ? QUICK_BYTES : Number(parseSize(values.size));
  const batchLog2 = quick ? 20 : Math.log2(Number(parseSize(values.batch)));
  if (!Number.isInteger(batchLog2)) throw new RangeError(`a batch of ${values.batch} is no power of two`);
  // With --size the small files shrink in proportion, so that a short run stays short.
  const smallFiles = quick ? QUICK_FILES : Math.max(1000, Math.round(Math.min(1, sizeBytes / 2 ** 30) * SMALL_FILES));
  const only = values.only.split(',').filter((name) => name !== '');
  const wants = (name: string): boolean => only.length === 0 || only.includes(name);
  return { json, quick, sizeBytes, smallFiles, batchLog2, wants, cores: availableParallelism() };
}
