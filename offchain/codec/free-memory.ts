/**
 * Gives the memory of a piece back now, once nobody looks at it any more: pieces count with V8, and it would collect all garbage for each 64 MiB of
 * them. Only where the piece has a buffer of its own, as those of HTTP bodies have. A piece that is free already stays so.
 */
export function freeMemory({ buffer, byteLength }: Uint8Array): void {
  if (byteLength > 0 && buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0);
}
