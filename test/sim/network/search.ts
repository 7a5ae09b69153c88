/** Who could take a slot: the product's placement and rules, over what the world knows of its providers. */
import { PriceAboveLimitError, TooFewProvidersError } from '../../../offchain/heavy/errors.ts';
import type { Candidate, Placement } from '../../../offchain/heavy/placement/candidate.ts';
import { place } from '../../../offchain/heavy/placement/place.ts';
import { rulesFor } from '../../../offchain/heavy/placement/rules.ts';
import type { HouseRules, PlacementRules } from '../../../offchain/heavy/placement/rules.ts';
import { VETTING } from '../../../offchain/heavy/placement/vetting.ts';
import { EXCLUDED_BELOW } from '../../../offchain/heavy/reputation/score.ts';
import { MINIMUMS } from '../../../offchain/wire/placement.ts';
import { ASSUMED } from './assumptions.ts';
import type { Heavy, World } from './world.ts';

/** A heavy node with default settings; providers of the simulation have no addresses. */
const HOUSE: HouseRules = { minReputation: EXCLUDED_BELOW, minUptime: MINIMUMS.uptime, minBytesPerSecond: MINIMUMS.bytesPerSecond, minCapacityBytes: MINIMUMS.capacityBytes, exemptLoopback: true, vetting: VETTING };

/** As heavy/match.ts searches: the children first, everybody when these do not suffice. Undefined: nobody fits. */
export function search(world: World, options: { readonly heavy: Heavy; readonly rules: PlacementRules; readonly excluded: ReadonlySet<number>; readonly pricePercent?: number }): Placement | undefined {
  const { heavy, rules, excluded, pricePercent = 100 } = options;
  const { providers } = world;
  const offers = (rows: readonly number[]): Candidate[] => rows.filter((p) => !providers.isGone(p) && !excluded.has(providers.idOf(p))).map((p) => world.candidate(p, pricePercent));
  try {
    return place(offers(heavy.children), rules);
  } catch (error) {
    if (!isShort(error)) throw error;
  }
  try {
    return place(offers(Array.from({ length: providers.count }, (_, p) => p)), rules);
  } catch (error) {
    if (!isShort(error)) throw error;
    return undefined;
  }
}

/** What a heavy node asks of whoever shall take a slot. */
export function rulesOf(world: World, terms: Pick<PlacementRules, 'count' | 'perRegion' | 'quota' | 'priceLimit' | 'occupied'>): PlacementRules {
  return rulesFor({ ...terms, stakeEpochs: world.parameters.stakeEpochs, slotBytes: (terms.quota / ASSUMED.batchesPerTracked) * world.fragmentBytes }, HOUSE);
}

function isShort(error: unknown): boolean {
  return error instanceof TooFewProvidersError || error instanceof PriceAboveLimitError;
}
