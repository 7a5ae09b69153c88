/** Reads what `varint` of ../../codec/unixfs.ts writes, and nothing else. */

/** Seven bits in each of eight bytes: no length is longer than a number can be. */
const BYTES_MAX = 8;

/** Undefined when it does not end, is longer than it need be, or is too large for a number. */
export function readVarint(bytes: Uint8Array): { readonly value: number; readonly bytes: number } | undefined {
  let value = 0;
  for (let i = 0; i < Math.min(bytes.length, BYTES_MAX); i++) {
    const byte = bytes[i]!;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return (byte === 0 && i > 0) || !Number.isSafeInteger(value) ? undefined : { value, bytes: i + 1 };
  }
  return undefined;
}
