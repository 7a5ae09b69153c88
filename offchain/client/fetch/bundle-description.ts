/** Which fragments make up a bundle: told by any provider, verified against the root on the chain. */
import { type Hex, hexToBytes } from 'viem';
import { readBundle } from '../../chain/read-bundle.ts';
import { equal, hex } from '../../codec/bytes.ts';
import { treeRoot } from '../../proof/tree.ts';
import { requestJson } from '../../wire/http-client.ts';
import { BUNDLE_BODY_BYTES } from '../../wire/limits.ts';
import { BundleDescription as BundleMessage } from '../../wire/messages.ts';
import type { Chain } from '../../chain/client.ts';
import { NoDescriptionError, WrongBytesError, messageOf } from '../errors.ts';
import type { AgreementView, SlotHost } from './agreement-view.ts';
import type { ProviderHealth } from './health.ts';
import { firstOf } from './first-of.ts';

export interface DescribedBatch {
  readonly batchId: Uint8Array;
  /** In slot order. */
  readonly fragmentRoots: readonly Uint8Array[];
}

export interface DescribedBundle {
  readonly agreement: number;
  readonly bundle: number;
  readonly batches: readonly DescribedBatch[];
  /** Bit i: slot i signed for it. */
  readonly acknowledged: bigint;
}

export interface DescribeContext {
  readonly chain: Chain;
  readonly health: ProviderHealth;
  readonly idleMs: number;
}

/**
 * The roots are proven by the chain; the batch ids only by what providers serve under them. So several providers must tell the same
 * ids where that many answer: more than m of them cannot all lie, and three are enough for reads that are checked again anyway.
 * @throws NoDescriptionError, RpcUnavailableError
 */
export async function describeBundle(
  context: DescribeContext,
  options: { readonly view: AgreementView; readonly bundle: number },
): Promise<DescribedBundle> {
  const { chain, health, idleMs } = context;
  const { view, bundle } = options;
  const committed = await readBundle(chain, view.id, bundle);
  const votes = Math.min(view.state.m + 1, 3, view.hosts.length);
  const hosts = [...view.hosts].sort((a, b) => health.rank(a.provider) - health.rank(b.provider));
  const { answers, failures } = await firstOf<SlotHost, readonly DescribedBatch[]>({
    candidates: hosts,
    need: votes,
    lateMs: health.lateMs(64 * 1024),
    start: async (host, scope) => {
      // By its root a provider finds the description at once, by its number only after it has followed the chain.
      const url = `${host.endpoint}/agreements/${view.id}/bundles/${bundle}?root=${committed.root}`;
      const message = await requestJson(url, { schema: BundleMessage, maxBytes: BUNDLE_BODY_BYTES, timeoutMs: idleMs, signal: scope });
      return checked(host, message, { ...committed, n: view.geometry.n });
    },
  });
  for (const [host, error] of failures) health.failed(host.provider, messageOf(error), error instanceof WrongBytesError);
  const batches = mostTold([...answers.values()]);
  if (batches === undefined) {
    throw new NoDescriptionError(view.id, bundle, [...failures].map(([host, error]) => ({ slot: host.slot, provider: host.provider, reason: messageOf(error) })));
  }
  return { agreement: view.id, bundle, batches, acknowledged: committed.acknowledged };
}

function checked(host: SlotHost, message: BundleMessage, committed: { root: Hex; batches: number; n: number }): DescribedBatch[] {
  const batches = message.batches.map(({ batchId, fragmentRoots }) => ({ batchId: hexToBytes(batchId), fragmentRoots: fragmentRoots.map((root) => hexToBytes(root)) }));
  const fits = batches.length === committed.batches && batches.every(({ fragmentRoots }) => fragmentRoots.length === committed.n);
  if (!fits || !equal(treeRoot(batches.map(({ fragmentRoots }) => treeRoot(fragmentRoots))), hexToBytes(committed.root))) {
    throw new WrongBytesError(host.provider, 'a description');
  }
  return batches;
}

function mostTold(told: readonly (readonly DescribedBatch[])[]): readonly DescribedBatch[] | undefined {
  const counts = new Map<string, { batches: readonly DescribedBatch[]; count: number }>();
  for (const batches of told) {
    const key = batches.map(({ batchId }) => hex(batchId)).join();
    const entry = counts.get(key) ?? { batches, count: 0 };
    entry.count++;
    counts.set(key, entry);
  }
  return [...counts.values()].sort((a, b) => b.count - a.count)[0]?.batches;
}
