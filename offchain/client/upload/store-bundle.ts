/** From a stream of encoded batches to a committed bundle; what `put` and `remove` have in common. */
import { toHex, type Hex } from 'viem';
import { readAgreement } from '../../chain/read-agreement.ts';
import { requireHealthy } from '../../chain/require-healthy.ts';
import type { EncodedBatch } from '../../codec/batch-line.ts';
import { type Catalog, resolveCatalog } from '../../codec/catalog.ts';
import { type Rows, mapRows } from '../../codec/cbor-writer.ts';
import { resolveRef } from '../../codec/chunk-ref.ts';
import type { ChunkRef } from '../../codec/types.ts';
import type { BatchDescription } from '../../wire/messages.ts';
import { linked } from '../aborting.ts';
import type { Client } from '../client.ts';
import { ConcurrentUploadError, NotStoredError, type SlotFailure } from '../errors.ts';
import type { AgreementView } from '../fetch/agreement-view.ts';
import { saveStored } from '../local-state.ts';
import type { OnProgress } from '../progress.ts';
import { withinQuota } from '../quota.ts';
import { acknowledgeLate } from './acknowledge-late.ts';
import { collectReceipts } from './collect-receipts.ts';
import { commitHeld } from './commit-held.ts';
import type { Journal } from './journal.ts';
import { BatchSender } from './send-batch.ts';

/** What an encoder returns when it is done. `bundleRoot` null: there was nothing to store. */
export interface Encoded {
  readonly bundleRoot: Uint8Array | null;
  readonly catalog: Catalog;
  readonly chunks: Rows<ChunkRef>;
}

export interface StoredBundle {
  readonly bundle: number;
  readonly root: Hex;
  readonly batches: number;
  /** Slots whose receipts are on the chain. */
  readonly receipts: readonly number[];
  /** Slots that do not hold this bundle: a heavy node repairs them. */
  readonly lost: readonly SlotFailure[];
  /** Undefined when an earlier run of the same upload had committed already. */
  readonly transactionHash: Hex | undefined;
}

/**
 * Sends every batch, collects receipts, commits, and brings the home folder up to date, in this order.
 * @throws RepairOnlyError, QuotaExceededError, NotStoredError, ConcurrentUploadError, ContractRevertError, RpcUnavailableError
 */
export async function storeBundle<R extends Encoded>(
  client: Client,
  options: {
    readonly view: AgreementView;
    readonly journal: Journal;
    readonly batches: AsyncGenerator<EncodedBatch, R>;
    readonly onProgress?: OnProgress | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<{ result: R; stored: StoredBundle | null }> {
  const { view, journal, signal, onProgress } = options;
  // The commit would be refused; better to know it before anything is sent.
  await requireHealthy(client.chain);
  const scope = linked(signal);
  const sender = new BatchSender({ client, view, journal, signal: scope.signal });
  const { result, descriptions } = await sendAll(client, sender, options)
    .catch((error: unknown) => {
      // What is still on its way has no use any more.
      scope.abort();
      throw error;
    })
    .finally(() => scope.release());
  if (result.bundleRoot === null) return { result, stored: null };

  const bundle = view.state.bundles;
  const root = toHex(result.bundleRoot);
  const toSign = { bundle, root, batches: descriptions };
  await journal.noteRoot(bundle, root);
  onProgress?.({ stage: 'receipts', doneBytes: 0 });
  const { receipts, failures } = await collectReceipts(client, { view, hosts: sender.alive, toSign, lost: sender.lost, signal }).catch(async (error: unknown) => {
    if (!(error instanceof NotStoredError)) throw error;
    // Providers refuse a number that is taken. Whatever took it, this upload or another one: the chain has it.
    if ((await readAgreement(client.chain, view.id)).bundles > bundle) throw new ConcurrentUploadError(view.id, bundle);
    // Whoever refused may have lost what it confirmed before: the next run sends it again.
    await journal.forget(view.hosts.map(({ slot }) => slot));
    throw error;
  });
  signal?.throwIfAborted();
  onProgress?.({ stage: 'commit', doneBytes: 0 });
  // From here on the upload is no longer cancelled: the transaction may be on its way.
  const { transactionHash, acknowledged, moved } = await commitHeld(client, { view, bundle, root, batches: descriptions.length, receipts });
  await keep(client, view, journal, { result, bundle, transactionHash });
  const late = await acknowledgeLate(client, { view, toSign, slots: failures.map(({ slot }) => slot) });
  const confirmed = [...slotsOf(acknowledged), ...late.acknowledged].sort((a, b) => a - b);
  return { result, stored: { bundle, root, batches: descriptions.length, receipts: confirmed, lost: [...sender.lost, ...moved, ...late.failures], transactionHash } };
}

/** Encodes the next batch while the ones before are on their way, as many as the window allows; each gives its memory back when it is done. */
async function sendAll<R extends Encoded>(
  { policy }: Client,
  sender: BatchSender,
  { view, batches, onProgress }: { view: AgreementView; batches: AsyncGenerator<EncodedBatch, R>; onProgress?: OnProgress | undefined },
): Promise<{ result: R; descriptions: BatchDescription[] }> {
  const { n, fragmentSize } = view.geometry;
  const window = Math.max(1, Math.min(policy.sendWindowBatches, Math.floor(policy.sendWindowBytes / (n * fragmentSize))));
  const fitting = withinQuota(view, batches);
  const descriptions: BatchDescription[] = [];
  const onTheirWay = new Set<Promise<void>>();
  let doneBytes = 0;
  let failure: { readonly error: unknown } | undefined;
  try {
    for (;;) {
      if (failure !== undefined) throw failure.error;
      const step = await fitting.next();
      if (step.done === true) {
        await Promise.all(onTheirWay);
        return { result: step.value, descriptions };
      }
      const batch = step.value;
      descriptions.push({ batchId: toHex(batch.batchId), fragmentRoots: batch.roots.map((root) => toHex(root)) });
      const sending = sender.send(batch).finally(() => batch.release()).then(() => {
        onTheirWay.delete(sending);
        doneBytes += view.geometry.payloadSize;
        onProgress?.({ stage: 'send', doneBytes });
      });
      sending.catch((error: unknown) => (failure ??= { error }));
      onTheirWay.add(sending);
      if (onTheirWay.size >= window) await Promise.race(onTheirWay);
    }
  } finally {
    await fitting.return(undefined as never);
  }
}

async function keep(client: Client, view: AgreementView, journal: Journal, done: { result: Encoded; bundle: number; transactionHash: Hex | undefined }): Promise<void> {
  const home = { agreement: view.id, bundle: done.bundle };
  const chunks = mapRows(done.result.chunks, (ref) => resolveRef(ref, home));
  await saveStored(client, { newest: { catalog: resolveCatalog(done.result.catalog, home), home }, chunks });
  await journal.noteCommitted(done.transactionHash);
  await client.views.refresh(view.id);
}

function slotsOf(bits: bigint): number[] {
  return Array.from({ length: 64 }, (_, slot) => slot).filter((slot) => ((bits >> BigInt(slot)) & 1n) === 1n);
}
