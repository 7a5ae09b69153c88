/** What the test's page can do: the codec as any page would use it. Bundled and driven by `codec.test.ts`. */
import { BatchMemory } from '../../offchain/codec/batch-memory.ts';
import { hex } from '../../offchain/codec/bytes.ts';
import { EMPTY_CATALOG } from '../../offchain/codec/catalog.ts';
import { ChunkIndex } from '../../offchain/codec/chunk-ref.ts';
import { encodeBundle } from '../../offchain/codec/encode-bundle.ts';
import { geometry } from '../../offchain/codec/geometry.ts';
import { deriveKeys } from '../../offchain/codec/keys.ts';
import { openRecord } from '../../offchain/codec/open-record.ts';
import { browserPlatform } from '../../offchain/codec/platform-browser.ts';
import { openBrowserPool } from '../../offchain/codec/pool/pool-browser.ts';
import type { Method, Platform } from '../../offchain/codec/types.ts';
import { makeRecord } from '../codec/make-record.ts';

export const SHAPE = { k: 4, m: 2, batchLog2: 20 };
export const FILE_BYTES = 3_300_000;

/** Bytes that follow from the text and do not compress. */
export function noise(sizeBytes: number, text = ''): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  let state = [...text].reduce((sum, character) => Math.imul(sum, 31) + character.charCodeAt(0), 88_675_123) | 1;
  for (let i = 0; i < sizeBytes; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  return bytes;
}

/** The roots of an upload's batches. */
export async function encode(platform: Platform, pool: Parameters<typeof encodeBundle>[0]['pool']): Promise<string[]> {
  const run = encodeBundle({
    geometry: geometry(SHAPE), agreement: 3, keys: await deriveKeys(platform, new Uint8Array(32).fill(1)), sealKey: new Uint8Array(32).fill(2),
    platform, pool, memory: new BatchMemory({ maxBatches: 2 }), catalog: EMPTY_CATALOG, known: new ChunkIndex(),
    visibility: 'private', name: 'page', created: 0,
    objects: (async function* () {
      async function* open() {
        yield noise(FILE_BYTES);
      }
      yield { path: 'noise', kind: 'file' as const, mode: 0o644, mtimeMs: 0, size: FILE_BYTES, open };
    })(),
  });
  const roots: string[] = [];
  for (let step = await run.next(); ; step = await run.next()) {
    if (step.done === true) return roots;
    roots.push(hex(step.value.batchRoot));
    step.value.release();
  }
}

/** A record as plain values, which cross from the page to the test. */
export interface RecordFacts {
  readonly chunkId: number[];
  readonly size: number;
  readonly method: Method;
  readonly stored: number[];
}

const text = new TextEncoder().encode('a page writes this line again and again\n'.repeat(2000));

export async function write(platform: Platform): Promise<RecordFacts> {
  const { content } = await deriveKeys(platform, new Uint8Array(32).fill(1));
  const chunkId = await platform.hmacSha256(content.chunkId, text);
  const { size, method, stored } = await makeRecord(platform, { keys: content, chunkId, plain: text });
  return { chunkId: [...chunkId], size, method, stored: [...stored] };
}

/** Whether it is what `write` writes. */
export async function read(platform: Platform, { chunkId, size, method, stored }: RecordFacts): Promise<boolean> {
  const { content } = await deriveKeys(platform, new Uint8Array(32).fill(1));
  const plain = await openRecord(platform, { keys: content, chunkId: Uint8Array.from(chunkId), size, method, stored: Uint8Array.from(stored) });
  return plain.length === text.length && plain.every((byte, i) => byte === text[i]);
}

export interface Page {
  readonly isIsolated: boolean;
  encode(threads: number): Promise<string[]>;
  write(): Promise<RecordFacts>;
  read(record: RecordFacts): Promise<boolean>;
}

if ('document' in globalThis) {
  const platform = browserPlatform();
  const startWorker = () => new Worker(new URL('../../offchain/codec/pool/worker-browser.ts', import.meta.url), { type: 'module' });
  const page: Page = {
    isIsolated: globalThis.crossOriginIsolated,
    async encode(threads) {
      const pool = openBrowserPool({ threads, startWorker });
      try {
        return await encode(platform, pool);
      } finally {
        await pool.close();
      }
    },
    write: () => write(platform),
    read: (record) => read(platform, record),
  };
  Object.assign(globalThis, { holdfast: page });
}
