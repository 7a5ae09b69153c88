import { describe, expect, test } from 'vitest';
import { FOOTER_BYTES, footerOffset, makeFooter, openFooter } from '../../offchain/codec/footer.ts';
import { CorruptRecordError, MalformedError, NoFooterError, WrongKeyError } from '../../offchain/codec/format-errors.ts';
import { geometry } from '../../offchain/codec/geometry.ts';
import { deriveKeys } from '../../offchain/codec/keys.ts';
import { slotRanges } from '../../offchain/codec/stripe.ts';
import type { ChunkRef } from '../../offchain/codec/types.ts';
import { master, noise, platform } from './pipeline.ts';

const ref = (i: number, bundle: number | null): ChunkRef => ({
  chunkId: noise(32, i), size: 1 << 20, method: 1, agreement: 0xffff_ffff, bundle, batch: 0xffff_fff0 + i, offset: i, storedSize: 5000 + i,
});
const one = { kind: 'catalog' as const, refs: [ref(1, null)] };
const keys = await deriveKeys(platform, master(1));

describe('footer', () => {
  test.each([one, { kind: 'list' as const, refs: [ref(1, 5), ref(2, null), ref(3, 0)] }])('round trip', async (locator) => {
    const bytes = await makeFooter(platform, keys, locator);
    expect(bytes).toHaveLength(FOOTER_BYTES);
    expect(await openFooter(platform, keys, bytes)).toEqual(locator);
  });

  test('does not show what it locates', async () => {
    const bytes = await makeFooter(platform, keys, one);
    expect(Buffer.from(bytes).includes(Buffer.from(noise(32, 1).slice(0, 8)))).toBe(false);
  });

  test('another key says wrong key', async () => {
    const bytes = await makeFooter(platform, await deriveKeys(platform, master(2)), one);
    await expect(openFooter(platform, keys, bytes)).rejects.toThrow(WrongKeyError);
  });

  test.each([new Uint8Array(256), noise(256), new Uint8Array(0), new Uint8Array(255), new Uint8Array(257)])('what is no footer says so', async (bytes) => {
    await expect(openFooter(platform, keys, bytes)).rejects.toThrow(NoFooterError);
  });

  test('every flipped bit is found, and none is taken for another key', async () => {
    const good = await makeFooter(platform, keys, one);
    for (let bit = 0; bit < good.length * 8; bit++) {
      const bytes = good.slice();
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      await expect(openFooter(platform, keys, bytes)).rejects.toThrow(bit < 64 ? NoFooterError : CorruptRecordError);
    }
  });

  test('another version says so', async () => {
    const bytes = await makeFooter(platform, keys, one);
    bytes[8] = 2;
    const rest = Buffer.concat([bytes.slice(0, 12), bytes.slice(16)]);
    bytes.set((await platform.sha256(rest)).slice(0, 4), 12);
    await expect(openFooter(platform, keys, bytes)).rejects.toThrow(MalformedError);
  });

  test('takes one to three references', async () => {
    await expect(makeFooter(platform, keys, { kind: 'catalog', refs: [] })).rejects.toThrow(RangeError);
    await expect(makeFooter(platform, keys, { kind: 'catalog', refs: [1, 2, 3, 4].map((i) => ref(i, null)) })).rejects.toThrow(RangeError);
  });

  test.each([[1, 1, 16], [10, 6, 28], [7, 6, 20], [9, 9, 24], [64, 2, 16]])('is the last leaf of the last data slot: %i+%i, 2^%i', (k, m, batchLog2) => {
    const shape = geometry({ k, m, batchLog2 });
    expect(slotRanges(shape, footerOffset(shape), FOOTER_BYTES)).toEqual([
      { slot: k - 1, fragmentOffset: shape.fragmentSize - FOOTER_BYTES, payloadOffset: footerOffset(shape), sizeBytes: FOOTER_BYTES },
    ]);
  });
});
