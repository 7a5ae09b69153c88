/** Asks every slot that holds the whole bundle to sign for it, and believes only signatures. */
import { isAddressEqual, type Hex } from 'viem';
import type { SlotReceipt } from '../../chain/commit-bundle.ts';
import { requestJson } from '../../wire/http-client.ts';
import { BATCHES_PER_BUNDLE_MAX } from '../../wire/limits.ts';
import { type BatchDescription, ReceiptReply } from '../../wire/messages.ts';
import { recoverTyped } from '../../wire/typed-data.ts';
import type { Client } from '../client.ts';
import { NotStoredError, type SlotFailure, WrongBytesError, messageOf } from '../errors.ts';
import type { AgreementView, SlotHost } from '../fetch/agreement-view.ts';
import { retrying } from './retrying.ts';
import { withGrace } from './with-grace.ts';

export interface BundleToSign {
  readonly bundle: number;
  readonly root: Hex;
  readonly batches: readonly BatchDescription[];
}

/** A description of 64 MiB takes a provider some seconds to check. */
const TIME_PER_BATCH_MS = 20;
const TIME_LEAST_MS = 30_000;

/** @throws NotStoredError when fewer than a quorum signed */
export async function collectReceipts(
  client: Client,
  options: { readonly view: AgreementView; readonly hosts: readonly SlotHost[]; readonly toSign: BundleToSign; readonly lost: readonly SlotFailure[]; readonly signal?: AbortSignal | undefined },
): Promise<{ receipts: SlotReceipt[]; failures: SlotFailure[] }> {
  const { view, hosts, toSign, lost, signal } = options;
  if (toSign.batches.length > BATCHES_PER_BUNDLE_MAX) throw new RangeError(`a bundle has at most ${BATCHES_PER_BUNDLE_MAX} batches`);
  const { policy } = client;
  const { answers, failures } = await withGrace<SlotHost, SlotReceipt>({
    candidates: hosts,
    quorum: view.quorum,
    start: (host, scope) => retrying(policy, scope, () => askReceipt(client, { view, host, toSign, signal: scope })),
    graceMs: policy.graceMs,
    graceFactor: policy.graceFactor,
    signal,
  });
  const failed = [...failures].map(([{ slot, provider }, error]) => ({ slot, provider, reason: error === undefined ? 'too slow' : messageOf(error) }));
  for (const { provider, reason } of failed) client.health.failed(provider, reason);
  if (answers.size >= view.quorum) return { receipts: [...answers.values()], failures: failed };
  throw new NotStoredError({ agreement: view.id, have: answers.size, need: view.quorum, reasons: [...lost, ...failed], stage: 'receipts' });
}

/** One slot's receipt, its signature checked. */
export async function askReceipt(
  client: Client,
  options: { readonly view: AgreementView; readonly host: SlotHost; readonly toSign: BundleToSign; readonly signal?: AbortSignal | undefined },
): Promise<SlotReceipt> {
  const { view, host, toSign, signal } = options;
  const { bundle, root, batches } = toSign;
  const { slot, provider, operator, endpoint } = host;
  const { signature } = await requestJson(`${endpoint}/agreements/${view.id}/bundles`, {
    method: 'POST',
    body: { bundle, root, batches, slot },
    headers: await client.sessions.headers(view.id),
    schema: ReceiptReply,
    timeoutMs: Math.max(TIME_LEAST_MS, batches.length * TIME_PER_BATCH_MS),
    signal,
  });
  const signer = await recoverTyped(client.chain.domain, 'Receipt', { agreement: view.id, bundle, root, batches: batches.length, slot }, signature);
  if (!isAddressEqual(signer, operator)) throw new WrongBytesError(provider, 'a receipt');
  return { slot, signature };
}
