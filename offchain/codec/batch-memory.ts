/** Memory for the fragments of batches: bounded, and used again, for fresh pages cost more than all arithmetic on them. */
import type { Geometry } from './types.ts';

/** A batch's fragments: the k of its data from the beginning, the m of its parity once they are asked for. */
export interface FragmentMemory {
  readonly data: readonly Uint8Array[];
  /** Waits where parity is bounded more narrowly than data. Their content is what was there before. */
  parity(): Promise<readonly Uint8Array[]>;
  /** Gives the memory back; the fragments must not be touched afterwards. Calls after the first do nothing. */
  release(): void;
}

type Shape = Pick<Geometry, 'k' | 'm' | 'n' | 'fragmentSize'>;

/** Memory of the fragments that one upload may hold at once, when the batches are small. */
const TARGET_BYTES = 64 * 2 ** 20;
/** Two batches larger than this together share one parity: the next is coded when the one before was sent. */
const SHARED_PARITY_BYTES = 512 * 2 ** 20;

/** How many batches of this geometry an upload should hold at once: two at least, that one is sent while the next is filled. */
export function batchesFor({ n, fragmentSize }: Shape): number {
  return Math.min(8, Math.max(2, Math.floor(TARGET_BYTES / (n * fragmentSize))));
}

export class BatchMemory {
  readonly #maxBatches: number;
  readonly #data = new Buffers();
  readonly #parity = new Buffers();

  constructor(options: { readonly maxBatches: number }) {
    this.#maxBatches = options.maxBatches;
  }

  /** Null when as many batches are held as may be. The content is what was there before. */
  tryAcquire(geometry: Shape, isShared: boolean): FragmentMemory | null {
    if (this.#data.held >= this.#maxBatches) return null;
    const { k, m, n, fragmentSize } = geometry;
    const maxCoded = 2 * n * fragmentSize > SHARED_PARITY_BYTES ? 1 : this.#maxBatches;
    const data = this.#data.take(k * fragmentSize, isShared);
    let parity: ArrayBufferLike | undefined;
    let isReleased = false;
    return {
      data: cut(data, k),
      parity: async () => {
        while (parity === undefined && this.#parity.held >= maxCoded) await this.#parity.released();
        parity ??= this.#parity.take(m * fragmentSize, isShared);
        return cut(parity, m);
      },
      release: () => {
        if (isReleased) return;
        isReleased = true;
        this.#data.give(data);
        if (parity !== undefined) this.#parity.give(parity);
      },
    };
  }

  /** Resolves at the next release. */
  released(): Promise<void> {
    return this.#data.released();
  }
}

/** Buffers of one kind, used again. */
class Buffers {
  readonly #free: ArrayBufferLike[] = [];
  readonly #waiting: (() => void)[] = [];
  held = 0;

  take(sizeBytes: number, isShared: boolean): ArrayBufferLike {
    this.held++;
    const at = this.#free.findIndex((buffer) => buffer.byteLength === sizeBytes && buffer instanceof ArrayBuffer !== isShared);
    if (at >= 0) return this.#free.splice(at, 1)[0]!;
    // What does not fit belongs to another geometry: dropped, so that a long-lived memory does not hold two kinds.
    this.#free.length = 0;
    return allocate(sizeBytes, isShared);
  }

  give(buffer: ArrayBufferLike): void {
    this.held--;
    this.#free.push(buffer);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  released(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

/** Memory that nobody gives back: for callers that keep what they get. */
export function freshMemory({ k, m, fragmentSize }: Shape, isShared: boolean): FragmentMemory {
  return {
    data: cut(allocate(k * fragmentSize, isShared), k),
    parity: () => Promise.resolve(cut(allocate(m * fragmentSize, isShared), m)),
    release: () => undefined,
  };
}

export function allocate(sizeBytes: number, isShared: boolean): ArrayBufferLike {
  return isShared ? new SharedArrayBuffer(sizeBytes) : new ArrayBuffer(sizeBytes);
}

function cut(buffer: ArrayBufferLike, count: number): Uint8Array[] {
  const sizeBytes = buffer.byteLength / count;
  return Array.from({ length: count }, (_, i) => new Uint8Array(buffer, i * sizeBytes, sizeBytes));
}
