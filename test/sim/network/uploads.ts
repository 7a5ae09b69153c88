/** A creator sends its batches, providers acknowledge them, and dishonest ones drop them. */
import { allBatches } from './deals.ts';
import type { Deal } from './deals.ts';
import { damage, fill } from './slots.ts';
import type { World } from './world.ts';

/** Whoever acknowledges has fsynced all of its fragments. A commit needs k + (m+1)/2 receipts, else the creator gives up. */
export function commit(world: World, deal: Deal): void {
  const { providers } = world;
  const rows = deal.state.slots.map(({ provider }) => providers.rowOf(provider));
  const stores = rows.map((p) => providers.mixOf(p).strategy !== 'never acknowledges');
  const quorum = deal.state.k + Math.floor((deal.state.m + 1) / 2);
  if (stores.filter(Boolean).length < quorum) {
    world.note('upload.refused', String(deal.id));
    world.money.model.close(deal.id, world.epoch);
    deal.state.endPeriod = world.period + 1;
    return;
  }
  deal.committedEpoch = world.epoch;
  deal.state.bundles = 1;
  deal.state.batches = deal.batches;
  world.tally.committedBatches += deal.batches;
  world.tally.committedBytes += deal.batches * deal.state.k * world.fragmentBytes;
  deal.harmSince = world.seconds;
  stores.forEach((isStored, slot) => {
    if (!isStored) {
      world.unacknowledged.add(deal);
      for (let batch = 0; batch < deal.batches; batch += 1) deal.real?.drop(slot, batch);
      return;
    }
    deal.acknowledged |= 1 << slot;
    fill(world, deal, slot, allBatches(deal));
  });
  rows.forEach((p, slot) => {
    if (stores[slot] === true) cheat(world, deal, { slot, p });
  });
}

/** What a dishonest provider does as soon as it is bound by its receipt. */
export function cheat(world: World, deal: Deal, { slot, p }: { readonly slot: number; readonly p: number }): void {
  const { strategy, dropped = 0 } = world.providers.mixOf(p);
  if (strategy === 'griefs') damage(world, deal, { slot, batches: allBatches(deal), isHarm: false });
  if (strategy !== 'cheats') return;
  let batches = 0;
  for (let batch = 0; batch < deal.batches; batch += 1) if (world.dice.draws.chance(dropped)) batches |= 1 << batch;
  if (batches !== 0) damage(world, deal, { slot, batches, isHarm: false });
}
