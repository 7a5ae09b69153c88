import type { Loss } from '../../../offchain/heavy/repair/plan.ts';
import { ASSUMED } from './assumptions.ts';
import type { Deal } from './deals.ts';
import { rulesOf, search } from './search.ts';
import type { Heavy, World } from './world.ts';

/** As heavy/repair/successors.ts: everybody who holds no slot of this agreement, at the slot's price or less; and what it will be paid. */
export function successorOf(world: World, heavy: Heavy, deal: Deal, loss: Loss): { p: number; rent: bigint } | undefined {
  const { providers } = world;
  const { state, sent } = deal;
  const quota = state.quota;
  const rent = state.slots[loss.slot]!.rent;
  const holders = state.slots.filter(({ provider }) => provider !== 0);
  const occupied = holders
    .filter(({ slot }) => slot !== loss.slot)
    .map(({ provider }) => ({ provider, operator: `operator ${providers.operator[providers.rowOf(provider)]}`, region: providers.region[providers.rowOf(provider)]! }));
  const priceLimit = rent / BigInt(quota);
  const rules = rulesOf(world, { count: 1, perRegion: state.m, quota, priceLimit, occupied });
  // The one that an earlier try has sent most of the slot to, while it still fits.
  const known = sent?.slot === loss.slot ? providers.rowOf(sent.provider) : undefined;
  const excluded = new Set([loss.from, ...holders.map(({ provider }) => provider)]);
  if (known !== undefined && !excluded.has(providers.idOf(known)) && world.candidate(known).alive && world.askOf(known) <= priceLimit) return { p: known, rent: world.askOf(known) * BigInt(quota) };
  const chosen = search(world, { heavy, rules, excluded, pricePercent: ASSUMED.successionPercent })?.chosen[0]?.candidate;
  if (chosen === undefined) return undefined;
  const p = providers.rowOf(chosen.provider);
  const price = world.askOf(p) < priceLimit ? world.askOf(p) : priceLimit;
  return { p, rent: price * BigInt(quota) };
}
