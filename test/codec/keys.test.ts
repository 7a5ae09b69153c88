import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { hex } from '../../offchain/codec/bytes.ts';
import { deriveKeys, sealKeyFor } from '../../offchain/codec/keys.ts';
import { platform } from './pipeline.ts';

interface Vectors {
  keys: { master: string; derived: unknown }[];
  sealKeys: { master: string; chainId: string; market: string; agreement: number; sealKey: string }[];
}
const vectors: Vectors = JSON.parse(readFileSync(new URL('../vectors/keys.json', import.meta.url), 'utf8'));
const unhex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

describe('keys', () => {
  test.each(vectors.keys)('follow the frozen vector of master $master', async (vector) => {
    const keys = await deriveKeys(platform, unhex(vector.master));
    const { content, manifest, footer } = keys;
    expect({
      content: { chunkId: hex(content.chunkId), chunkKey: hex(content.chunkKey), nonce: hex(content.nonce) },
      manifest: { chunkId: hex(manifest.chunkId), chunkKey: hex(manifest.chunkKey), nonce: hex(manifest.nonce) },
      footer: { key: hex(footer.key), nonce: hex(footer.nonce) },
      keyCheck: hex(keys.keyCheck),
    }).toEqual(vector.derived);
  });

  test.each(vectors.sealKeys)('seal key of agreement $agreement on chain $chainId', async (vector) => {
    const options = { chainId: BigInt(vector.chainId), market: unhex(vector.market), agreement: vector.agreement };
    expect(hex(await sealKeyFor(platform, unhex(vector.master), options))).toBe(vector.sealKey);
  });

  test('all derived keys differ', async () => {
    const { content, manifest, footer } = await deriveKeys(platform, new Uint8Array(32));
    const all = [content, manifest].flatMap((keys) => [keys.chunkId, keys.chunkKey, keys.nonce]).concat(footer.key, footer.nonce).map(hex);
    expect(new Set(all).size).toBe(8);
  });

  test('seal keys differ by chain, market and agreement', async () => {
    const base = { chainId: 1n, market: new Uint8Array(20), agreement: 1 };
    const variants = [base, { ...base, chainId: 2n }, { ...base, market: new Uint8Array(20).fill(1) }, { ...base, agreement: 2 }];
    const keys = await Promise.all(variants.map((options) => sealKeyFor(platform, new Uint8Array(32), options)));
    expect(new Set(keys.map(hex)).size).toBe(4);
  });

  test('refuses masters and markets of another length', async () => {
    await expect(deriveKeys(platform, new Uint8Array(31))).rejects.toThrow(RangeError);
    await expect(sealKeyFor(platform, new Uint8Array(32), { chainId: 1n, market: new Uint8Array(19), agreement: 1 })).rejects.toThrow(RangeError);
  });
});
