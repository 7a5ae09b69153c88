// usage: node scripts/bench/cpu/put-child.ts <path | random:bytes> <threads> <batchLog2>
// Does the CPU part of a private put of a file or folder (read, chunk, name, compress, encrypt, pack, code 10+6, seal, hash) and prints
// {bytes, storedBytes, ms, rssBytes} as JSON. A process of its own: so it can be bound to cores, and its peak memory is its own.
import type { SourceObject } from '../../../offchain/codec/archive.ts';
import { BatchMemory, batchesFor } from '../../../offchain/codec/batch-memory.ts';
import { EMPTY_CATALOG } from '../../../offchain/codec/catalog.ts';
import { ChunkIndex } from '../../../offchain/codec/chunk-ref.ts';
import { encodeBundle } from '../../../offchain/codec/encode-bundle.ts';
import { geometry } from '../../../offchain/codec/geometry.ts';
import { deriveKeys } from '../../../offchain/codec/keys.ts';
import { nodePlatform } from '../../../offchain/codec/platform-node.ts';
import { openNodePool } from '../../../offchain/codec/pool/pool-node.ts';
import { walk } from '../../../offchain/codec/walk-node.ts';
import { peakMemoryBytes } from '../memory.ts';

const [path = '', threads = '0', batchLog2 = '24'] = process.argv.slice(2);
const startedMs = performance.now();
const shape = geometry({ k: 10, m: 6, batchLog2: Number(batchLog2) });
const pool = openNodePool({ threads: Number(threads) });
const run = encodeBundle({
  geometry: shape,
  agreement: 1,
  keys: await deriveKeys(nodePlatform, new Uint8Array(32).fill(1)),
  sealKey: new Uint8Array(32).fill(2),
  platform: nodePlatform,
  pool,
  memory: new BatchMemory({ maxBatches: batchesFor(shape) }),
  catalog: EMPTY_CATALOG,
  known: new ChunkIndex(),
  visibility: 'private',
  name: 'bench',
  created: 0,
  objects: path.startsWith('random:') ? randomFile(Number(path.slice('random:'.length))) : walk(path),
});
let step = await run.next();
for (; step.done !== true; step = await run.next()) step.value.release();
const ms = performance.now() - startedMs;
await pool.close();
const { plainBytes, storedBytes } = step.value.stats;
console.log(JSON.stringify({ bytes: plainBytes, storedBytes, ms, rssBytes: peakMemoryBytes() }));

/** A stream of any length that needs no disk. */
async function* randomFile(sizeBytes: number): AsyncGenerator<SourceObject> {
  const write = nodePlatform.ctrInPlace({ key: new Uint8Array(32).fill(7), offset: 0 });
  const buffer = new Uint8Array(1 << 20);
  async function* open(): AsyncGenerator<Uint8Array> {
    for (let left = sizeBytes; left > 0; left -= buffer.length) {
      await write(buffer);
      yield buffer.subarray(0, Math.min(buffer.length, left));
    }
  }
  yield { path: 'random', kind: 'file', mode: 0o644, mtimeMs: 0, size: sizeBytes, open };
}
