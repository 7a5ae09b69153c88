import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { type BatchItem, BatchItems, batchIdOf } from '../../offchain/codec/batch-id.ts';
import { hex, u32 } from '../../offchain/codec/bytes.ts';
import { compress, looksDense } from '../../offchain/codec/compress.ts';
import { CorruptRecordError, WrongKeyError } from '../../offchain/codec/format-errors.ts';
import { type CodecKeys, deriveKeys } from '../../offchain/codec/keys.ts';
import { openRecord } from '../../offchain/codec/open-record.ts';
import { RECORD_OVERHEAD_BYTES, chunkIdOf } from '../../offchain/codec/record.ts';
import { makeRecord } from './make-record.ts';
import { master, noise, platform } from './pipeline.ts';

interface Vectors {
  private: { name: string; plain: string; chunkId: string; method: number; stored: string; fingerprint: string }[];
  compressed: { chunkId: string; size: number; stored: string };
  batchId: string;
}
const vectors: Vectors = JSON.parse(readFileSync(new URL('../vectors/records.json', import.meta.url), 'utf8'));
const text = new Uint8Array(Buffer.from('all work and no play makes jack a dull boy\n'.repeat(500)));
let keys: CodecKeys;
beforeAll(async () => {
  keys = await deriveKeys(platform, master(1));
});

async function make(plain: Uint8Array, domain: 'content' | 'public' = 'content') {
  const recordKeys = domain === 'public' ? null : keys.content;
  const chunkId = await chunkIdOf(platform, recordKeys, plain);
  return { ...(await makeRecord(platform, { keys: recordKeys, chunkId, plain })), keys: recordKeys };
}

describe('records', () => {
  test.each([['one byte', Uint8Array.of(7)], ['text', text], ['noise', noise(300_000)], ['zeros', new Uint8Array(4 << 20)]])('round trip: %s', async (_, plain) => {
    for (const domain of ['content', 'public'] as const) {
      const record = await make(plain, domain);
      expect(Buffer.from(await openRecord(platform, record)).equals(plain)).toBe(true);
    }
  });

  test('shrinks what can be shrunk and keeps the rest as it is', async () => {
    expect((await make(text)).method).toBe(1);
    expect((await make(text)).stored.length).toBeLessThan(text.length / 10);
    const dense = await make(noise(50_000));
    expect(dense.method).toBe(0);
    expect(dense.stored.length).toBe(50_000 + RECORD_OVERHEAD_BYTES);
    expect((await make(noise(50_000), 'public')).stored).toHaveLength(50_000);
  });

  test('the probe passes text and tables, and stops at noise', () => {
    expect(looksDense(noise(1 << 20))).toBe(true);
    expect(looksDense(text)).toBe(false);
    expect(looksDense(noise(4095))).toBe(false);
    expect(looksDense(new Uint8Array(0))).toBe(false);
  });

  test('compression that gains nothing is dropped', async () => {
    const small = noise(1000);
    expect(await compress(platform, small)).toEqual({ method: 0, bytes: small });
  });

  test.each(vectors.private)('private vector $name', async (vector) => {
    const plain = new Uint8Array(Buffer.from(vector.plain, 'hex'));
    const record = await make(plain);
    expect({ chunkId: hex(record.chunkId), stored: hex(record.stored), fingerprint: hex(record.fingerprint), method: record.method })
      .toEqual({ chunkId: vector.chunkId, stored: vector.stored, fingerprint: vector.fingerprint, method: vector.method });
  });

  test('a frozen compressed record opens, whatever this zstd would write', async () => {
    const { chunkId, stored, size } = vectors.compressed;
    const plain = await openRecord(platform, { keys: keys.content, chunkId: Buffer.from(chunkId, 'hex'), size, method: 1, stored: Buffer.from(stored, 'hex') });
    expect(Buffer.from(plain).equals(text)).toBe(true);
  });

  test('another key says wrong key, in both methods', async () => {
    const other = await deriveKeys(platform, master(2));
    for (const plain of [text, noise(10_000)]) {
      await expect(openRecord(platform, { ...(await make(plain)), keys: other.content })).rejects.toThrow(WrongKeyError);
    }
  });

  test('every flipped bit is corruption, never another key', async () => {
    for (const plain of [noise(40), text]) {
      const record = await make(plain);
      for (let bit = 0; bit < record.stored.length * 8; bit += 3) {
        const stored = record.stored.slice();
        stored[bit >> 3]! ^= 1 << (bit & 7);
        await expect(openRecord(platform, { ...record, stored })).rejects.toThrow(CorruptRecordError);
      }
    }
  });

  test('every truncation is corruption', async () => {
    const record = await make(noise(60));
    for (let length = 0; length < record.stored.length; length++) {
      await expect(openRecord(platform, { ...record, stored: record.stored.slice(0, length) })).rejects.toThrow(CorruptRecordError);
    }
  });

  test('public records are checked against their id', async () => {
    for (const plain of [noise(5000), text]) {
      const record = await make(plain, 'public');
      const stored = record.stored.slice();
      stored[20]! ^= 1;
      await expect(openRecord(platform, { ...record, stored })).rejects.toThrow(CorruptRecordError);
    }
  });

  test('a record under another id, size or method is refused', async () => {
    const record = await make(text);
    const other = await make(noise(100));
    await expect(openRecord(platform, { ...record, chunkId: other.chunkId })).rejects.toThrow(CorruptRecordError);
    await expect(openRecord(platform, { ...record, size: record.size + 1 })).rejects.toThrow(CorruptRecordError);
    await expect(openRecord(platform, { ...record, size: 2 ** 40 })).rejects.toThrow(CorruptRecordError);
    await expect(openRecord(platform, { ...record, method: 0 })).rejects.toThrow(CorruptRecordError);
  });

  test('a compressed bomb does not expand beyond the promised size', async () => {
    const stored = await platform.zstdCompress(new Uint8Array(64 << 20), 1);
    const bomb = { keys: null, chunkId: new Uint8Array(32), size: 1000, method: 1 as const, stored };
    await expect(openRecord(platform, bomb)).rejects.toThrow(CorruptRecordError);
  });

  test('one nonce never serves two ciphertexts: other compressed bytes, other nonce', async () => {
    const fast = { ...platform, zstdCompress: (data: Uint8Array) => platform.zstdCompress(data, 1) };
    const dense = { ...platform, zstdCompress: (data: Uint8Array) => platform.zstdCompress(data, 19) };
    const plain = new Uint8Array(Buffer.from(Array.from({ length: 4000 }, (_, i) => `${i * i % 977},`).join('')));
    const chunkId = await chunkIdOf(platform, keys.content, plain);
    const [a, b] = await Promise.all([fast, dense].map((host) => makeRecord(host, { keys: keys.content, chunkId, plain })));
    expect(hex(a!.stored)).not.toBe(hex(b!.stored));
    expect(hex(a!.stored.slice(4, 16))).not.toBe(hex(b!.stored.slice(4, 16)));
    expect(hex(a!.fingerprint)).not.toBe(hex(b!.fingerprint));
  });
});

