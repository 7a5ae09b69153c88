/**
 * The codec's platform on WebCrypto: browsers, and Node as well. Nothing here touches Node.
 * WebCrypto takes no shared memory and knows no streams, so some calls copy. It has no zstd: that comes as WebAssembly, when first needed.
 */
import { concat } from './bytes.ts';
import { lentBytes } from './lent-bytes.ts';
import type { Platform } from './types.ts';
import { type Zstd, wasmZstd } from './zstd-wasm.ts';

const CIPHER_BLOCK_SIZE = 16;
const GCM_TAG_SIZE = 16;
/** WebCrypto answers one call after the other on a thread of its own; larger pieces mean fewer of them. */
const RANDOM_PIECE_SIZE = 65_536;

export function browserPlatform(zstd: Zstd = wasmZstd): Platform {
  const { subtle } = globalThis.crypto;
  const ctrKey = (key: Uint8Array): Promise<CryptoKey> => subtle.importKey('raw', own(key), 'AES-CTR', false, ['encrypt']);
  const ctrWith = async (aes: CryptoKey, { offset, data }: { readonly offset: number; readonly data: Uint8Array }): Promise<Uint8Array> => {
    const counter = new DataView(new ArrayBuffer(CIPHER_BLOCK_SIZE));
    // Throws for an offset that is not whole blocks: BigInt refuses fractions.
    counter.setBigUint64(8, BigInt(offset / CIPHER_BLOCK_SIZE));
    return new Uint8Array(await subtle.encrypt({ name: 'AES-CTR', counter: new Uint8Array(counter.buffer), length: 64 }, aes, lentBytes(data)));
  };
  const gcmEncrypt = async ({ key, nonce, data, associated }: Parameters<Platform['gcmEncrypt']>[0]): Promise<Uint8Array> => {
    const aes = await subtle.importKey('raw', own(key), 'AES-GCM', false, ['encrypt']);
    return new Uint8Array(await subtle.encrypt({ name: 'AES-GCM', iv: own(nonce), additionalData: own(associated) }, aes, lentBytes(data)));
  };
  const gcmDecrypt = async ({ key, nonce, data, associated }: Parameters<Platform['gcmDecrypt']>[0]): Promise<Uint8Array | null> => {
    if (data.length < GCM_TAG_SIZE) return null;
    const aes = await subtle.importKey('raw', own(key), 'AES-GCM', false, ['decrypt']);
    try {
      return new Uint8Array(await subtle.decrypt({ name: 'AES-GCM', iv: own(nonce), additionalData: own(associated) }, aes, lentBytes(data)));
    } catch (error) {
      if (error instanceof DOMException && error.name === 'OperationError') return null;
      throw error;
    }
  };
  return {
    zstdCompress: zstd.zstdCompress,
    zstdDecompress: zstd.zstdDecompress,
    // The host chooses the level.
    gzipCompress: (data) => through(new CompressionStream('gzip'), data, Infinity),
    gzipDecompress: (data, maxBytes) => through(new DecompressionStream('gzip'), data, maxBytes),
    ctr: async ({ key, offset, data }) => ctrWith(await ctrKey(key), { offset, data }),
    gcmEncrypt,
    randomBytes(sizeBytes) {
      const bytes = new Uint8Array(sizeBytes);
      for (let at = 0; at < sizeBytes; at += RANDOM_PIECE_SIZE) globalThis.crypto.getRandomValues(bytes.subarray(at, at + RANDOM_PIECE_SIZE));
      return bytes;
    },
    sha256: async (data) => new Uint8Array(await subtle.digest('SHA-256', lentBytes(data))),
    async hmacSha256(key, ...parts) {
      const mac = await subtle.importKey('raw', own(key), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
      return new Uint8Array(await subtle.sign('HMAC', mac, lentBytes(parts.length === 1 ? parts[0]! : concat(...parts))));
    },
    async hkdfSha256({ ikm, salt, info, sizeBytes }) {
      const base = await subtle.importKey('raw', own(ikm), 'HKDF', false, ['deriveBits']);
      return new Uint8Array(await subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt: own(salt), info: own(info) }, base, sizeBytes * 8));
    },
    gcmDecrypt,
    async gcmOpen({ parts, tag, target, ...options }) {
      const plain = await gcmDecrypt({ ...options, data: concat(...parts, tag) });
      if (plain !== null) target.set(plain);
      return plain !== null;
    },
    ctrInPlace({ key, offset }) {
      let at = offset;
      let aes: Promise<CryptoKey> | undefined;
      return async (data) => {
        const from = at;
        at += data.length;
        // Only once: WebCrypto answers on another thread, and each answer is waited for.
        aes ??= ctrKey(key);
        data.set(await ctrWith(await aes, { offset: from, data }));
      };
    },
    async gcmInPlace({ data, ...options }) {
      const sealed = await gcmEncrypt({ ...options, data });
      data.set(sealed.subarray(0, data.length));
      return sealed.slice(data.length);
    },
  };
}

/** Ends as soon as there is more than `maxBytes`. */
async function through(stream: CompressionStream | DecompressionStream, data: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  const source = new Blob([own(data)]).stream();
  for (const reader = source.pipeThrough(stream).getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) return concat(...parts);
    sizeBytes += value.length;
    if (sizeBytes > maxBytes) {
      await reader.cancel().catch(() => undefined);
      throw new RangeError(`The decompressed data exceeds ${maxBytes} bytes.`);
    }
    parts.push(value);
  }
}

/** The same bytes in memory that is not shared, which is all that WebCrypto takes. */
function own(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes);
}
