/** Slots that hold the bundle but signed too late for the commit get another chance, so that they owe proofs of it too. */
import { acknowledge } from '../../chain/acknowledge.ts';
import type { Client } from '../client.ts';
import { type SlotFailure, messageOf } from '../errors.ts';
import type { AgreementView } from '../fetch/agreement-view.ts';
import { type BundleToSign, askReceipt } from './collect-receipts.ts';

/** Returns the slots that are acknowledged now, and why the others are not. Never throws: the upload is stored already. */
export async function acknowledgeLate(
  client: Client,
  options: { readonly view: AgreementView; readonly toSign: BundleToSign; readonly slots: readonly number[]; readonly signal?: AbortSignal | undefined },
): Promise<{ acknowledged: number[]; failures: SlotFailure[] }> {
  const { view, toSign, slots, signal } = options;
  const acknowledged: number[] = [];
  const failures: SlotFailure[] = [];
  const hosts = view.hosts.filter(({ slot }) => slots.includes(slot));
  // All are asked at once, for each may take its full time; the transactions follow each other.
  const receipts = hosts.map((host) => ({ host, receipt: askReceipt(client, { view, host, toSign, signal }) }));
  for (const { receipt } of receipts) receipt.catch(() => undefined);
  for (const { host, receipt } of receipts) {
    try {
      const { slot, signature } = await receipt;
      await acknowledge(client.chain, { agreement: view.id, bundle: toSign.bundle, slot, signature });
      acknowledged.push(slot);
    } catch (error) {
      failures.push({ slot: host.slot, provider: host.provider, reason: messageOf(error) });
    }
  }
  return { acknowledged, failures };
}
