/** Gives slots the bundles that they missed: full redundancy again, without waiting for a repair. */
import { toHex } from 'viem';
import { acknowledge } from '../chain/acknowledge.ts';
import { readBundle } from '../chain/read-bundle.ts';
import { FragmentHasher } from '../proof/fragment-hasher.ts';
import { equal } from '../codec/bytes.ts';
import { abortable } from './aborting.ts';
import type { Client } from './client.ts';
import { type SlotFailure, messageOf } from './errors.ts';
import type { AgreementView, SlotHost } from './fetch/agreement-view.ts';
import { askReceipt } from './upload/collect-receipts.ts';
import { putFragment } from './upload/put-fragment.ts';

export interface CompleteResult {
  readonly completed: readonly { readonly bundle: number; readonly slot: number }[];
  readonly failures: readonly (SlotFailure & { readonly bundle: number })[];
}

/**
 * For every bundle that a slot never confirmed: rebuilds the slot's fragments from k others, sends them, and hands in the receipt.
 * A slot that is still away is listed in `failures`; the others are done.
 * @throws ChainError NO_SUCH_AGREEMENT, RpcUnavailableError, AbortedError
 */
export function complete(client: Client, options: { readonly agreement: number; readonly signal?: AbortSignal | undefined }): Promise<CompleteResult> {
  const { agreement, signal } = options;
  return abortable('Completing', signal, async () => {
    const view = await client.views.refresh(agreement);
    const completed: { bundle: number; slot: number }[] = [];
    const failures: (SlotFailure & { bundle: number })[] = [];
    for (let bundle = 0; bundle < view.state.bundles; bundle++) {
      const { acknowledged, retired } = await readBundle(client.chain, agreement, bundle);
      if (retired !== 0) continue;
      for (const host of view.hosts.filter(({ slot }) => ((acknowledged >> BigInt(slot)) & 1n) === 0n)) {
        const { slot, provider } = host;
        try {
          await completeSlot(client, view, { bundle, host, signal });
          completed.push({ bundle, slot });
        } catch (error) {
          signal?.throwIfAborted();
          failures.push({ bundle, slot, provider, reason: messageOf(error) });
        }
      }
    }
    return { completed, failures };
  });
}

async function completeSlot(client: Client, view: AgreementView, { bundle, host, signal }: { bundle: number; host: SlotHost; signal: AbortSignal | undefined }): Promise<void> {
  const { slot } = host;
  const scope = signal ?? new AbortController().signal;
  const { root } = await readBundle(client.chain, view.id, bundle);
  const { batches } = await client.reader.describe(view, bundle);
  for (const [ordinal, batch] of batches.entries()) {
    const expected = batch.fragmentRoots[slot];
    if (expected === undefined) throw new RangeError(`the bundle has no slot ${slot}`);
    const bytes = await client.reader.rebuildFragment(view, { bundle, batch: ordinal, slot }, signal);
    const hasher = new FragmentHasher();
    hasher.update(bytes);
    if (!equal(hasher.finish().root, expected)) throw new Error('the rebuilt fragment does not fit its root');
    await putFragment(client, { agreement: view.id, batchId: batch.batchId, host, bytes, root: expected, isResumed: true, signal: scope });
  }
  const described = batches.map(({ batchId, fragmentRoots }) => ({ batchId: toHex(batchId), fragmentRoots: fragmentRoots.map((one) => toHex(one)) }));
  const { signature } = await askReceipt(client, { view, host, toSign: { bundle, root, batches: described }, signal });
  await acknowledge(client.chain, { agreement: view.id, bundle, slot, signature });
}
