/** MurmurHash3 x64, the first 64 of its 128 bits, big-endian: where a name goes in a sharded folder of IPFS. */

const MASK = (1n << 64n) - 1n;
const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;

export function murmur3(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const whole = bytes.length - (bytes.length % 16);
  let h1 = 0n;
  let h2 = 0n;
  for (let at = 0; at < whole; at += 16) {
    h1 ^= scrambled(view.getBigUint64(at, true), C1, 31n, C2);
    h1 = (((rotated(h1, 27n) + h2) & MASK) * 5n + 0x52dce729n) & MASK;
    h2 ^= scrambled(view.getBigUint64(at + 8, true), C2, 33n, C1);
    h2 = (((rotated(h2, 31n) + h1) & MASK) * 5n + 0x38495ab5n) & MASK;
  }
  const tail = bytes.subarray(whole);
  h2 ^= scrambled(littleEndian(tail.subarray(8)), C2, 33n, C1);
  h1 ^= scrambled(littleEndian(tail.subarray(0, 8)), C1, 31n, C2);
  const length = BigInt(bytes.length);
  h1 ^= length;
  h2 ^= length;
  h1 = (h1 + h2) & MASK;
  h2 = (h2 + h1) & MASK;
  h1 = mixed(h1);
  h2 = mixed(h2);
  const hash = new Uint8Array(8);
  new DataView(hash.buffer).setBigUint64(0, (h1 + h2) & MASK);
  return hash;
}

function scrambled(word: bigint, before: bigint, by: bigint, after: bigint): bigint {
  return (rotated((word * before) & MASK, by) * after) & MASK;
}

function rotated(word: bigint, by: bigint): bigint {
  return ((word << by) | (word >> (64n - by))) & MASK;
}

function mixed(word: bigint): bigint {
  let hash = word ^ (word >> 33n);
  hash = (hash * 0xff51afd7ed558ccdn) & MASK;
  hash ^= hash >> 33n;
  hash = (hash * 0xc4ceb9fe1a85ec53n) & MASK;
  return hash ^ (hash >> 33n);
}

function littleEndian(bytes: Uint8Array): bigint {
  let word = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) word = (word << 8n) | BigInt(bytes[i]!);
  return word;
}
