/** Whether an upload fits, before a byte of it is sent. */
import { encodeCatalog, type Catalog } from '../codec/catalog.ts';
import { CHUNK_MIN_BYTES } from '../codec/chunk.ts';
import { FOOTER_BYTES } from '../codec/footer.ts';
import { RECORD_OVERHEAD_BYTES } from '../codec/record.ts';
import { QuotaExceededError } from './errors.ts';
import type { AgreementView } from './fetch/agreement-view.ts';
import type { SourceFacts } from './source.ts';

/** Generous: an entry of a manifest with a path of this many bytes, and its row in the chunk table. */
const BYTES_PER_OBJECT = 1024;
const BYTES_PER_CHUNK = 64;

/**
 * Nothing is compressed or deduplicated in the worst case; when even that fits, all is well. Otherwise the upload is encoded once
 * without sending it, which costs time, but gives the exact answer.
 * @throws QuotaExceededError
 */
export async function checkQuota(options: {
  readonly view: AgreementView;
  readonly facts: SourceFacts;
  readonly catalog: Catalog;
  readonly dryRun: () => AsyncGenerator<unknown, unknown>;
}): Promise<void> {
  const { view, facts, catalog, dryRun } = options;
  const { id, state, geometry } = view;
  const freeBatches = state.quota - state.batches;
  if (worstCaseBytes(facts, catalog) <= freeBatches * geometry.payloadSize) return;
  let needBatches = 0;
  for await (const _ of dryRun()) {
    if (++needBatches > freeBatches) throw new QuotaExceededError({ agreement: id, needBatches, freeBatches, batchBytes: geometry.payloadSize });
  }
}

function worstCaseBytes(facts: SourceFacts, catalog: Catalog): number {
  const chunks = Math.ceil(facts.bytes / CHUNK_MIN_BYTES) + facts.objects;
  const documents = 2 * encodeCatalog(catalog).length + facts.objects * BYTES_PER_OBJECT + chunks * BYTES_PER_CHUNK;
  return facts.bytes + chunks * RECORD_OVERHEAD_BYTES + documents + BYTES_PER_OBJECT + FOOTER_BYTES;
}
