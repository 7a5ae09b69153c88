/** Every batch of an agreement on its way to those who take its lost slots. */
import type { LostBatch } from '../../wire/losses.ts';
import type { Placed } from './hand-over.ts';
import { lossOf } from './losses.ts';
import { placeBatch } from './place-batch.ts';
import type { Team } from './place-batch.ts';
import type { Work, Workshop } from './work.ts';

export interface Placement {
  /** Of whole bundles: those whose batches could all be had. */
  readonly batches: ReadonlyMap<number, readonly Placed[]>;
  readonly lostBundles: ReadonlySet<number>;
}

/** What can be rebuilt is, whatever else is lost: it must not fall behind because of one batch. */
export async function placeAll(shop: Workshop, work: Work, team: Team): Promise<Placement> {
  const { context, losses } = shop;
  const { id, k } = work.agreement;
  const batches = new Map<number, Placed[]>();
  const lost: LostBatch[] = work.undescribed.flatMap((bundle) => Array.from({ length: work.onChain.get(bundle)?.batches ?? 0 }, (_, batch) => ({ bundle, batch, available: 0, needed: k })));
  for (const { bundle, batches: facts } of work.bundles) {
    const placed: Placed[] = [];
    for (const [batch, fact] of facts.entries()) {
      if (team.takers.size === 0) return { batches, lostBundles: new Set() };
      try {
        placed.push(await placeBatch(shop, work, team, fact));
      } catch (error) {
        const loss = lossOf(error, { bundle, batch, k });
        if (loss === undefined) throw error;
        lost.push(loss);
        context.log.warn('repair.batch-lost', { agreement: id, ...loss });
      }
    }
    if (placed.length === facts.length) batches.set(bundle, placed);
  }
  losses.note(id, 'slots', lost);
  return { batches, lostBundles: new Set(lost.map(({ bundle }) => bundle)) };
}
