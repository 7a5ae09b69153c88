import { describe, expect, it } from 'vitest';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import { applyFragmentKey, applySeal, batchKey, fragmentKey, fragmentKeyOf, SealError } from '../../offchain/codec/seal.ts';
import sealJson from '../vectors/seal.json' with { type: 'json' };
import { fromHex, seededRandom, toHex } from './random.ts';
import { sealVectors } from './vectors.ts';

const sealKey = fromHex(sealJson.sealKey);
const batchId = fromHex(sealJson.batchId);

describe('seal', () => {
  it('equals the frozen vectors', async () => {
    expect(sealJson).toEqual(sealVectors());
    for (const { slot, offset, sizeBytes, key, sealed } of sealJson.cases) {
      expect(toHex(await fragmentKey(nodePlatform, { sealKey, batchId, slot }))).toBe(key);
      expect(toHex(await applySeal(nodePlatform, { sealKey, batchId, slot, offset, data: new Uint8Array(sizeBytes) }))).toBe(sealed);
    }
  });

  it('follows from the key of its batch, which opens no other batch', async () => {
    const key = await batchKey(nodePlatform, { sealKey, batchId });
    for (const slot of [0, 1, 9, 63]) {
      expect(await fragmentKeyOf(nodePlatform, { batchKey: key, slot })).toEqual(await fragmentKey(nodePlatform, { sealKey, batchId, slot }));
    }
    const other = await batchKey(nodePlatform, { sealKey, batchId: batchId.map((byte) => byte ^ 1) });
    expect(other).not.toEqual(key);
    await expect(fragmentKeyOf(nodePlatform, { batchKey: key.subarray(1), slot: 0 })).rejects.toThrow(SealError);
    await expect(batchKey(nodePlatform, { sealKey, batchId: batchId.subarray(1) })).rejects.toThrow(SealError);
  });

  it('unseals any range of a sealed fragment alone', async () => {
    const random = seededRandom(12);
    const clear = random.bytes(5000);
    const name = { sealKey, batchId, slot: 3 };
    const sealed = await applySeal(nodePlatform, { ...name, offset: 0, data: clear });
    expect(sealed).not.toEqual(clear);
    for (let round = 0; round < 100; round += 1) {
      const offset = random.below(5000);
      const end = offset + random.below(5001 - offset);
      const opened = await applySeal(nodePlatform, { ...name, offset, data: sealed.subarray(offset, end) });
      expect(opened).toEqual(clear.subarray(offset, end));
    }
    expect(sealed).toEqual(await applySeal(nodePlatform, { ...name, offset: 0, data: clear }));
  });

  it('gives equal bytes another seal in every slot, batch and agreement', async () => {
    const data = new Uint8Array(64);
    const otherKey = sealKey.map((byte) => byte ^ 1);
    const names = [
      { sealKey, batchId, slot: 0 },
      { sealKey, batchId, slot: 1 },
      { sealKey, batchId: otherKey, slot: 0 },
      { sealKey: otherKey, batchId, slot: 0 },
    ];
    const sealed = await Promise.all(names.map((name) => applySeal(nodePlatform, { ...name, offset: 0, data })));
    expect(new Set(sealed.map(toHex)).size).toBe(names.length);
  });

  it('refuses keys of another length, impossible slots and offsets', async () => {
    const data = new Uint8Array(16);
    const name = { sealKey, batchId, slot: 0 };
    await expect(fragmentKey(nodePlatform, { ...name, sealKey: sealKey.subarray(1) })).rejects.toThrow(SealError);
    await expect(fragmentKey(nodePlatform, { ...name, batchId: new Uint8Array(33) })).rejects.toThrow(SealError);
    for (const slot of [-1, 255, 0.5]) await expect(fragmentKey(nodePlatform, { ...name, slot })).rejects.toThrow(SealError);
    for (const offset of [-16, 0.5, 2 ** 28 - 15, Number.NaN]) {
      await expect(applySeal(nodePlatform, { ...name, offset, data })).rejects.toThrow(SealError);
    }
    await expect(applyFragmentKey(nodePlatform, { key: data, offset: 0, data })).rejects.toThrow(SealError);
  });
});
