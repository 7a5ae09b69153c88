/** Builders for the pipeline's tests: trees in memory, a creator, and a network that forgets slots. */
import type { SourceObject } from '../../offchain/codec/archive.ts';
import type { EncodedBatch } from '../../offchain/codec/batch-line.ts';
import { EMPTY_CATALOG } from '../../offchain/codec/catalog.ts';
import { ChunkIndex } from '../../offchain/codec/chunk-ref.ts';
import type { RecordSource } from '../../offchain/codec/decode.ts';
import { type BundleResult, type EncodeBundleOptions, encodeBundle } from '../../offchain/codec/encode-bundle.ts';
import { geometry } from '../../offchain/codec/geometry.ts';
import { deriveKeys, sealKeyFor } from '../../offchain/codec/keys.ts';
import { recordSpans } from '../../offchain/codec/pack.ts';
import { nodePlatform } from '../../offchain/codec/platform-node.ts';
import { applySeal } from '../../offchain/codec/seal.ts';
import { decodeBatch } from '../../offchain/codec/stripe.ts';
import type { Geometry, RecordLocation } from '../../offchain/codec/types.ts';

export const platform = nodePlatform;
export const CREATED = 1_790_000_000_000;
export const AGREEMENT = 7;
export const master = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);

/** Dense bytes that depend only on the seed. */
export function noise(sizeBytes: number, seed = 1): Uint8Array {
  const key = new Uint8Array(32);
  new DataView(key.buffer).setUint32(0, seed, true);
  return nodePlatform.ctr({ key, offset: 0, data: new Uint8Array(sizeBytes) }) as Uint8Array;
}

export function file(path: string, bytes: Uint8Array, pieceBytes = 100_000): SourceObject {
  return {
    path, kind: 'file', mode: 0o644, mtimeMs: 1_700_000_000_123, size: bytes.length,
    async *open() {
      for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.slice(at, at + pieceBytes);
    },
  };
}

async function* empty(): AsyncGenerator<Uint8Array> {}

export const folder = (path: string): SourceObject => ({ path, kind: 'folder', mode: 0o755, mtimeMs: 5, size: 0, open: empty });
export const link = (path: string, target: string): SourceObject => ({ path, kind: 'symlink', mode: 0o777, mtimeMs: 6, size: 0, target, open: empty });

export async function* stream<T>(items: Iterable<T>): AsyncGenerator<T> {
  yield* items;
}

export async function collect(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part.slice());
  return new Uint8Array(Buffer.concat(parts));
}

export interface Bundle {
  readonly geometry: Geometry;
  readonly sealKey: Uint8Array;
  readonly batches: EncodedBatch[];
  readonly result: BundleResult;
}

/** Encodes with a 4+2 scheme and 1 MiB batches unless told otherwise. */
export async function put(objects: readonly SourceObject[], options: Partial<EncodeBundleOptions> = {}): Promise<Bundle> {
  const sealKey = options.sealKey ?? (await sealKeyFor(platform, master(1), { chainId: 31337n, market: new Uint8Array(20).fill(9), agreement: AGREEMENT }));
  const shape = options.geometry ?? geometry({ k: 4, m: 2, batchLog2: 20 });
  const run = encodeBundle({
    geometry: shape, agreement: AGREEMENT, keys: await deriveKeys(platform, master(1)), sealKey, platform,
    visibility: 'private', name: 'home', created: CREATED, objects: stream(objects), known: new ChunkIndex(), catalog: EMPTY_CATALOG, ...options,
  });
  const batches: EncodedBatch[] = [];
  let step = await run.next();
  for (; step.done !== true; step = await run.next()) batches.push(step.value);
  return { geometry: shape, sealKey, batches, result: step.value };
}

/** Unseals and decodes what providers still hold: `lost` slots give nothing. */
export async function payloads({ geometry: shape, sealKey, batches }: Bundle, lost: readonly number[] = []): Promise<Uint8Array[]> {
  return Promise.all(batches.map(async ({ batchId, fragments }) => {
    const present = new Map<number, Uint8Array>();
    for (const [slot, data] of fragments.entries()) {
      if (!lost.includes(slot)) present.set(slot, await applySeal(platform, { sealKey, batchId, slot, offset: 0, data }));
    }
    return decodeBatch(shape, present);
  }));
}

/** Serves records out of the bundles by their number; counts the bytes that were read. */
export class Network implements RecordSource {
  readonly #bundles = new Map<number, { shape: Geometry; payloads: Uint8Array[] }>();
  readBytes = 0;

  async commit(bundle: number, contents: Bundle, lost: readonly number[] = []): Promise<void> {
    this.#bundles.set(bundle, { shape: contents.geometry, payloads: await payloads(contents, lost) });
  }

  async read(location: RecordLocation): Promise<Uint8Array> {
    const held = this.#bundles.get(location.bundle ?? -1);
    if (held === undefined) throw new Error(`no bundle ${location.bundle}`);
    this.readBytes += location.storedSize;
    return new Uint8Array(Buffer.concat(recordSpans(held.shape, location).map(({ batch, offset, sizeBytes }) =>
      held.payloads[batch]!.subarray(offset, offset + sizeBytes))));
  }

  /** The last 256 bytes of a bundle. */
  footer(bundle: number): Uint8Array {
    return this.#bundles.get(bundle)!.payloads.at(-1)!.slice(-256);
  }
}
