// usage: node scripts/format-dump.ts    Prints the bytes of the smallest bundle, named one by one; offchain/codec/README.md shows them.
import { hex, utf8 } from '../offchain/codec/bytes.ts';
import { EMPTY_CATALOG, encodeCatalog } from '../offchain/codec/catalog.ts';
import { ChunkIndex } from '../offchain/codec/chunk-ref.ts';
import { readManifest } from '../offchain/codec/decode.ts';
import { encodeBundle } from '../offchain/codec/encode-bundle.ts';
import { geometry } from '../offchain/codec/geometry.ts';
import { deriveKeys } from '../offchain/codec/keys.ts';
import { encodeManifest } from '../offchain/codec/manifest.ts';
import { nodePlatform as platform } from '../offchain/codec/platform-node.ts';
import { applySeal } from '../offchain/codec/seal.ts';
import type { SourceObject } from '../offchain/codec/archive.ts';

const WIDTH = 64;
/** Master key 01..01, seal key 02..02, scheme 1+1, 64 KiB batches, one file of six bytes. */
const shape = geometry({ k: 1, m: 1, batchLog2: 16 });
const keys = await deriveKeys(platform, new Uint8Array(32).fill(1));
const sealKey = new Uint8Array(32).fill(2);

async function* objects(): AsyncGenerator<SourceObject> {
  async function* open(): AsyncGenerator<Uint8Array> {
    yield utf8('hello\n');
  }
  yield { path: 'hello.txt', kind: 'file', mode: 0o644, mtimeMs: 1_700_000_000_000, size: 6, open };
}

const run = encodeBundle({
  geometry: shape, agreement: 7, keys, sealKey, platform, visibility: 'private', name: 'hello', created: 1_700_000_000_000,
  objects: objects(), known: new ChunkIndex(), catalog: EMPTY_CATALOG,
});
const { value: batch } = await run.next();
const { value: result } = await run.next();
if (batch === undefined || !('batchId' in batch) || result === undefined || !('manifest' in result)) throw new Error('one batch was expected');
const sealed = batch.fragments[0]!;
const clear = await applySeal(platform, { sealKey, batchId: batch.batchId, slot: 0, offset: 0, data: sealed });

function show(name: string, bytes: Uint8Array): void {
  const lines = hex(bytes).match(new RegExp(`.{1,${WIDTH}}`, 'g')) ?? [''];
  lines.forEach((line, i) => console.log(`${(i === 0 ? name : '').padEnd(31)}${line}`));
}

function part(name: string, start: number, end: number): void {
  show(`${String(start).padStart(6)} ${name}`, clear.subarray(start, end));
}

const names = ['file chunk', 'manifest chunk', 'catalog chunk'];
for (const [i, { offset, storedSize, method, chunkId }] of [...result.chunks].entries()) {
  const end = offset + storedSize;
  show(`${names[i]}, method ${method}`, chunkId);
  part('keyMark', offset, offset + 4);
  part('nonce', offset + 4, offset + 16);
  part('headSum', offset + 16, offset + 20);
  part('ciphertext', offset + 20, end - 16);
  part('tag', end - 16, end);
}
const footer = shape.payloadSize - 256;
console.log('footer');
for (const [name, start, end] of [['magic', 0, 8], ['version', 8, 12], ['sum', 12, 16], ['keyCheck', 16, 24], ['nonce', 24, 36], ['locator', 36, 240], ['tag', 240, 256]] as const) {
  part(name, footer + start, footer + end);
}
const source = { read: async ({ offset, storedSize }: { offset: number; storedSize: number }) => clear.slice(offset, offset + storedSize) };
const manifest = await readManifest({ platform, keys, source }, result.manifest);
console.log('inside the ciphertexts');
show('       manifest', encodeManifest({ ...manifest, chunks: manifest.chunks.map((chunk) => ({ ...chunk, bundle: null })) }));
show('       catalog', encodeCatalog(result.catalog));
console.log('around them');
show('       batchId', batch.batchId);
show('       slot 0, first 32 bytes', sealed.subarray(0, 32));
show('       slot 1, first 32 bytes', batch.fragments[1]!.subarray(0, 32));
show('       fragment root 0', batch.roots[0]!);
show('       fragment root 1', batch.roots[1]!);
show('       bundle root', result.bundleRoot!);
