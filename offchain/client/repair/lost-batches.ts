/** Batches of which too few fragments are left: named by heavy nodes, and believed only when the providers themselves show it. */
import { toHex } from 'viem';
import { LEAF_SIZE } from '../../codec/geometry.ts';
import { requestJson } from '../../wire/http-client.ts';
import { LossesReply } from '../../wire/losses.ts';
import type { LostBatch } from '../../wire/losses.ts';
import { provenLeaves, requestRange } from '../../wire/proven-range.ts';
import type { Client } from '../client.ts';
import { NoDescriptionError } from '../errors.ts';
import type { AgreementView, SlotHost } from '../fetch/agreement-view.ts';
import type { DescribedBundle } from '../fetch/bundle-description.ts';
import { askAllHeavies } from '../heavies.ts';

/** Heavy nodes know it by heart. */
const ASK_MS = 3_000;

/** Lost batches by bundle. A bundle that nobody describes any more has all of them. */
export type LostBundles = ReadonlyMap<number, ReadonlySet<number>>;

/** What any heavy node says, unchecked; nothing where none answers. Of bundles that were retired since it looked too. */
export async function lossesTold(client: Client, agreement: number): Promise<LostBatch[]> {
  const { answers } = await askAllHeavies(client, (url) => requestJson(`${url}/agreements/${agreement}/losses`, { schema: LossesReply, timeoutMs: ASK_MS })).catch(() => ({ answers: [] }));
  const told = answers.flatMap(({ batches }) => batches);
  return [...new Map(told.map((lost) => [`${lost.bundle}/${lost.batch}`, lost])).values()];
}

/** Asks every slot for a leaf of each batch that was named. @throws RpcUnavailableError, AbortedError */
export async function findLostBatches(client: Client, view: AgreementView, options: { readonly isLive: (bundle: number) => boolean; readonly signal?: AbortSignal | undefined }): Promise<LostBundles> {
  const { isLive, signal } = options;
  const lost = new Map<number, Set<number>>();
  for (const { bundle, batch } of await lossesTold(client, view.id)) {
    signal?.throwIfAborted();
    if (bundle >= view.state.bundles || !isLive(bundle)) continue;
    const described = await client.reader.describe(view, bundle).catch((error: unknown) => {
      if (error instanceof NoDescriptionError) return undefined;
      throw error;
    });
    const isLost = described === undefined || (await fragmentsLeft(client, view, { described, batch, signal })) < view.state.k;
    if (isLost) lost.set(bundle, (lost.get(bundle) ?? new Set()).add(batch));
  }
  return lost;
}

async function fragmentsLeft(client: Client, view: AgreementView, at: { readonly described: DescribedBundle; readonly batch: number; readonly signal: AbortSignal | undefined }): Promise<number> {
  if (at.described.batches[at.batch] === undefined) return Infinity;
  const answers = await Promise.all(view.hosts.map((host) => holds(client, view, { ...at, host })));
  return answers.filter(Boolean).length;
}

async function holds(client: Client, view: AgreementView, at: { readonly described: DescribedBundle; readonly batch: number; readonly host: SlotHost; readonly signal: AbortSignal | undefined }): Promise<boolean> {
  const { described, batch, host, signal } = at;
  const { batchId, fragmentRoots } = described.batches[batch] as DescribedBundle['batches'][number];
  const claim = { root: fragmentRoots[host.slot] as Uint8Array, leaves: view.geometry.leaves, first: 0, count: 1 };
  const read = { agreement: view.id, bundle: described.bundle, batchId: toHex(batchId), slot: host.slot, creator: view.state.creator, provider: host.provider, endpoint: host.endpoint, sizeBytes: LEAF_SIZE, signal };
  try {
    const bytes = await client.source.read(read, (where) => requestRange({ ...read, endpoint: where.endpoint }, claim, { headers: { ...where.headers }, signal: where.signal, timeoutMs: client.policy.idleMs }));
    return provenLeaves(bytes, claim) !== undefined;
  } catch {
    signal?.throwIfAborted();
    return false;
  }
}
