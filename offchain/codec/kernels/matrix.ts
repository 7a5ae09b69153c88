import { copyInto } from '../bytes.ts';
import { multiply } from './field.ts';
import { loadKernels, type Kernels } from './instance.ts';

/** Bytes of lookup tables per coefficient: 16 products of low nibbles, 16 of high ones. */
const TABLE_BYTES = 32;
/** Room for the tables of the largest matrix: 127 rows over 128 columns. */
const TABLES_BYTES = 127 * 128 * TABLE_BYTES;
/** Inputs and outputs of one pass: small enough to stay in a core's second-level cache. */
const PASS_BYTES = 128 * 1024;
/** The kernel works in steps of 32 bytes; blocks are a multiple of a cache line. */
const BLOCK_ALIGN = 64;

/**
 * outputs[r] = sum over j of rows[r][j] * inputs[j], byte by byte over GF(2^8).
 * All inputs and outputs have one length (any); each row has a coefficient per input; at most 255 inputs and outputs in all.
 */
export function multiplyMatrix(options: {
  readonly rows: readonly Uint8Array[];
  readonly inputs: readonly Uint8Array[];
  readonly outputs: readonly Uint8Array[];
}): void {
  const { rows, inputs, outputs } = options;
  const length = inputs[0]?.length ?? 0;
  if (rows.length === 0 || length === 0) return;
  const kernels = loadKernels();
  const isPlainSum = rows.map((row) => row.every((coefficient) => coefficient === 1));
  const products = rows.filter((_, r) => !isPlainSum[r]);
  const targets = [...outputs.filter((_, r) => !isPlainSum[r]), ...outputs.filter((_, r) => isPlainSum[r])];
  writeTables(kernels, products);

  const columns = inputs.length;
  const block = Math.floor(PASS_BYTES / (columns + rows.length) / BLOCK_ALIGN) * BLOCK_ALIGN;
  const input = kernels.scratch + TABLES_BYTES;
  for (let offset = 0; offset < length; offset += block) {
    const end = Math.min(offset + block, length);
    const padded = Math.ceil((end - offset) / BLOCK_ALIGN) * BLOCK_ALIGN;
    const output = input + columns * padded;
    inputs.forEach((bytes, j) => copyInto(kernels.memory, bytes.subarray(offset, end), input + j * padded));
    kernels.run.multiply(kernels.scratch, products.length, columns, input, output, padded, padded);
    targets.forEach((target, t) => {
      const start = output + t * padded;
      if (t >= products.length) kernels.run.xorColumns(columns, input, start, padded, padded);
      copyInto(target, kernels.memory.subarray(start, start + end - offset), offset);
    });
  }
}

function writeTables(kernels: Kernels, rows: readonly Uint8Array[]): void {
  let at = kernels.scratch;
  for (const row of rows) {
    for (const coefficient of row) {
      kernels.memory.set(tableOf(coefficient), at);
      at += TABLE_BYTES;
    }
  }
}

const tables: (Uint8Array | undefined)[] = [];

function tableOf(coefficient: number): Uint8Array {
  tables[coefficient] ??= Uint8Array.from({ length: TABLE_BYTES }, (_, i) => multiply(coefficient, i < 16 ? i : (i - 16) << 4));
  return tables[coefficient];
}
