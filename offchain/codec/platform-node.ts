import { type Cipheriv, type KeyObject, createCipheriv, createDecipheriv, createHmac, createSecretKey, hash, hkdfSync, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, gunzip, gzip, zstdCompress, zstdDecompress } from 'node:zlib';
import { copyInto } from './bytes.ts';
import { collectGarbage } from './collect-garbage.ts';
import type { Platform } from './types.ts';

const GCM_TAG_SIZE = 16;
const CIPHER_BLOCK_SIZE = 16;
/** OpenSSL's output is copied on from here: small enough for the cache, and for the allocator to give the same pages again. */
const PIECE_SIZE = 64 * 1024;
const CIPHERS_PER_COLLECTION = 2048;
const PACKED_BYTES_PER_COLLECTION = 8 * 2 ** 20;
/** zlib takes no less. */
const OUTPUT_LEAST_BYTES = 64;
/** A byte more than the largest chunk: an output that is full asks for another one. */
const OUTPUT_MOST_BYTES = 4 * 2 ** 20 + 1;

// Compression runs in Node's thread pool: an upload then keeps both its event loop and a second core busy.
const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
const pack = promisify<Uint8Array, { level: number }, Buffer>(gzip);
const unpack = promisify<Uint8Array, { maxOutputLength: number; chunkSize: number }, Buffer>(gunzip);

/** The codec's platform on Node: OpenSSL and libzstd as Node carries them. */
export const nodePlatform: Platform = {
  randomBytes: (sizeBytes) => plain(randomBytes(sizeBytes)),
  sha256: (data) => plain(hash('sha256', data, 'buffer')),
  hmacSha256(key, ...parts) {
    const mac = createHmac('sha256', macKey(key));
    for (const part of parts) mac.update(part);
    return plain(mac.digest());
  },
  hkdfSha256: ({ ikm, salt, info, sizeBytes }) => new Uint8Array(hkdfSync('sha256', ikm, salt, info, sizeBytes)),
  gcmEncrypt({ key, nonce, data, associated }) {
    const cipher = counted(createCipheriv('aes-256-gcm', secret(key), nonce)).setAAD(associated);
    return plain(Buffer.concat([cipher.update(data), cipher.final(), cipher.getAuthTag()]));
  },
  gcmInPlace({ key, nonce, data, associated }) {
    const cipher = counted(createCipheriv('aes-256-gcm', secret(key), nonce)).setAAD(associated);
    for (let at = 0; at < data.length; at += PIECE_SIZE) moveInto(data, at, cipher.update(data.subarray(at, at + PIECE_SIZE)));
    cipher.final();
    return plain(cipher.getAuthTag());
  },
  gcmDecrypt({ key, nonce, data, associated }) {
    if (data.length < GCM_TAG_SIZE) return null;
    const tagAt = data.length - GCM_TAG_SIZE;
    const decipher = counted(createDecipheriv('aes-256-gcm', secret(key), nonce)).setAAD(associated).setAuthTag(data.subarray(tagAt));
    const clear = decipher.update(data.subarray(0, tagAt));
    try {
      // With GCM `final` returns no bytes: it only checks the tag.
      decipher.final();
    } catch {
      return null;
    }
    return plain(clear);
  },
  gcmOpen({ key, nonce, parts, tag, associated, target }) {
    const decipher = counted(createDecipheriv('aes-256-gcm', secret(key), nonce)).setAAD(associated).setAuthTag(tag);
    let at = 0;
    for (const part of parts) {
      for (let from = 0; from < part.length; from += PIECE_SIZE) moveInto(target, at + from, decipher.update(part.subarray(from, from + PIECE_SIZE)));
      at += part.length;
    }
    try {
      decipher.final();
      return true;
    } catch {
      return false;
    }
  },
  ctr: ({ key, offset, data }) => plain(ctrCipher(key, offset).update(data)),
  ctrInPlace({ key, offset }) {
    const cipher = ctrCipher(key, offset);
    return (data) => {
      for (let at = 0; at < data.length; at += PIECE_SIZE) moveInto(data, at, cipher.update(data.subarray(at, at + PIECE_SIZE)));
    };
  },
  zstdCompress: async (data, level) => weighed(await compress(data, { params: { [constants.ZSTD_c_compressionLevel]: level } })),
  async zstdDecompress(data, maxBytes) {
    const clear = await decompress(data, limits(maxBytes));
    if (clear.length > maxBytes) throw new RangeError(`The decompressed data exceeds ${maxBytes} bytes.`);
    return weighed(clear);
  },
  gzipCompress: async (data, level) => weighed(await pack(data, { level })),
  async gzipDecompress(data, maxBytes) {
    const clear = await unpack(data, limits(maxBytes));
    if (clear.length > maxBytes) throw new RangeError(`The decompressed data exceeds ${maxBytes} bytes.`);
    return weighed(clear);
  },
};

let ciphers = 0;

/** Small chunks: what OpenSSL keeps of each lies outside the heap, a hundred thousand would hold 20 MiB until V8 finds its heap large enough to look. */
function counted<T>(cipher: T): T {
  if (++ciphers % CIPHERS_PER_COLLECTION === 0) collectGarbage();
  return cipher;
}

/** What comes out lies in one piece where it is no more than a chunk: many would be joined, and be garbage then. zlib wants a limit of at least one byte: a limit of zero is checked afterwards. */
function limits(maxBytes: number): { maxOutputLength: number; chunkSize: number } {
  return { maxOutputLength: Math.max(1, maxBytes), chunkSize: Math.min(Math.max(OUTPUT_LEAST_BYTES, maxBytes + 1), OUTPUT_MOST_BYTES) };
}

let packedBytes = 0;

/** What goes in and comes out of a compressor, and the pieces that Node joins it from, are garbage soon: V8 would wait for 64 MiB of them. */
function weighed(packed: Buffer): Uint8Array {
  packedBytes += packed.length;
  if (packedBytes >= PACKED_BYTES_PER_COLLECTION) {
    packedBytes = 0;
    collectGarbage();
  }
  return plain(packed);
}

/** Given as bytes, Node asks of every key what it is, for ten microseconds: more than sealing a small chunk takes. */
function secret(key: Uint8Array): KeyObject {
  return createSecretKey(key);
}

/** The same few keys name, and make the keys of, every chunk; what is kept counts only while the bytes are the same. */
const macKeys = new WeakMap<Uint8Array, { readonly bytes: Uint8Array; readonly key: KeyObject }>();

function macKey(bytes: Uint8Array): KeyObject {
  const kept = macKeys.get(bytes);
  if (kept !== undefined && Buffer.compare(kept.bytes, bytes) === 0) return kept.key;
  const key = secret(bytes);
  macKeys.set(bytes, { bytes: bytes.slice(), key });
  return key;
}

function ctrCipher(key: Uint8Array, offset: number): Cipheriv {
  const counter = new DataView(new ArrayBuffer(CIPHER_BLOCK_SIZE));
  // Throws for an offset that is not whole blocks: BigInt refuses fractions.
  counter.setBigUint64(8, BigInt(offset / CIPHER_BLOCK_SIZE));
  return createCipheriv('aes-256-ctr', secret(key), new Uint8Array(counter.buffer));
}

/** Copies OpenSSL's output to its place and frees it at once: garbage of this kind piles up faster than it is collected. */
function moveInto(target: Uint8Array, at: number, output: Buffer): void {
  copyInto(target, output, at);
  if (output.buffer instanceof ArrayBuffer && output.length === output.buffer.byteLength) output.buffer.transfer(0);
}

/** A Buffer's `slice` shares memory where a Uint8Array's copies: hand out the latter only. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
