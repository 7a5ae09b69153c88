import { pageMemory } from './page-memory.ts';

/** Blocks that are allocated together: WebAssembly's memories take many addresses, whatever their size. */
const SLAB_BLOCKS = 4;

/**
 * Blocks of memory that are used again and again: memory outside of V8's heap counts with V8, which answers each 64 MiB of it with a collection
 * of all garbage, tens of milliseconds on two cores. They begin at pages, so that the disk transfers to and from them itself.
 */
export class PagePool {
  readonly #blockBytes: number;
  readonly #freeMax: number;
  readonly #free: Uint8Array[] = [];
  readonly #own = new WeakSet<ArrayBufferLike>();

  /** `blockBytes`: a multiple of the page. `freeMax`: blocks that wait for their next use. */
  constructor({ blockBytes, freeMax }: { readonly blockBytes: number; readonly freeMax: number }) {
    this.#blockBytes = blockBytes;
    this.#freeMax = freeMax;
  }

  /** `sizeBytes` with whatever was in them; what is larger than a block is made for the purpose. */
  take(sizeBytes = this.#blockBytes): Uint8Array {
    if (sizeBytes > this.#blockBytes) return new Uint8Array(sizeBytes);
    const block = this.#free.pop() ?? this.#newBlock();
    return block.subarray(0, sizeBytes);
  }

  /** Takes back what `take` gave, once nobody reads or writes it any more. */
  give({ buffer, byteOffset }: Uint8Array): void {
    if (this.#own.has(buffer)) this.#keep(new Uint8Array(buffer, byteOffset, this.#blockBytes));
  }

  #newBlock(): Uint8Array {
    const slab = pageMemory(SLAB_BLOCKS * this.#blockBytes);
    this.#own.add(slab.buffer);
    const blocks = Array.from({ length: SLAB_BLOCKS }, (_, i) => slab.subarray(i * this.#blockBytes, (i + 1) * this.#blockBytes));
    for (const block of blocks.slice(1)) this.#keep(block);
    return blocks[0] as Uint8Array;
  }

  #keep(block: Uint8Array): void {
    if (this.#free.length < this.#freeMax) this.#free.push(block);
  }
}
