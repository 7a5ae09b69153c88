import { kernelsBase64 } from './generated/kernels.wasm.ts';

/** What kernels.wasm exports; pointers are byte offsets into `memory`. See assembly/ for each function's contract. */
interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly scratchStart: WebAssembly.Global;
  multiply(tables: number, rows: number, cols: number, input: number, output: number, stride: number, length: number): void;
  xorColumns(cols: number, input: number, output: number, stride: number, length: number): void;
  readonly gearTable: WebAssembly.Global;
  readonly gearHash: WebAssembly.Global;
  findCut(input: number, length: number, hash: number, limit: number): number;
  hashLeaves(input: number, count: number, output: number): void;
  hashLevel(input: number, count: number, output: number): number;
}

export interface Kernels {
  readonly run: KernelExports;
  readonly memory: Uint8Array;
  /** First byte that callers may use; all bytes from here to the end are scratch between two synchronous calls. */
  readonly scratch: number;
}

let loaded: Kernels | undefined;

/**
 * The kernels of this thread, instantiated on first use. Callers fill the scratch memory, run and copy the results out
 * without awaiting in between, so one instance serves a whole thread. Synchronous: a module of this size may be compiled
 * on a browser's main thread.
 */
export function loadKernels(): Kernels {
  loaded ??= instantiate();
  return loaded;
}

function instantiate(): Kernels {
  const wasm = Uint8Array.from(atob(kernelsBase64), (character) => character.charCodeAt(0));
  const run = new WebAssembly.Instance(new WebAssembly.Module(wasm)).exports as unknown as KernelExports;
  return { run, memory: new Uint8Array(run.memory.buffer), scratch: Number(run.scratchStart.value) };
}
