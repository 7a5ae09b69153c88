/** Memory for the fragments of batches: bounded, and used again, for fresh pages cost more than all arithmetic on them. */
import type { Geometry } from './types.ts';

/** A batch's n fragments, views of one buffer. */
export interface FragmentMemory {
  readonly fragments: readonly Uint8Array[];
  /** Gives the memory back; the fragments must not be touched afterwards. Calls after the first do nothing. */
  release(): void;
}

/** Memory of the fragments that one upload may hold at once, when the batches are small. */
const TARGET_BYTES = 96 * 2 ** 20;

/** How many batches of this geometry an upload should hold at once: two at least, that one is sent while the next is filled. */
export function batchesFor({ n, fragmentSize }: Geometry): number {
  return Math.min(8, Math.max(2, Math.floor(TARGET_BYTES / (n * fragmentSize))));
}

export class BatchMemory {
  readonly #maxBatches: number;
  readonly #free: ArrayBufferLike[] = [];
  readonly #waiting: (() => void)[] = [];
  #held = 0;

  constructor(options: { readonly maxBatches: number }) {
    this.#maxBatches = options.maxBatches;
  }

  /** Null when as many batches are held as may be. The content is what was there before. */
  tryAcquire(geometry: Geometry, isShared: boolean): FragmentMemory | null {
    if (this.#held >= this.#maxBatches) return null;
    this.#held++;
    const { n, fragmentSize } = geometry;
    const fits = (buffer: ArrayBufferLike): boolean => buffer.byteLength === n * fragmentSize && buffer instanceof ArrayBuffer !== isShared;
    const at = this.#free.findIndex(fits);
    // What does not fit belongs to another geometry: dropped, so that a long-lived memory does not hold two kinds.
    if (at < 0) this.#free.length = 0;
    const [buffer = allocate(n * fragmentSize, isShared)] = at < 0 ? [] : this.#free.splice(at, 1);
    return {
      fragments: cut(buffer, n),
      release: once(() => {
        this.#free.push(buffer);
        this.#held--;
        for (const wake of this.#waiting.splice(0)) wake();
      }),
    };
  }

  /** Resolves at the next release. */
  released(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

/** Memory that nobody gives back: for callers that keep what they get. */
export function freshMemory({ n, fragmentSize }: Geometry, isShared: boolean): FragmentMemory {
  return { fragments: cut(allocate(n * fragmentSize, isShared), n), release: () => undefined };
}

export function allocate(sizeBytes: number, isShared: boolean): ArrayBufferLike {
  return isShared ? new SharedArrayBuffer(sizeBytes) : new ArrayBuffer(sizeBytes);
}

function cut(buffer: ArrayBufferLike, n: number): Uint8Array[] {
  const sizeBytes = buffer.byteLength / n;
  return Array.from({ length: n }, (_, slot) => new Uint8Array(buffer, slot * sizeBytes, sizeBytes));
}

function once(act: () => void): () => void {
  let isDone = false;
  return () => {
    if (isDone) return;
    isDone = true;
    act();
  };
}
