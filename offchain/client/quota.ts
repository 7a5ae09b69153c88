/** Whether an upload fits into the space that was rented. */
import type { EncodedBatch } from '../codec/batch-line.ts';
import { QuotaExceededError } from './errors.ts';
import type { AgreementView } from './fetch/agreement-view.ts';

/**
 * Passes batches on as long as there is room for them. What an upload takes is known only once it was deduplicated and compressed, so
 * nothing is guessed, and nothing is encoded twice: the first batch too many ends the upload, and what was sent until then is never
 * committed or paid, and makes room at the providers for the next one.
 * @throws QuotaExceededError
 */
export async function* withinQuota<R>({ id, state, geometry }: AgreementView, batches: AsyncGenerator<EncodedBatch, R>): AsyncGenerator<EncodedBatch, R> {
  const freeBatches = state.quota - (state.batches - state.retiredBatches);
  try {
    for (;;) {
      const step = await batches.next();
      if (step.done === true) return step.value;
      const needBatches = step.value.ordinal + 1;
      if (needBatches > freeBatches) throw new QuotaExceededError({ agreement: id, needBatches, freeBatches, batchBytes: geometry.payloadSize });
      yield step.value;
    }
  } finally {
    await batches.return(undefined as never);
  }
}