describe('batch ids', () => {
  const item = { start: -5, storedSize: 100, chunkId: new Uint8Array(32).fill(1), fingerprint: new Uint8Array(32).fill(2) };
  const idOf = async (agreement: number, items: readonly BatchItem[]): Promise<string> => {
    const list = new BatchItems();
    for (const one of items) list.push(one);
    return hex(await batchIdOf(platform, agreement, list));
  };

  test('follow the frozen vector', async () => {
    expect(await idOf(7, [item, { ...item, start: 95 }])).toBe(vectors.batchId);
  });

  test('depend on everything that the batch holds', async () => {
    const other = new Uint8Array(32).fill(3);
    const variants = [[item], [], [item, item], [{ ...item, start: 5 }], [{ ...item, storedSize: 101 }], [{ ...item, chunkId: other }], [{ ...item, fingerprint: other }]];
    const ids = await Promise.all([...variants.map((items) => idOf(7, items)), idOf(8, [item])]);
    expect(new Set(ids).size).toBe(8);
  });

  test('of thousands of records are those of the same bytes', async () => {
    const items = Array.from({ length: 5_000 }, (_, i) => ({ ...item, start: i * 100 }));
    const list = new Uint8Array(items.length * 76);
    items.forEach(({ start, storedSize, chunkId, fingerprint }, i) => {
      const view = new DataView(list.buffer, i * 76);
      view.setBigInt64(0, BigInt(start), true);
      view.setUint32(8, storedSize, true);
      list.set([...chunkId, ...fingerprint], i * 76 + 12);
    });
    const label = new TextEncoder().encode('holdfast/1/batch');
    expect(await idOf(7, items)).toBe(hex(await platform.sha256(Uint8Array.from([...label, ...u32(7), ...list]))));
  });
});
