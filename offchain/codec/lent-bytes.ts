/** Memory that was touched before: pages that are new to a process cost more than copying into them. */
let kept = new Uint8Array(0);

/** More is copied into memory of its own, which is not kept. */
const KEPT_BYTES_MAX = 4 * 2 ** 20;

/**
 * The same bytes in memory that is not shared. Until the next call only: for what copies them before it returns, as the standards of WebCrypto
 * and fetch want it. So at most one argument of a call may come from here.
 */
export function lentBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.buffer instanceof ArrayBuffer) return bytes as Uint8Array<ArrayBuffer>;
  if (bytes.length > KEPT_BYTES_MAX) return new Uint8Array(bytes);
  if (kept.length < bytes.length) kept = new Uint8Array(2 ** Math.ceil(Math.log2(bytes.length)));
  kept.set(bytes);
  return kept.subarray(0, bytes.length);
}
