import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CHUNK_MAX_BYTES, CHUNK_MEAN_BYTES, CHUNK_MIN_BYTES, CdcCutter, FixedCutter, GEAR, cutStream } from '../../offchain/codec/chunk.ts';
import { noise } from './pipeline.ts';

interface Vectors {
  gearSha256: string;
  gearStart: number[];
  cdc: { sizeBytes: number; seed: number; chunks: number[] }[];
}
const vectors: Vectors = JSON.parse(readFileSync(new URL('../vectors/chunks.json', import.meta.url), 'utf8'));

async function* pieces(bytes: Uint8Array, sizeOf: (i: number) => number): AsyncGenerator<Uint8Array> {
  let i = 0;
  for (let at = 0; at < bytes.length; ) {
    const size = sizeOf(i++);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

async function all(source: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk.slice());
  return chunks;
}

const cdcChunks = (source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> => cutStream(source, new CdcCutter());
const cut = async (bytes: Uint8Array, size = 1 << 20): Promise<number[]> => (await all(cdcChunks(pieces(bytes, () => size)))).map((chunk) => chunk.length);

describe('cutting by content', () => {
  test('the gear table is the frozen one', () => {
    expect(createHash('sha256').update(Buffer.from(GEAR.buffer)).digest('hex')).toBe(vectors.gearSha256);
    expect([...new Uint32Array(GEAR.buffer, 0, 4)]).toEqual(vectors.gearStart);
  });

  test.each(vectors.cdc)('boundaries of noise($sizeBytes, $seed) are the frozen ones', async (vector) => {
    expect(await cut(noise(vector.sizeBytes, vector.seed))).toEqual(vector.chunks);
  });

  test('boundaries do not depend on how the source slices its bytes', async () => {
    const bytes = noise(9_000_000, 3);
    const expected = await cut(bytes);
    for (const sizeOf of [() => 65_536, () => 9_000_000, () => 5_000_003, (i: number) => 1 + ((i * 7919) % 300_000)]) {
      const chunks = await all(cdcChunks(pieces(bytes, sizeOf)));
      expect(chunks.map((chunk) => chunk.length)).toEqual(expected);
      expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
    }
  });

  test('sizes stay within bounds, the mean near 1 MiB', async () => {
    const sizes = await cut(noise(64 << 20, 4));
    for (const size of sizes.slice(0, -1)) {
      expect(size).toBeGreaterThan(CHUNK_MIN_BYTES);
      expect(size).toBeLessThanOrEqual(CHUNK_MAX_BYTES);
    }
    const mean = (64 << 20) / sizes.length;
    expect(mean).toBeGreaterThan(0.7 * CHUNK_MEAN_BYTES);
    expect(mean).toBeLessThan(1.5 * CHUNK_MEAN_BYTES);
  });

  test('bytes without any boundary are cut at the maximum', async () => {
    // A byte value that repeats gives one hash for ever; find one whose hash is no boundary.
    const value = [...GEAR.keys()].find((i) => {
      let h = 0;
      for (let n = 0; n < 64; n++) h = ((h << 1) + GEAR[i]!) | 0;
      return h >>> 14 !== 0;
    })!;
    expect(await cut(new Uint8Array(CHUNK_MAX_BYTES * 2 + 5).fill(value))).toEqual([CHUNK_MAX_BYTES, CHUNK_MAX_BYTES, 5]);
  });

  test('an insertion moves only the boundaries near it', async () => {
    const before = noise(16 << 20, 5);
    const after = Buffer.concat([before.subarray(0, 100), Buffer.from('inserted'), before.subarray(100)]);
    const digest = (chunk: Uint8Array): string => createHash('sha256').update(chunk).digest('hex');
    const old = new Set((await all(cdcChunks(pieces(before, () => 1 << 20)))).map(digest));
    const fresh = (await all(cdcChunks(pieces(after, () => 1 << 20)))).filter((chunk) => !old.has(digest(chunk)));
    expect(fresh.length).toBeLessThanOrEqual(2);
  });

  test.each([0, 1, CHUNK_MIN_BYTES - 1, CHUNK_MIN_BYTES])('%i bytes make at most one chunk', async (sizeBytes) => {
    expect(await cut(noise(sizeBytes))).toEqual(sizeBytes === 0 ? [] : [sizeBytes]);
  });

  test('a chunk is its taker\'s until the next: what he does to it changes no other', async () => {
    const bytes = noise(6 << 20, 6);
    const seen: Buffer[] = [];
    for await (const chunk of cdcChunks(pieces(bytes, () => 300_000))) {
      seen.push(Buffer.from(chunk));
      await Promise.resolve();
      expect(seen.at(-1)!.equals(chunk)).toBe(true);
      chunk.fill(0);
    }
    expect(Buffer.concat(seen).equals(bytes)).toBe(true);
  });
});

describe('cutting at a fixed size', () => {
  test.each([[0, []], [1, [1]], [10, [10]], [11, [10, 1]], [35, [10, 10, 10, 5]]] as const)('%i bytes by 10', async (sizeBytes, sizes) => {
    for (const piece of [1, 7, 10, 100]) {
      const chunks = await all(cutStream(pieces(noise(sizeBytes), () => piece), new FixedCutter(10)));
      expect(chunks.map((chunk) => chunk.length)).toEqual(sizes);
      expect(Buffer.concat(chunks).equals(noise(sizeBytes))).toBe(true);
    }
  });
});
