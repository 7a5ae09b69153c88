import { describe, expect, it } from 'vitest';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import { range, seededRandom } from './random.ts';

const random = seededRandom(77);

describe('nodePlatform', () => {
  it('hashes as the standards say', async () => {
    const empty = new Uint8Array(0);
    expect(Buffer.from(await nodePlatform.sha256(empty)).toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    // RFC 4231, case 2, in two parts.
    const parts = ['what do ya want ', 'for nothing?'].map((text) => new TextEncoder().encode(text));
    expect(Buffer.from(await nodePlatform.hmacSha256(new TextEncoder().encode('Jefe'), ...parts)).toString('hex')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
    // RFC 5869, case 1.
    const derived = await nodePlatform.hkdfSha256({
      ikm: new Uint8Array(22).fill(0x0b),
      salt: Uint8Array.from(range(13)),
      info: Uint8Array.from(range(10), (i) => 0xf0 + i),
      sizeBytes: 42,
    });
    expect(Buffer.from(derived).toString('hex')).toBe('3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865');
  });

  it('opens what it encrypted, and nothing that changed', async () => {
    for (const sizeBytes of [0, 1, 15, 16, 1000]) {
      const options = { key: random.bytes(32), nonce: random.bytes(12), associated: random.bytes(33) };
      const data = random.bytes(sizeBytes);
      const sealed = await nodePlatform.gcmEncrypt({ ...options, data });
      expect(sealed.length).toBe(sizeBytes + 16);
      expect(await nodePlatform.gcmDecrypt({ ...options, data: sealed })).toEqual(data);
      const at = random.below(sealed.length);
      expect(await nodePlatform.gcmDecrypt({ ...options, data: sealed.with(at, sealed[at]! ^ 1) })).toBeNull();
      expect(await nodePlatform.gcmDecrypt({ ...options, associated: random.bytes(33), data: sealed })).toBeNull();
      for (const cut of [1, 16, sealed.length]) expect(await nodePlatform.gcmDecrypt({ ...options, data: sealed.subarray(cut) })).toBeNull();
    }
  });

  it('seeks in the CTR keystream by whole blocks', async () => {
    const key = random.bytes(32);
    const data = random.bytes(4096);
    const whole = await nodePlatform.ctr({ key, offset: 0, data });
    expect(await nodePlatform.ctr({ key, offset: 160, data: data.subarray(160) })).toEqual(whole.subarray(160));
    expect(() => nodePlatform.ctr({ key, offset: 8, data })).toThrow(RangeError);
  });

  it('decompresses within the limit only', async () => {
    const data = new Uint8Array(100_000).fill(7);
    const compressed = await nodePlatform.zstdCompress(data, 3);
    expect(compressed.length).toBeLessThan(200);
    expect(await nodePlatform.zstdDecompress(compressed, data.length)).toEqual(data);
    for (const limit of [0, 1, data.length - 1]) await expect(nodePlatform.zstdDecompress(compressed, limit)).rejects.toThrow(RangeError);
    await expect(nodePlatform.zstdDecompress(random.bytes(50), 1000)).rejects.toThrow();
    await expect(nodePlatform.zstdDecompress(compressed.subarray(0, -3), data.length)).rejects.toThrow();
  });

  it('hands out plain arrays whose slice copies', async () => {
    const bytes = nodePlatform.randomBytes(32);
    expect(Object.getPrototypeOf(bytes)).toBe(Uint8Array.prototype);
    expect(Object.getPrototypeOf(await nodePlatform.sha256(bytes))).toBe(Uint8Array.prototype);
  });
});
