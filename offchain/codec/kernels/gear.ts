import { copyInto } from '../bytes.ts';
import { loadKernels } from './instance.ts';

/** Bytes that one call of the kernel looks at. */
const PASS_BYTES = 64 * 1024;

let isTableWritten = false;

/** Makes `gear` (256 words) the table of this thread's kernels. */
function writeTable(gear: Int32Array): void {
  if (isTableWritten) return;
  const { run, memory } = loadKernels();
  new Int32Array(memory.buffer, Number(run.gearTable.value), gear.length).set(gear);
  isTableWritten = true;
}

/** The gear hash over a run of bytes that may come in pieces. */
export class GearScan {
  #hash = 0;

  constructor(gear: Int32Array) {
    writeTable(gear);
  }

  reset(): void {
    this.#hash = 0;
  }

  /** How many of the bytes end with the first one behind which the hash is less than `limit`; -1 when none does. */
  find(bytes: Uint8Array, limit: number): number {
    const { run, memory, scratch } = loadKernels();
    for (let at = 0; at < bytes.length; at += PASS_BYTES) {
      const part = bytes.subarray(at, at + PASS_BYTES);
      copyInto(memory, part, scratch);
      const found = run.findCut(scratch, part.length, this.#hash, limit);
      this.#hash = Number(run.gearHash.value);
      if (found >= 0) return at + found;
    }
    return -1;
  }
}
