/** The batches of one upload, from what was found and what is known. */
import type { EncodedBatch } from '../codec/batch-line.ts';
import { BatchMemory, batchesFor } from '../codec/batch-memory.ts';
import type { Catalog } from '../codec/catalog.ts';
import type { KnownChunks } from '../codec/chunk-ref.ts';
import type { SourceObject } from '../codec/archive.ts';
import { type BundleResult, encodeBundle } from '../codec/encode-bundle.ts';
import type { Pages } from '../codec/pages.ts';
import type { Client } from './client.ts';
import type { AgreementView } from './fetch/agreement-view.ts';
import type { PutOptions } from './put.ts';
import type { WalkProblem } from '../codec/walk-node.ts';
import { NothingReadableError } from './errors.ts';
import { type SourceFacts, inOrder } from './source.ts';

export interface UploadPlan extends Omit<PutOptions, 'paths' | 'source' | 'agreement'> {
  readonly view: AgreementView;
  readonly catalog: Catalog;
  readonly known: KnownChunks;
  readonly facts: SourceFacts;
  /** What was found wrong so far; grows while objects are read. */
  readonly problems: readonly WalkProblem[];
  readonly pages: Pages;
  /** Milliseconds since 1970: the same value gives the same batches. */
  readonly created: number;
}

/** Each batch has to be released. */
export async function* encodeUpload(client: Client, plan: UploadPlan): AsyncGenerator<EncodedBatch, BundleResult> {
  const { view, catalog, known, facts, problems, pages, created, name, visibility = 'private', dedupe, chunking, compression, signal, onProgress } = plan;
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
    catalog, known, pages, dedupe, signal, visibility, name, created, chunking, compression,
    objects: unlessAllLost(facts, problems),
    onProgress: ({ plainBytes }) => onProgress?.({ stage: 'encode', doneBytes: plainBytes, ...totalBytes }),
  });
}

/** An upload of which no file could be read is none: an empty version would stand in front of what is stored under the name. */
async function* unlessAllLost({ objects }: SourceFacts, problems: readonly WalkProblem[]): AsyncGenerator<SourceObject, void> {
  yield* inOrder(objects);
  // Here all of them were read.
  const lost = new Map(problems.flatMap(({ path, reason, cause }) => (reason === 'unreadable' ? [[path, cause] as const] : [])));
  if (lost.size === 0) return;
  const paths: string[] = [];
  for (const { path, kind } of objects) {
    if (kind !== 'file') continue;
    if (!lost.has(path)) return;
    paths.push(path);
  }
  const [first] = paths;
  if (first !== undefined) throw new NothingReadableError(paths, lost.get(first));
}

function batchesInMemory({ policy }: Client, { geometry }: AgreementView): number {
  return Math.min(batchesFor(geometry), Math.max(1, Math.floor(policy.fragmentMemoryBytes / (geometry.n * geometry.fragmentSize))));
}
