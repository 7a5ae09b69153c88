/** Every batch of an agreement on its way to those who take its lost slots. */
import { geometry } from '../../codec/geometry.ts';
import { LEAF_SIZE } from '../../proof/hash.ts';
import type { LostBatch } from '../../wire/losses.ts';
import { BATCHES_AT_ONCE, REPAIR_LEAVES, REPAIR_MEMORY_BYTES } from '../limits.ts';
import { mapLimited } from '../parallel.ts';
import type { BatchFacts } from './description.ts';
import type { Placed } from './hand-over.ts';
import { lossOf } from './losses.ts';
import { placeBatch } from './place-batch.ts';
import type { Team } from './place-batch.ts';
import type { Work, Workshop } from './work.ts';

interface Item {
  readonly bundle: number;
  readonly batch: number;
  readonly facts: BatchFacts;
}

export interface Placement {
  /** Of whole bundles: those whose batches could all be had. */
  readonly batches: ReadonlyMap<number, readonly Placed[]>;
  readonly lostBundles: ReadonlySet<number>;
}

/**
 * What can be rebuilt is, whatever else is lost: it must not fall behind because of one batch. Several batches are under way at the same time: while one is
 * read, another is computed, by this node or a worker, and a third one sent.
 */
export async function placeAll(shop: Workshop, work: Work, team: Team): Promise<Placement> {
  const { context, losses } = shop;
  const { id, k } = work.agreement;
  const lost: LostBatch[] = work.undescribed.flatMap((bundle) => Array.from({ length: work.onChain.get(bundle)?.batches ?? 0 }, (_, batch) => ({ bundle, batch, available: 0, needed: k })));
  const place = async ({ bundle, batch, facts }: Item): Promise<Placed | undefined> => {
    if (team.takers.size === 0) return undefined;
    try {
      return await placeBatch(shop, work, team, facts);
    } catch (error) {
      const loss = lossOf(error, { bundle, batch, k });
      if (loss === undefined) throw error;
      lost.push(loss);
      context.log.warn('repair.batch-lost', { agreement: id, ...loss });
      return undefined;
    }
  };
  const items = work.bundles.flatMap(({ bundle, batches }) => batches.map((facts, batch): Item => ({ bundle, batch, facts })));
  // Of several seal keys the first batch finds the true one: guesses would cost a read each.
  const alone = work.sealKeys.length > 1 ? 1 : 0;
  const placed = [
    ...(await mapLimited(items.slice(0, alone), 1, place)),
    ...(await mapLimited(items.slice(alone), batchesAtOnce(work, team), place)),
  ];
  if (team.takers.size === 0) return { batches: new Map(), lostBundles: new Set() };
  losses.note(id, 'slots', lost.sort((a, b) => a.bundle - b.bundle || a.batch - b.batch));
  const batches = new Map(work.bundles.map(({ bundle }) => [bundle, placed.filter((one, at): one is Placed => one !== undefined && items[at]?.bundle === bundle)]));
  const lostBundles = new Set(lost.map(({ bundle }) => bundle));
  for (const bundle of lostBundles) batches.delete(bundle);
  return { batches, lostBundles };
}

/** Rebuilt fragments lie in memory until they are sent. */
function batchesAtOnce({ agreement }: Work, { takers }: Team): number {
  const bytesOfOne = takers.size * geometry(agreement).fragmentSize + agreement.k * REPAIR_LEAVES * LEAF_SIZE;
  return Math.max(1, Math.min(BATCHES_AT_ONCE, Math.floor(REPAIR_MEMORY_BYTES / bytesOfOne)));
}
