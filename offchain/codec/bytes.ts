/** Small byte helpers that every format of the codec needs. Integers are little-endian. */

const encoder = new TextEncoder();

export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return join(parts);
}

/** As `concat`, for lists too long to be arguments. */
export function join(parts: readonly Uint8Array[]): Uint8Array {
  let sizeBytes = 0;
  for (const part of parts) sizeBytes += part.length;
  const all = new Uint8Array(sizeBytes);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** As `target.set(source, at)`, and as fast where memory is shared. */
export function copyInto(target: Uint8Array, source: Uint8Array, at = 0): void {
  const last = source.length - 1;
  const isShared = !(target.buffer instanceof ArrayBuffer && source.buffer instanceof ArrayBuffer);
  if (!isShared || last < MEMMOVE_MIN_BYTES || nodeCopy === undefined) return target.set(source, at);
  // `set` takes shared memory word by word, and byte by byte where the two are not aligned alike: a third of the speed of memmove,
  // which Node's copy is, unless it is asked for all of an array: then it is `set`. Hence the last byte by itself.
  nodeCopy.call(source, target, at, 0, last);
  target[at + last] = source[last]!;
}

type Copy = (this: Uint8Array, target: Uint8Array, at: number, start: number, end: number) => number;
/** Undefined in browsers. */
const nodeCopy = (globalThis as { Buffer?: { prototype: { copy: Copy } } }).Buffer?.prototype.copy;
const MEMMOVE_MIN_BYTES = 256;

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function hex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** A short key for maps: one character for each byte. */
export function idKey(id: Uint8Array): string {
  return String.fromCharCode(...id);
}

export function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

export function u64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
