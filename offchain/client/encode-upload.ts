/** The batches of one upload, from what was found and what is known. */
import type { EncodedBatch } from '../codec/batch-line.ts';
import { BatchMemory, batchesFor } from '../codec/batch-memory.ts';
import type { Catalog } from '../codec/catalog.ts';
import type { KnownChunks } from '../codec/chunk-ref.ts';
import { type BundleResult, encodeBundle } from '../codec/encode-bundle.ts';
import type { Client } from './client.ts';
import type { AgreementView } from './fetch/agreement-view.ts';
import type { PutOptions } from './put.ts';
import { type SourceFacts, inOrder } from './source.ts';

export interface UploadPlan extends Omit<PutOptions, 'paths' | 'source' | 'agreement'> {
  readonly view: AgreementView;
  readonly catalog: Catalog;
  readonly known: KnownChunks;
  readonly facts: SourceFacts;
  /** Milliseconds since 1970: the same value gives the same batches. */
  readonly created: number;
}

/** Each batch has to be released. */
export async function* encodeUpload(client: Client, plan: UploadPlan): AsyncGenerator<EncodedBatch, BundleResult> {
  const { view, catalog, known, facts, created, name, visibility = 'private', dedupe, chunking, compression, signal, onProgress } = plan;
  // Nobody knows how much a stream holds.
  const totalBytes = facts.bytes === 0 ? {} : { totalBytes: facts.bytes };
  return yield* encodeBundle({
    geometry: view.geometry,
    agreement: view.id,
    keys: await client.secrets.keys(),
    sealKey: await client.secrets.sealKey(view.id),
    platform: client.platform,
    pool: client.pool,
    memory: new BatchMemory({ maxBatches: batchesInMemory(client, view) }),
    catalog, known, dedupe, signal, visibility, name, created, chunking, compression,
    objects: inOrder(facts.objects),
    onProgress: ({ plainBytes }) => onProgress?.({ stage: 'encode', doneBytes: plainBytes, ...totalBytes }),
  });
}

function batchesInMemory({ policy }: Client, { geometry }: AgreementView): number {
  return Math.min(batchesFor(geometry), Math.max(1, Math.floor(policy.fragmentMemoryBytes / (geometry.n * geometry.fragmentSize))));
}
