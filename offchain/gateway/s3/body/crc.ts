import { table32c, table64 } from './crc-tables.ts';

let known32c: Uint32Array | undefined;
let known64: ReturnType<typeof table64> | undefined;

/** CRC-32C of the bytes, going on from `crc` of those before (0 at the start). */
export function crc32c(bytes: Uint8Array, crc = 0): number {
  const t = (known32c ??= table32c());
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length - (bytes.length % 8);
  let c = ~crc;
  for (let at = 0; at < whole; at += 8) {
    const a = view.getUint32(at, true) ^ c;
    const b = view.getUint32(at + 4, true);
    c = t[1792 + (a & 255)]! ^ t[1536 + ((a >>> 8) & 255)]! ^ t[1280 + ((a >>> 16) & 255)]! ^ t[1024 + (a >>> 24)]!
      ^ t[768 + (b & 255)]! ^ t[512 + ((b >>> 8) & 255)]! ^ t[256 + ((b >>> 16) & 255)]! ^ t[b >>> 24]!;
  }
  for (let at = whole; at < bytes.length; at++) c = (c >>> 8) ^ t[(c ^ bytes[at]!) & 255]!;
  return ~c >>> 0;
}

/** CRC-64/NVME on two 32-bit halves. */
export class Crc64 {
  #high = 0xffffffff;
  #low = 0xffffffff;

  update(bytes: Uint8Array): void {
    const { high: th, low: tl } = (known64 ??= table64());
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const whole = bytes.length - (bytes.length % 8);
    let [h, l] = [this.#high | 0, this.#low | 0];
    for (let at = 0; at < whole; at += 8) {
      const a = view.getUint32(at, true) ^ l;
      const b = view.getUint32(at + 4, true) ^ h;
      const i0 = 1792 + (a & 255), i1 = 1536 + ((a >>> 8) & 255), i2 = 1280 + ((a >>> 16) & 255), i3 = 1024 + (a >>> 24);
      const i4 = 768 + (b & 255), i5 = 512 + ((b >>> 8) & 255), i6 = 256 + ((b >>> 16) & 255), i7 = b >>> 24;
      h = th[i0]! ^ th[i1]! ^ th[i2]! ^ th[i3]! ^ th[i4]! ^ th[i5]! ^ th[i6]! ^ th[i7]!;
      l = tl[i0]! ^ tl[i1]! ^ tl[i2]! ^ tl[i3]! ^ tl[i4]! ^ tl[i5]! ^ tl[i6]! ^ tl[i7]!;
    }
    for (let at = whole; at < bytes.length; at++) {
      const index = (l ^ bytes[at]!) & 255;
      l = ((l >>> 8) | (h << 24)) ^ tl[index]!;
      h = (h >>> 8) ^ th[index]!;
    }
    [this.#high, this.#low] = [h, l];
  }

  digest(): Buffer {
    const out = Buffer.alloc(8);
    out.writeUInt32BE(~this.#high >>> 0, 0);
    out.writeUInt32BE(~this.#low >>> 0, 4);
    return out;
  }
}
