/** Of every machine that Node runs on, or a multiple; disks of all block sizes take it. */
export const PAGE_BYTES = 4096;
const WASM_PAGE_BYTES = 65_536;

const aligned = new WeakSet<ArrayBufferLike>();

/**
 * Memory that begins at a page, as the disk's own transfers want it. JavaScript has no such array buffers except WebAssembly's memories.
 * Each takes some gigabytes of addresses: ask for few large ones. Where they are refused, ordinary memory does, through the page cache.
 */
export function pageMemory(sizeBytes: number): Uint8Array {
  const pages = Math.ceil(sizeBytes / WASM_PAGE_BYTES);
  try {
    const { buffer } = new WebAssembly.Memory({ initial: pages, maximum: pages });
    aligned.add(buffer);
    return new Uint8Array(buffer, 0, sizeBytes);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return new Uint8Array(sizeBytes);
  }
}

export function isPageAligned({ buffer, byteOffset }: Uint8Array): boolean {
  return byteOffset % PAGE_BYTES === 0 && aligned.has(buffer);
}
