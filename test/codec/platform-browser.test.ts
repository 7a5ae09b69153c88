import { describe, expect, it } from 'vitest';
import { browserPlatform } from '../../offchain/codec/platform-browser.ts';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import { range, seededRandom } from './random.ts';

const random = seededRandom(78);
const browser = browserPlatform();

/** The same bytes in shared memory, which WebCrypto itself refuses. */
function shared(bytes: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

describe('browserPlatform', () => {
  it.each([0, 1, 16, 1000, 100_000])('%i bytes: every function gives what Node gives, in shared memory too', async (sizeBytes) => {
    const [key, nonce, associated, data] = [random.bytes(32), random.bytes(12), random.bytes(33), random.bytes(sizeBytes)];
    for (const bytes of [data, shared(data)]) {
      expect(await browser.sha256(bytes)).toEqual(await nodePlatform.sha256(data));
      expect(await browser.hmacSha256(key, associated, bytes)).toEqual(await nodePlatform.hmacSha256(key, associated, data));
      expect(await browser.ctr({ key, offset: 160, data: bytes })).toEqual(await nodePlatform.ctr({ key, offset: 160, data }));
      const sealed = await nodePlatform.gcmEncrypt({ key, nonce, associated, data });
      expect(await browser.gcmEncrypt({ key, nonce, associated, data: bytes })).toEqual(sealed);
      expect(await browser.gcmDecrypt({ key, nonce, associated, data: sealed })).toEqual(data);
      expect(await browser.gcmDecrypt({ key, nonce, associated: nonce, data: sealed })).toBeNull();
    }
    expect(await browser.gcmDecrypt({ key, nonce, associated, data: data.subarray(0, 15) })).toBeNull();
    const options = { ikm: key, salt: nonce, info: associated, sizeBytes: 32 };
    expect(await browser.hkdfSha256(options)).toEqual(await nodePlatform.hkdfSha256(options));
  });

  it('keeps bytes apart that are worked on at once, in shared memory', async () => {
    const [key, nonce, associated] = [random.bytes(32), random.bytes(12), random.bytes(33)];
    const all = range(6).map((i) => random.bytes(80_000 - i));
    const [sums, macs, sealed, streamed] = await Promise.all([
      Promise.all(all.map((data) => browser.sha256(shared(data)))),
      Promise.all(all.map((data) => browser.hmacSha256(key, shared(data)))),
      Promise.all(all.map((data) => browser.gcmEncrypt({ key, nonce, associated, data: shared(data) }))),
      Promise.all(all.map((data) => browser.ctr({ key, offset: 0, data: shared(data) }))),
    ]);
    for (const [i, data] of all.entries()) {
      expect(sums[i]).toEqual(await nodePlatform.sha256(data));
      expect(macs[i]).toEqual(await nodePlatform.hmacSha256(key, data));
      expect(Buffer.from(sealed[i]!).equals(await nodePlatform.gcmEncrypt({ key, nonce, associated, data }))).toBe(true);
      expect(Buffer.from(streamed[i]!).equals(await nodePlatform.ctr({ key, offset: 0, data }))).toBe(true);
    }
    const opened = await Promise.all(sealed.map((data) => browser.gcmDecrypt({ key, nonce, associated, data: shared(data) })));
    expect(opened.map((data, i) => data !== null && Buffer.from(data).equals(all[i]!))).toEqual(all.map(() => true));
  });

  it.each(['node', 'browser'])('in place on %s: the same bytes as elsewhere, piece after piece', async (which) => {
    const on = which === 'node' ? nodePlatform : browser;
    const [key, nonce, associated, data] = [random.bytes(32), random.bytes(12), random.bytes(33), random.bytes(300_007)];
    const sealed = data.slice();
    const tag = await on.gcmInPlace({ key, nonce, associated, data: sealed });
    expect(Buffer.concat([sealed, tag]).equals(await nodePlatform.gcmEncrypt({ key, nonce, associated, data }))).toBe(true);
    const stream = on.ctrInPlace({ key, offset: 4096 });
    const streamed = shared(data);
    for (const [from, to] of [[0, 16], [16, 131_072], [131_072, 300_007]] as const) await stream(streamed.subarray(from, to));
    expect(Buffer.from(streamed).equals(await nodePlatform.ctr({ key, offset: 4096, data }))).toBe(true);
  });

  it('gives random bytes beyond what one call of a browser gives', () => {
    const bytes = browser.randomBytes(200_000);
    expect(new Set(range(4).map((i) => Buffer.from(bytes.subarray(i * 50_000, i * 50_000 + 16)).toString('hex'))).size).toBe(4);
  });

  it('compresses so that Node can read it, and reads what Node compressed', async () => {
    const data = Uint8Array.from({ length: 200_000 }, (_, i) => (i * i) >> 12);
    const packed = await browser.zstdCompress(data, 2);
    expect(packed.length).toBeLessThan(data.length);
    expect(await nodePlatform.zstdDecompress(packed, data.length)).toEqual(data);
    expect(await browser.zstdDecompress(await nodePlatform.zstdCompress(data, 2), data.length)).toEqual(data);
    expect(await browser.zstdDecompress(await nodePlatform.zstdCompress(new Uint8Array(0), 2), 0)).toEqual(new Uint8Array(0));
  });

  it('never expands beyond the limit, whatever a frame claims', async () => {
    const bomb = await nodePlatform.zstdCompress(new Uint8Array(10_000_000), 2);
    await expect(browser.zstdDecompress(bomb, 9_999_999)).rejects.toThrow();
    // 2^63 - 1 bytes in a single segment.
    const liar = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 1, 0, 0);
    await expect(browser.zstdDecompress(liar, 4 << 20)).rejects.toThrow(RangeError);
    for (const cut of [0, 4, 5, 9, bomb.length - 1]) await expect(browser.zstdDecompress(bomb.subarray(0, cut), 10_000_000)).rejects.toThrow();
    await expect(browser.zstdDecompress(random.bytes(1000), 1000)).rejects.toThrow(RangeError);
  });
});
