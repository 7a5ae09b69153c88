/** Unknown outcomes: the very same leaf is asked again in a later epoch before anybody is blamed. Kept over restarts. */
import type { Store } from '../../store/open.ts';
import { CONTAINED_EPOCHS_MAX, CONTAINED_MAX } from '../limits.ts';

export interface Contained {
  readonly agreement: number;
  readonly slot: number;
  readonly bundle: number;
  readonly batch: number;
  readonly leaf: number;
  readonly provider: number;
  /** Questions asked so far that proved nothing although the provider was there. */
  readonly attempts: number;
  readonly sinceEpoch: number;
  readonly nextEpoch: number;
  readonly reason: string;
}

type Where = Pick<Contained, 'agreement' | 'slot' | 'bundle' | 'batch' | 'leaf' | 'provider'>;

function key({ agreement, slot, bundle, batch, leaf, provider }: Where) {
  return { agreement_slot_bundle_batch_leaf_provider: { agreement, slot, bundle, batch, leaf, provider } };
}

export async function contain(store: Store, where: Where, options: { readonly epoch: number; readonly reason: string }): Promise<void> {
  if ((await store.containedAudit.count({ where: { provider: where.provider } })) >= CONTAINED_MAX) return;
  const { agreement, slot, bundle, batch, leaf, provider } = where;
  const { epoch, reason } = options;
  const create = { agreement, slot, bundle, batch, leaf, provider, attempts: 1, sinceEpoch: epoch, nextEpoch: epoch + 1, reason };
  await store.containedAudit.upsert({ where: key(where), create, update: {} });
}

/** Asked once more, again without an answer that proves anything. Later each time. `counts`: false when the provider was away. */
export async function postpone(store: Store, row: Contained, options: { readonly epoch: number; readonly reason: string; readonly counts: boolean }): Promise<number> {
  const attempts = row.attempts + (options.counts ? 1 : 0);
  await store.containedAudit.update({ where: key(row), data: { attempts, nextEpoch: options.epoch + attempts, reason: options.reason } });
  return attempts;
}

export async function release(store: Store, row: Where): Promise<void> {
  await store.containedAudit.deleteMany({ where: { agreement: row.agreement, slot: row.slot, bundle: row.bundle, batch: row.batch, leaf: row.leaf, provider: row.provider } });
}

/** Rows to ask again in `epoch`, those first that have been due for longest: whoever is away with many questions must not take all turns. Those of providers that stayed away for very long are forgotten. */
export async function dueRows(store: Store, epoch: number, take: number): Promise<Contained[]> {
  await store.containedAudit.deleteMany({ where: { sinceEpoch: { lt: epoch - CONTAINED_EPOCHS_MAX } } });
  return store.containedAudit.findMany({ where: { nextEpoch: { lte: epoch } }, orderBy: [{ nextEpoch: 'asc' }, { sinceEpoch: 'asc' }], take });
}
