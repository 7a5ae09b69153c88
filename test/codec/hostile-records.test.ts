import { zstdCompressSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { concat } from '../../offchain/codec/bytes.ts';
import { CHUNK_MAX_BYTES } from '../../offchain/codec/chunk.ts';
import { FOOTER_BYTES, makeFooter, openFooter } from '../../offchain/codec/footer.ts';
import { geometry } from '../../offchain/codec/geometry.ts';
import { type CodecKeys, deriveKeys } from '../../offchain/codec/keys.ts';
import { openRecord } from '../../offchain/codec/open-record.ts';
import { chunkIdOf, type StoredRecord } from '../../offchain/codec/record.ts';
import { reconstruct } from '../../offchain/codec/rs.ts';
import { applySeal } from '../../offchain/codec/seal.ts';
import { recoverRange, slotRanges } from '../../offchain/codec/stripe.ts';
import type { ChunkRef, Method } from '../../offchain/codec/types.ts';
import { flips, garbage, truncations, typed, typedLater, within } from '../support/hostile.ts';
import { makeRecord } from './make-record.ts';
import { master, noise, platform } from './pipeline.ts';

const text = new Uint8Array(Buffer.from('all work and no play makes jack a dull boy\n'.repeat(40)));
let keys: CodecKeys;
beforeAll(async () => {
  keys = await deriveKeys(platform, master(1));
});

const kinds = [
  { name: 'a private record as it is', plain: noise(300), isPublic: false, method: 0 },
  { name: 'a private record, compressed', plain: text, isPublic: false, method: 1 },
  { name: 'a public record as it is', plain: noise(300), isPublic: true, method: 0 },
  { name: 'a public record, compressed', plain: text, isPublic: true, method: 1 },
] as const;

describe.each(kinds)('hostile bytes as $name', ({ plain, isPublic, method }) => {
  let record: Omit<StoredRecord, 'parts'> & { stored: Uint8Array };
  const open = (change: Partial<typeof record>) => openRecord(platform, { ...record, keys: isPublic ? null : keys.content, ...change });
  beforeAll(async () => {
    const recordKeys = isPublic ? null : keys.content;
    const { parts, ...rest } = await makeRecord(platform, { keys: recordKeys, chunkId: await chunkIdOf(platform, recordKeys, plain), plain });
    record = { ...rest, stored: concat(...parts) };
    expect(record.method).toBe(method);
  });

  test('round trip', async () => {
    expect(await open({})).toEqual(plain);
  });

  test('cut anywhere, or longer: refused, or the very same content', async () => {
    // zstd does without the end of a frame that it does not need, and passes over what follows one.
    const inputs = [...truncations(record.stored), Uint8Array.from([...record.stored, 0])];
    for (const stored of inputs) {
      const found = await typedLater(() => open({ stored }));
      if (found !== undefined) expect({ method, found }).toEqual({ method: 1, found: plain });
    }
  });

  test('any bit turned over: refused, or the very same content', async () => {
    for (const { bytes: stored } of flips(record.stored)) {
      const found = await typedLater(() => open({ stored }));
      if (found !== undefined) expect(found).toEqual(plain);
    }
  });

  test('garbage: refused', async () => {
    for (const stored of garbage(noise, 500)) expect(await typedLater(() => open({ stored }))).toBeUndefined();
  });

  test('another id, method or size than its own: refused', async () => {
    for (const size of [0, 1, plain.length - 1, plain.length + 1, CHUNK_MAX_BYTES, CHUNK_MAX_BYTES + 1, 2 ** 32 - 1, 2 ** 53, -1, 1.5, Number.NaN, Infinity]) {
      expect(await typedLater(() => open({ size })), `size ${size}`).toBeUndefined();
    }
    expect(await typedLater(() => open({ method: (1 - method) as Method }))).toBeUndefined();
    for (const { bytes: chunkId } of flips(record.chunkId, 8)) expect(await typedLater(() => open({ chunkId }))).toBeUndefined();
  });
});

describe('compressed bombs', () => {
  test('a record that grows far beyond its promised size takes no memory for it', async () => {
    const bomb = new Uint8Array(zstdCompressSync(new Uint8Array(512 << 20)));
    expect(bomb.length).toBeLessThan(100_000);
    await within(64, async () => {
      for (const size of [1, 1000, CHUNK_MAX_BYTES]) {
        expect(await typedLater(() => openRecord(platform, { keys: null, chunkId: noise(32), size, method: 1, stored: bomb }))).toBeUndefined();
      }
    });
  });

  test('a frame that claims 2^60 bytes', async () => {
    // Magic, single segment with a content size of eight bytes, the size, an empty last block.
    const frame = Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0x10, 1, 0, 0]);
    await within(64, async () => {
      expect(await typedLater(() => openRecord(platform, { keys: null, chunkId: noise(32), size: 1000, method: 1, stored: frame }))).toBeUndefined();
    });
  });
});

describe('hostile bytes as a footer', () => {
  const ref: ChunkRef = { chunkId: noise(32, 3), size: 1 << 20, method: 1, agreement: 9, bundle: null, batch: 2, offset: 7, storedSize: 5000 };
  const locators = [{ kind: 'catalog', refs: [ref] }, { kind: 'list', refs: [ref, { ...ref, bundle: 4 }, { ...ref, agreement: 1 }] }] as const;

  test.each(locators)('$kind: cut anywhere, any bit turned over, longer: refused', async (locator) => {
    const bytes = await makeFooter(platform, keys, locator);
    expect(await openFooter(platform, keys, bytes)).toEqual(locator);
    for (const cut of truncations(bytes)) expect(await typedLater(() => openFooter(platform, keys, cut))).toBeUndefined();
    for (const { bytes: flipped } of flips(bytes)) expect(await typedLater(() => openFooter(platform, keys, flipped))).toBeUndefined();
    expect(await typedLater(() => openFooter(platform, keys, new Uint8Array(FOOTER_BYTES + 1)))).toBeUndefined();
  });

  test('a locator that its own key signed and nobody could mean', async () => {
    // Kind, count, homes and references at random, sealed with the right key: only the locator's own rules are left to refuse it.
    const head = Buffer.concat([Buffer.from('HOLDFAST'), Buffer.from([1, 0, 0, 0])]);
    let opened = 0;
    for (let seed = 1; seed <= 300; seed += 1) {
      const plain = noise(FOOTER_BYTES - 36 - 16, seed);
      plain[0] = seed % 4;
      plain[1] = seed % 5;
      const nonce = noise(12, seed);
      const body = await platform.gcmEncrypt({ key: keys.footer.key, nonce, data: plain, associated: Buffer.concat([head, keys.keyCheck]) });
      const rest = Buffer.concat([keys.keyCheck, nonce, body]);
      const sum = (await platform.sha256(Buffer.concat([head, rest]))).subarray(0, 4);
      if ((await typedLater(() => openFooter(platform, keys, Buffer.concat([head, sum, rest])))) !== undefined) opened += 1;
    }
    expect(opened).toBe(0);
  });
});

describe('hostile numbers', () => {
  const numbers = [-1, 0.5, Number.NaN, Infinity, -Infinity, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53)];
  const shape = geometry({ k: 4, m: 2, batchLog2: 20 });

  test('as a scheme', () => {
    for (const bad of [...numbers, 0, 255]) {
      expect(typed(() => geometry({ k: bad, m: 2, batchLog2: 20 }))).toBeUndefined();
      expect(typed(() => geometry({ k: 2, m: bad, batchLog2: 20 }))).toBeUndefined();
      expect(typed(() => geometry({ k: 2, m: 2, batchLog2: bad }))).toBeUndefined();
    }
  });

  test('as ranges and slots', async () => {
    for (const bad of numbers) {
      expect(typed(() => slotRanges(shape, bad, 1))).toBeUndefined();
      expect(typed(() => slotRanges(shape, 0, bad))).toBeUndefined();
      expect(typed(() => recoverRange(shape, { slot: 0, start: bad, end: bad, present: new Map() }))).toBeUndefined();
      expect(typed(() => recoverRange(shape, { slot: bad, start: 0, end: 256, present: new Map([1, 2, 3, 4].map((slot) => [slot, new Uint8Array(256)])) }))).toBeUndefined();
      expect(typed(() => reconstruct({ k: 4, m: 2, present: new Map([[bad, new Uint8Array(8)]]), wanted: [0] }))).toBeUndefined();
      expect(await typedLater(() => applySeal(platform, { sealKey: noise(32), batchId: noise(32), slot: bad, offset: 0, data: new Uint8Array(4) }))).toBeUndefined();
      expect(await typedLater(() => applySeal(platform, { sealKey: noise(32), batchId: noise(32), slot: 0, offset: bad, data: new Uint8Array(4) }))).toBeUndefined();
    }
    for (const sealKey of [new Uint8Array(0), new Uint8Array(31), new Uint8Array(33)]) {
      expect(await typedLater(() => applySeal(platform, { sealKey, batchId: noise(32), slot: 0, offset: 0, data: new Uint8Array(4) }))).toBeUndefined();
    }
  });

  test('fragments of other lengths than agreed', () => {
    const present = new Map([1, 2, 3, 4].map((slot) => [slot, new Uint8Array(256)]));
    for (const size of [0, 1, 255, 257]) {
      expect(typed(() => recoverRange(shape, { slot: 0, start: 0, end: 256, present: new Map([...present, [2, new Uint8Array(size)]]) }))).toBeUndefined();
    }
    expect(typed(() => recoverRange(shape, { slot: 0, start: 0, end: 256, present: new Map([...present].slice(1)) }))).toBeUndefined();
  });
});
